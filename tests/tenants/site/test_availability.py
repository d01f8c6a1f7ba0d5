"""Whether a product can be had, in words."""

import pytest

from tenants.shops.models import Product
from tenants.site.availability import availability


@pytest.mark.parametrize(
    ("product", "words", "is_out"),
    [
        (Product(stock=0), "Épuisé", True),
        (Product(stock=1), "Plus que 1", False),
        (Product(stock=5), "Plus que 5", False),
        (Product(stock=6), "En stock", False),
        (Product(made_to_order=True), "Préparé sur commande", False),
        (Product(made_to_order=True, lead_hours=6), "Préparé sur commande, en 6 h", False),
        (Product(made_to_order=True, lead_hours=24), "Préparé sur commande, en 1 jour", False),
        (Product(made_to_order=True, lead_hours=30), "Préparé sur commande, en 30 h", False),
        (Product(made_to_order=True, lead_hours=72), "Préparé sur commande, en 3 jours", False),
    ],
)
def test_says_whether_it_can_be_had(product: Product, words: str, *, is_out: bool) -> None:
    found = availability(product)
    assert (found.words.replace("\u00a0", " "), found.is_out) == (words, is_out)
