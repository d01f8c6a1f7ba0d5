"""A merchant notes that its customer paid it, in one tap; and takes it back."""

from http import HTTPStatus

from shared.tenancy import in_town
from tenants.orders.models import Order, OrderEvent, PaymentMode
from tests.factories import make_order, pay_in_shops
from tests.platform.conciergeries.portal.conftest import Fair, Stall, client_of, order_of, part_of
from tests.tenants.staff.pages import text_of


def in_shops(stall: Stall, *others: Stall) -> Order:
    """13.80 € and 24.00 € of a stall, 6.90 € of each other, paid to each."""
    town = pay_in_shops(town=stall.town)
    with in_town(town):
        lines = [(stall.cheese, 2), (stall.board, 1), *((each.cheese, 1) for each in others)]
        return make_order(town=town, lines=lines, payment_mode=PaymentMode.SHOP)


def test_it_is_noted_in_one_tap_and_taken_back_in_one(fair: Fair) -> None:
    order = in_shops(fair.istres, fair.other)
    part = part_of(order, fair.istres)
    client = client_of(fair.amandine)
    page = text_of(client.get("/portail/"))
    assert "Le client vous règle 37,80 €" in page
    answer = client.post(f"/portail/istres/commandes/{part.pk}/payee/")
    assert answer["Location"] == f"/portail/#c-{part.pk}"
    page = text_of(client.get("/portail/"))
    assert "Payé chez vous 37,80 €, noté le 24/11/2026 par Amandine Roux" in page
    assert "déjà noté payé" in text_of(client.post(f"/portail/istres/commandes/{part.pk}/payee/", follow=True))
    client.post(f"/portail/istres/commandes/{part.pk}/payee/annuler/")
    assert part_of(order, fair.istres).paid_in_shop_at is None
    assert part_of(order, fair.other).paid_in_shop_at is None
    with in_town(fair.istres.town):
        kinds = OrderEvent.objects.filter(shop_order=part, kind__startswith="paid").order_by("at")
        assert [(event.kind, event.actor) for event in kinds] == [
            ("paid_in_shop", "Amandine Roux"),
            ("paid_in_shop_undone", "Amandine Roux"),
        ]


def test_what_is_missing_is_given_back_by_the_merchant(fair: Fair) -> None:
    order = in_shops(fair.istres)
    part = part_of(order, fair.istres)
    client = client_of(fair.amandine)
    client.post(f"/portail/istres/commandes/{part.pk}/payee/")
    with in_town(fair.istres.town):
        line = part.lines.get(product=fair.istres.board)
    asked = text_of(client.get(f"/portail/istres/lignes/{line.pk}/refuser/"))
    assert "il vous a payé : vous lui rendez 24,00 € vous-même" in asked
    refused = client.post(
        f"/portail/istres/lignes/{line.pk}/refuser/", {"motif": "Le produit n’est plus disponible."}, follow=True
    )
    assert "s’il vous a payé, rendez-le-lui" in text_of(refused)
    assert "lui est rendu" not in text_of(refused)
    assert "Vous rendez 24,00 € au client" in text_of(client.get("/portail/"))


def test_somebody_else_s_and_another_town_s_are_not_found(fair: Fair) -> None:
    order = in_shops(fair.istres, fair.other)
    mine, theirs = part_of(order, fair.istres), part_of(order, fair.other)
    client = client_of(fair.amandine)
    for path in (
        f"/portail/istres/commandes/{theirs.pk}/payee/",
        f"/portail/viroflay/commandes/{mine.pk}/payee/",
        f"/portail/istres/commandes/{theirs.pk}/payee/annuler/",
    ):
        assert client.post(path).status_code == HTTPStatus.NOT_FOUND
        assert client.get(path).status_code == HTTPStatus.METHOD_NOT_ALLOWED
    assert part_of(order, fair.istres).paid_in_shop_at is None
    assert part_of(order, fair.other).paid_in_shop_at is None


def test_what_is_paid_to_the_conciergerie_is_not_noted(fair: Fair) -> None:
    part = part_of(order_of(fair.istres), fair.istres)
    client = client_of(fair.amandine)
    assert "vous règle" not in text_of(client.get("/portail/"))
    page = text_of(client.post(f"/portail/istres/commandes/{part.pk}/payee/", follow=True))
    assert "se paie à la conciergerie, pas au commerçant" in page
