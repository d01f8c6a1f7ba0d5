"""A merchant sells by weight, and writes down what the scales say; in its own parts only."""

from http import HTTPStatus

import pytest

from shared.tenancy import in_town
from tenants.orders.models import Order
from tenants.orders.states import ShopOrderState
from tenants.shops.models import Product
from tests.conftest import TUESDAY
from tests.factories import make_order
from tests.platform.conciergeries.portal.conftest import Fair, Stall, client_of, part_of
from tests.tenants.orders.weighing import make_weighed, weighed_line
from tests.tenants.staff.pages import text_of


def ordered(stall: Stall) -> Order:
    """500 g of tomme, to be paid at the desk."""
    with in_town(stall.town):
        return make_order(town=stall.town, lines=[(make_weighed(shop=stall.shop, now=TUESDAY), 1)])


def weigh_page(stall: Stall, order: Order) -> str:
    return f"/portail/{stall.town.slug}/commandes/{part_of(order, stall).pk}/peser/"


def field(stall: Stall, order: Order) -> str:
    with in_town(stall.town):
        return f"grammes-{weighed_line(order).pk}"


@pytest.mark.parametrize("where", ["istres", "viroflay"])
def test_weighed_and_packed_in_one_form(fair: Fair, where: str) -> None:
    stall: Stall = getattr(fair, where)
    order = ordered(stall)
    client = client_of(fair.amandine)
    assert "à peser : 7,42 € au plus" in text_of(client.get("/portail/"))
    page = text_of(client.get(weigh_page(stall, order)))
    assert "Le client paie 7,42 € au plus" in page
    sent = {field(stall, order): "480 g", "prete": "oui"}
    answer = text_of(client.post(weigh_page(stall, order), sent, follow=True))
    assert "Tomme de brebis : pesé 480 g, 6,19 €." in answer
    assert part_of(order, stall).state == ShopOrderState.READY
    assert part_of(order, stall).total_cents == 619


def test_above_the_ceiling_it_is_said_that_the_rest_is_given(fair: Fair) -> None:
    order = ordered(fair.istres)
    client = client_of(fair.amandine)
    sent = {field(fair.istres, order): "0,64 kg"}
    answer = text_of(client.post(weigh_page(fair.istres, order), sent, follow=True))
    assert "C’est le plafond que le client a accepté : 65 g sont offerts." in answer
    assert "pesé 640 g, dont 65 g offerts" in answer
    assert part_of(order, fair.istres).state == ShopOrderState.ACCEPTED


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Écrivez au moins un poids."),
        ("0", "Le poids doit être supérieur à zéro."),
        ("-480", "Le poids doit être supérieur à zéro."),
        ("lourd", "Écrivez un poids en grammes, comme 480."),
        ("480,5", "en grammes entiers"),
        ("99 kg", "vérifiez le poids"),
        ("NaN", "Écrivez un poids en grammes"),
    ],
)
def test_a_weight_that_is_none_is_said_and_writes_nothing(fair: Fair, typed: str, said: str) -> None:
    order = ordered(fair.istres)
    client = client_of(fair.amandine)
    answer = client.post(weigh_page(fair.istres, order), {field(fair.istres, order): typed})
    assert said in text_of(answer, HTTPStatus.UNPROCESSABLE_ENTITY)
    with in_town(fair.istres.town):
        assert weighed_line(order).weighed_grams is None


def test_it_is_not_ready_before_it_is_weighed(fair: Fair) -> None:
    order = ordered(fair.istres)
    part = part_of(order, fair.istres)
    client = client_of(fair.amandine)
    client.post(f"/portail/istres/commandes/{part.pk}/accepter/")
    answer = client.post(f"/portail/istres/commandes/{part.pk}/prete/", follow=True)
    assert "Indiquez d’abord le poids pesé : Tomme de brebis." in text_of(answer)


def test_somebody_else_s_and_another_town_s_are_not_found(fair: Fair) -> None:
    theirs, mine = ordered(fair.other), ordered(fair.istres)
    client = client_of(fair.amandine)
    assert client.get(weigh_page(fair.other, theirs)).status_code == HTTPStatus.NOT_FOUND
    elsewhere = weigh_page(fair.istres, mine).replace("/istres/", "/viroflay/")
    assert client.post(elsewhere, {}).status_code == HTTPStatus.NOT_FOUND


def test_a_product_is_put_on_sale_by_weight_and_back(fair: Fair) -> None:
    shop, client = fair.istres.shop, client_of(fair.amandine)
    sent = {
        "name": "Gruyère à la coupe",
        "vat_rate_bp": "550",
        "sold_by": "portion",
        "per_kg": "21,40",
        "unit_grams": "250",
        "supply": "stock",
        "stock": "8",
        "weekdays": [str(day) for day in range(7)],
    }
    new = f"/portail/istres/vitrines/{shop.pk}/produits/nouveau/"
    missing = client.post(new, sent | {"per_kg": ""})
    assert "Donnez un prix au kilo." in text_of(missing, HTTPStatus.UNPROCESSABLE_ENTITY)
    page = client.post(new, sent)
    with in_town(fair.istres.town):
        made = Product.objects.get(name="Gruyère à la coupe")
        assert (made.price_cents, made.per_kg_cents, made.unit_grams, made.by_piece) == (535, 2140, 250, False)
    assert 'value="21,40"' in client.get(page["Location"]).content.decode()
    by_unit = sent | {"sold_by": "unite", "price": "6,00", "unit": "la part", "per_kg": "", "unit_grams": ""}
    client.post(page["Location"], by_unit)
    with in_town(fair.istres.town):
        made.refresh_from_db()
        assert (made.price_cents, made.per_kg_cents, made.unit) == (600, None, "la part")
