"""What residents see of the shops."""

from typing import Any

import pytest

from tenants.shops.models import ShopKind
from tenants.shops.queries import MOST_PRODUCTS, first_shops, kinds_present, listed_shops, search, words_of
from tests.conftest import TUESDAY
from tests.factories import make_product, make_shop

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _street(in_istres: Any) -> None:
    dairy = make_shop(name="Fromagerie des Alpilles", tagline="Chèvre, brebis")
    make_product(shop=dairy, name="Plateau « Retour de marché »", description="Cinq fromages et un chutney.")
    make_product(shop=dairy, name="Œuf de ferme", stock=0)
    cobbler = make_shop(name="Chez Paul", kind=ShopKind.COBBLER, is_craft=True)
    make_product(shop=cobbler, name="Ressemelage complet", lead_hours=72)
    make_shop(name="Pas encore admise", admitted_at=None)


def names(text: str) -> list[str]:
    found = search(text, now=TUESDAY)
    return [str(each) for each in (*found.shops, *found.products)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("chevre", "Fromagerie des Alpilles"),
        ("CHÈVRE", "Fromagerie des Alpilles"),
        ("oeufs", "Œuf de ferme"),
        ("œuf de ferme", "Œuf de ferme"),
        ("cordonniers", "Chez Paul"),
        ("un artisan", "Chez Paul"),
        ("retour marche", "Plateau « Retour de marché »"),
        ("chutney alpilles", "Plateau « Retour de marché »"),
        ("fromage", "Plateau « Retour de marché »"),
    ],
)
def test_finds_as_people_type(text: str, expected: str) -> None:
    assert expected in names(text)


@pytest.mark.parametrize("text", ["tuba", "pas encore", "plateau cordonnier", "%", "_", "", "🧀"])
def test_finds_nothing_that_is_not_there(text: str) -> None:
    assert names(text) == []


def test_what_is_sold_out_comes_last() -> None:
    make_product(shop=listed_shops().get(name="Fromagerie des Alpilles"), name="Zeste", stock=3)
    assert [product.name for product in search("alpilles", now=TUESDAY).products][-1] == "Œuf de ferme"


def test_says_when_there_is_more() -> None:
    shop = make_shop(name="Bazar")
    for number in range(MOST_PRODUCTS + 1):
        make_product(shop=shop, name=f"Bougie {number}")
    found = search("bougie", now=TUESDAY)
    assert found.more
    assert len(found.products) == MOST_PRODUCTS


def test_keeps_the_words_that_count() -> None:
    assert words_of("Un fromage, des livres et l’étang") == ["fromage", "livre", "etang"]
    assert words_of("de la") == ["de", "la"]
    assert len(words_of("a b c d e f g h i j k l")) <= 6


def test_lists_what_is_open_to_residents() -> None:
    shops, count = first_shops(1, now=TUESDAY)
    assert ([shop.name for shop in shops], count) == (["Chez Paul"], 2)
    assert [str(kind.label) for kind in kinds_present()] == ["cordonnerie", "fromagerie"]
    assert [str(kind.label) for kind in kinds_present(craft=True)] == ["cordonnerie"]
