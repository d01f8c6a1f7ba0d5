"""Finding goods while somebody is on the telephone: all shops at once, without accents, half a word is enough."""

from dataclasses import dataclass

from shared.french import fold
from tenants.shops.models import Product

MOST = 24


@dataclass(frozen=True)
class Hits:
    """The products found, best first; `more` when there were others."""

    products: list[Product]
    more: bool


def find_products(text: str) -> Hits:
    """Products for sale whose name, shop, trade or description holds every word of `text`; all of them for none.

    A town's windows hold some hundreds of products: they are compared here, where accents are known.
    """
    words = fold(text).split()
    ranked = []
    for product in Product.objects.for_sale().select_related("shop").order_by("shop__name", "name", "pk"):
        rank = _rank(product, words)
        if rank is not None:
            ranked.append((not product.is_available, rank, product))
    ranked.sort(key=lambda row: row[:2])
    return Hits([product for _sold_out, _rank_, product in ranked[:MOST]], more=len(ranked) > MOST)


def _rank(product: Product, words: list[str]) -> int | None:
    """The sum of where each word was found, lower is better; None when one was found nowhere."""
    fields = [
        fold(product.name),
        f"{fold(product.shop.name)} {fold(product.shop.get_kind_display())}",
        fold(product.description),
    ]
    total = 0
    for word in words:
        place = next((place for place, field in enumerate(fields) if word in field), None)
        if place is None:
            return None
        total += place
    return total
