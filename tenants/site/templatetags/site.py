"""What the templates of a town's site say about products and codes."""

from collections.abc import Mapping
from typing import Any

from django import template

from tenants.shops.models import Product
from tenants.site.availability import Availability
from tenants.site.availability import availability as availability_of

register = template.Library()


@register.simple_tag
def availability(product: Product) -> Availability:
    """Whether a product can be had: words and kind for its badge."""
    return availability_of(product)


@register.filter
def basket_note(product: Product) -> str:
    """What a basket line says under the name: the unit, allergens, age."""
    notes = [product.unit]
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
