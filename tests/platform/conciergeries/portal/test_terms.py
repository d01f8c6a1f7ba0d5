"""A merchant reads its commission in every town: today's, what is to come, and when it was told."""

from datetime import date, datetime, timedelta

from billing.commissions.services import set_terms as set_commission
from billing.commissions.terms import Basis, Terms
from shared.tenancy import in_town
from tests.factories import run_effects, set_terms
from tests.platform.conciergeries.portal.conftest import Fair, Stall, client_of
from tests.tenants.staff.pages import text_of

PAGE = "/portail/conditions/"
EARLIEST = date(2026, 12, 10)


def seven_percent(stall: Stall, now: datetime) -> None:
    """The town's next terms, announced."""
    with in_town(stall.town):
        set_commission(
            town=stall.town,
            merchant_id=None,
            terms=Terms(700, Basis.HT, Basis.TTC, 2000),
            valid_from=EARLIEST,
            actor=None,
            now=now,
        )


def test_todays_terms_of_each_town(fair: Fair, now: datetime) -> None:
    with in_town(fair.viroflay.town):
        set_terms(town=fair.viroflay.town, rate_bp=300, merchant_id=fair.amandine.pk)
    page = text_of(client_of(fair.amandine).get(PAGE))
    assert "Istres Aujourd’hui 5 % HT des ventes TTC, TVA de 20 % en plus Depuis le mardi 24 novembre 2026" in page
    assert "Viroflay Aujourd’hui 3 % HT des ventes TTC, TVA de 20 % en plus conditions qui vous sont propres" in page
    assert "l’exploitant (Conciergeries de Provence)" in page
    others = text_of(client_of(fair.chloe).get(PAGE))
    assert "3 % HT" not in others
    assert "Viroflay" not in others


def test_what_is_to_come_and_when_one_was_told(fair: Fair, now: datetime) -> None:
    seven_percent(fair.istres, now)
    client = client_of(fair.amandine)
    before = text_of(client.get(PAGE))
    assert "À venir 7 % HT des ventes TTC" in before
    assert "L’e-mail qui vous en prévient est en route." in before
    with in_town(fair.istres.town):
        run_effects(now=now)
    after = text_of(client.get(PAGE))
    assert "À partir du jeudi 10 décembre 2026 7 % HT des ventes TTC, TVA de 20 % en plus." in after
    assert "Vous en avez été prévenu le 24/11/2026, par e-mail. Avant cette date, vous pouvez résilier" in after
    assert "contact@default.example" in after


def test_the_first_months_may_be_free(fair: Fair, now: datetime) -> None:
    with in_town(fair.istres.town):
        set_terms(town=fair.istres.town, merchant_id=fair.amandine.pk, free_months=3)
    page = text_of(client_of(fair.amandine).get(PAGE))
    assert "rien jusqu’au mercredi 24 février 2027, puis 5 % HT des ventes TTC" in page


def test_what_was_before(fair: Fair, now: datetime) -> None:
    """Today's own terms follow the town's, of the day before for the merchant who was there."""
    with in_town(fair.istres.town):
        set_commission(
            town=fair.istres.town,
            merchant_id=fair.amandine.pk,
            terms=Terms(400, Basis.HT, Basis.TTC, 2000),
            valid_from=(now + timedelta(days=1)).date(),
            actor=None,
            now=now,
        )
    page = text_of(client_of(fair.amandine).get(PAGE))
    assert "À partir du mercredi 25 novembre 2026 4 % HT" in page
