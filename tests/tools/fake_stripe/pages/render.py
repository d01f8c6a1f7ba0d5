"""Small HTML templates: everything put in is escaped, unless it is HTML already."""

from dataclasses import dataclass, field
from functools import cache
from html import escape
from pathlib import Path
from string import Template

from tests.tools.fake_stripe.context import Context

FOLDER = Path(__file__).parent / "templates"
NO_BREAK, NARROW = "\u00a0", "\u202f"
SECURITY = {
    # No form-action: browsers apply it to where a form's answer redirects too, which is the shop's own address.
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


class Html(str):
    """Text that is HTML and must not be escaped again."""

    __slots__ = ()


@dataclass(frozen=True)
class Page:
    status: int
    content: bytes
    headers: dict[str, str] = field(default_factory=dict)


@cache
def _template(name: str) -> Template:
    return Template((FOLDER / f"{name}.html").read_text(encoding="utf-8"))


def fragment(name: str, /, **values: str) -> Html:
    safe = {key: value if isinstance(value, Html) else escape(value) for key, value in values.items()}
    return Html(_template(name).substitute(safe))


def join(parts: list[Html]) -> Html:
    return Html("\n".join(parts))


def page(
    ctx: Context, name: str, /, *, title: str, status: int = 200, business: str | None = None, **values: str
) -> Page:
    """A whole page: the named template inside the layout."""
    business = business or ctx.options.business_name
    html = fragment(
        "layout", title=title, business=business, main=fragment(name, title=title, business=business, **values)
    )
    return Page(status, html.encode(), {"Content-Type": "text/html; charset=utf-8"} | SECURITY)


def redirect(url: str) -> Page:
    """See other: the next request is a GET, and going back does not post again."""
    return Page(303, b"", {"Location": url, "Cache-Control": "no-store"})


def euros(cents: int) -> str:
    """`1 234,50 €`, with spaces that do not break."""
    whole, rest = divmod(cents, 100)
    return f"{whole:,}".replace(",", NARROW) + f",{rest:02d}{NO_BREAK}€"
