"""Template tags that the components are made with."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from django import template
from django.template.context import Context
from django.templatetags.static import static
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from shared import french
from shared.web import colours

register = template.Library()

DRAWINGS = Path(__file__).parent.parent / "static" / "web" / "drawings"
FALLBACK_DRAWING = "basket"
_ADDRESS = re.compile(r"[\w.+-]+@[\w.-]+")


@register.simple_tag
def html_attrs(attrs: Any) -> SafeString:
    """Write the attributes a component passes through, each value escaped.

    Cotton's own `{{ attrs }}` does not escape a bound value: `:title="shop.name"` could close the attribute.
    """
    pairs: Mapping[str, Any] = attrs.attrs_dict()
    return format_html_join(
        "",
        "{}",
        (
            (format_html(" {}", name) if value is True else format_html(' {}="{}"', name, value),)
            for name, value in pairs.items()
            if value is not False and value is not None
        ),
    )


@register.filter
def breakable(text: Any) -> SafeString:
    """Let the e-mail addresses of a text break before «@» and after a dot, rather than in the middle of a word."""
    return mark_safe(_ADDRESS.sub(_with_breaks, conditional_escape(text)))  # noqa: S308  (escaped, then only <wbr> added)


def _with_breaks(address: re.Match[str]) -> str:
    return re.sub(r"(?=@)|(?<=[.@_-])(?!$)", "<wbr>", address[0])


@register.simple_tag(takes_context=True)
def current(context: Context, href: str, exact: object = "") -> SafeString:
    """Mark a link as the page one is on, or (unless exact) as the part of the site the page belongs to."""
    request = context.get("request")
    path = getattr(request, "path", "")
    if path == href:
        return mark_safe(' aria-current="page"')
    if not exact and href != "/" and path.startswith(href):
        return mark_safe(' aria-current="true"')
    return SafeString()


@register.simple_tag
def icon(name: str, label: str = "", classes: str = "") -> SafeString:
    """Draw an icon of the sprite; without a label it is decoration. Ten times faster than a component."""
    heard = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    return format_html(
        '<svg class="icon{}" {} focusable="false"><use href="{}#{}"></use></svg>',
        f" {classes}" if classes else "",
        heard,
        static("web/icons.svg"),
        name,
    )


@register.simple_tag
def price(cents: int | str, unit: str = "", per: str = "", was: int | str = "", large: object = "") -> SafeString:
    """Write a price, what it is for, the price per litre or kilo, and the price before."""
    before = (
        format_html(
            '<s class="price__was"><span class="visually-hidden">au lieu de </span>{}</s> ', french.money(int(was))
        )
        if was
        else ""
    )
    return format_html(
        '<span class="price{}">{}{}</span>{}{}',
        " price--large" if large else "",
        before,
        french.money(int(cents)),
        format_html(' <span class="price__unit">{}</span>', unit) if unit else "",
        format_html(' <span class="price__unit">soit {}</span>', per) if per else "",
    )


@register.simple_tag
def colours_href(town: Any) -> str:
    """Give the address of the town's colours."""
    return colours.href(town.accent)


@register.simple_tag
def drawing(name: str) -> SafeString:
    """Give the markup of one of our drawings; a basket stands in for a name that has none."""
    return _drawing(name if name in drawing_names() else FALLBACK_DRAWING)


@cache
def drawing_names() -> tuple[str, ...]:
    """List the drawings there are, by name."""
    return tuple(sorted(path.stem for path in DRAWINGS.glob("*.svg")))


@cache
def _drawing(name: str) -> SafeString:
    source = (DRAWINGS / f"{name}.svg").read_text(encoding="utf-8").strip()
    opening = '<svg class="drawing" aria-hidden="true" focusable="false" '
    return mark_safe(source.replace("<svg ", opening, 1))  # noqa: S308 - files of this repository only
