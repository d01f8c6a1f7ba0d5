"""What the templates of a town's site say about products and codes."""

import json
from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from shared.french import money
from tenants.orders.models import BasketLine
from tenants.shops.models import Product
from tenants.site.availability import Availability
from tenants.site.availability import availability as availability_of

register = template.Library()


@register.simple_tag
def availability(product: Product) -> Availability:
    """Whether a product can be had: words and kind for its badge."""
    return availability_of(product)


@register.filter
def basket_note(line: BasketLine) -> str:
    """What a basket line says under the name: the unit, or what is paid by weight; allergens, age."""
    product = line.product
    notes = [product.unit]
    if product.is_weighed:
        notes = [f"{product.unit}, {product.unit_price}", f"vous payez le poids pesé, au plus {money(line.most_cents)}"]
    if product.allergens:
        notes.append(f"contient : {product.allergens}")
    if product.age_restricted:
        notes.append("la concierge vérifiera votre âge")
    return " · ".join(notes)


@register.filter
def get(mapping: Mapping[Any, Any], key: Any) -> Any:
    """The value of a key; None when there is none."""
    return mapping.get(key)


@register.filter
def spaced(code: str) -> str:
    """A code in two halves, as it is said: «123 456»."""
    half = len(code) // 2
    return f"{code[:half]}\u00a0{code[half:]}"


# What would end the script, or begin another tag, written as JSON allows.
_IN_A_SCRIPT = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


@register.simple_tag
def structured_data(data: Mapping[str, Any]) -> SafeString:
    """What a page says to search engines (JSON-LD): data, that no browser runs and no policy forbids."""
    written = json.dumps(data, ensure_ascii=False).translate(_IN_A_SCRIPT)
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(written))  # noqa: S308  (escaped just above)
