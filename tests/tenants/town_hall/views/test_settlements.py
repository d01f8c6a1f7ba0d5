"""Rules, drafts, adjustments and files of transfers, as the town hall handles them."""

from http import HTTPStatus
from uuid import uuid4

import pytest
from django.test import Client

from billing.settlements.models import Adjustment, Draft, Frequencies, Means, Statement
from billing.settlements.rules import latest_rules
from billing.settlements.services import settle
from billing.transfers.models import LineState, TransferBatch, TransferLine
from conciergeries.towns.models import OperatingCompany
from shared.tenancy import in_town
from tests.billing.settlements.ruling import rule
from tests.billing.settlements.selling import MONDAY, SUNDAY, sell
from tests.factories import IBAN, Market
from tests.tenants.staff.pages import text_of

pytestmark = pytest.mark.django_db

HERE = "/mairie/argent/reglements/"
TRANSFERS = "/mairie/argent/virements/"
RULES = {
    "frequencies": "either",
    "week_end": "5",
    "month_day": "31",
    "review_required": "on",
    "means": "stripe",
    "payout_delay_days": "3",
    "minimum_payout_cents": "10,00",
}


def sold(market: Market, **rules: object) -> None:
    """A week of 20.00 € of the market's merchant, settled by these rules."""
    with in_town(market.town):
        rule(**rules)
        sell(merchant=market.cheese.shop.merchant_id)
        settle(town=market.town, period_end=SUNDAY, now=MONDAY)


def test_rules_are_shown_at_work_then_set(hall: Client, market: Market) -> None:
    shown = text_of(hall.post(f"{HERE}regles/", RULES))
    assert "Les prochaines périodes seraient" in shown
    assert "Chaque mois" in shown
    assert "Ces règles vaudraient pour celles qui commencent le" in shown
    with in_town(market.town):
        assert latest_rules().frequencies == Frequencies.WEEKLY
    page = text_of(hall.post(f"{HERE}regles/", {**RULES, "confirm": "1"}, follow=True))
    assert "Les règles sont enregistrées : elles valent pour les périodes qui commencent le" in page
    assert "Pour les périodes qui commencent le" in page
    assert "au choix du commerçant" in page
    with in_town(market.town):
        rules = latest_rules()
    assert (rules.frequencies, rules.week_end, rules.minimum_payout_cents, rules.review_required) == (
        Frequencies.EITHER,
        5,
        1000,
        True,
    )


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("payout_delay_days", "31", "Trente jours au plus"),
        ("minimum_payout_cents", "1000,01", "ne peut pas dépasser"),
        ("week_end", "9", "Sélectionnez un choix valide"),
        ("means", "sepa", "n’a pas d’IBAN"),
    ],
)
def test_rules_that_cannot_be_are_explained(hall: Client, field: str, value: str, said: str) -> None:
    answer = hall.post(f"{HERE}regles/", {**RULES, field: value, "confirm": "1"})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert said in text_of(answer, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def test_a_draft_is_looked_at_and_issued_once(hall: Client, market: Market) -> None:
    sold(market, review_required=True)
    with in_town(market.town):
        draft = Draft.objects.get()
    assert "18,80" in text_of(hall.get(HERE))
    page = f"{HERE}{draft.pk}/"
    assert "Approuver et émettre" in text_of(hall.get(page))
    assert "Les montants ont changé" in text_of(hall.post(f"{page}approuver/", {"net": "1"}, follow=True))
    for _ in range(2):
        assert "est émis" in text_of(hall.post(f"{page}approuver/", {"net": "1880"}, follow=True))
    with in_town(market.town):
        assert Statement.objects.count() == 1
    assert hall.post(f"{page}approuver/", {"net": "x"}).status_code == HTTPStatus.NOT_FOUND
    assert hall.post(f"{HERE}{uuid4()}/approuver/", {"net": "1"}).status_code == HTTPStatus.NOT_FOUND


def test_a_draft_is_held_with_a_reason(hall: Client, market: Market) -> None:
    sold(market, review_required=True)
    with in_town(market.town):
        draft = Draft.objects.get()
    page = f"{HERE}{draft.pk}/"
    assert hall.post(f"{page}retenir/", {"reason": ""}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Retenu" in text_of(hall.post(f"{page}retenir/", {"reason": "Litige"}, follow=True))
    assert "Litige" in text_of(hall.get(page))


def test_what_would_be_issued_is_shown_and_nothing_is(hall: Client, market: Market) -> None:
    with in_town(market.town):
        sell(merchant=market.cheese.shop.merchant_id)
    assert "18,80" in text_of(hall.get(f"{HERE}apercu/"))
    with in_town(market.town):
        assert Statement.objects.count() == 0


def test_an_account_is_adjusted_once(hall: Client, market: Market) -> None:
    data = {
        "key": str(uuid4()),
        "merchant": str(market.cheese.shop.merchant_id),
        "direction": "less",
        "amount": "5,00",
        "borne_by": "commune",
        "reason": "Casse",
    }
    for _ in range(2):
        page = text_of(hall.post(f"{HERE}ajuster/", data, follow=True))
    assert "−5,00" in page
    with in_town(market.town):
        assert Adjustment.objects.get().amount_cents == -500
    assert hall.post(f"{HERE}ajuster/", {**data, "reason": ""}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert (
        hall.post(f"{HERE}ajuster/", {**data, "merchant": str(uuid4())}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    )


def test_a_file_is_made_downloaded_sent_and_confirmed(hall: Client, market: Market) -> None:
    OperatingCompany.objects.filter(pk=market.town.operating_company_id).update(iban="DE89370400440532013000")
    sold(market, means=Means.SEPA)
    assert "Préparer un fichier de 18,80" in text_of(hall.get(TRANSFERS))
    assert "1 virement" in text_of(hall.post(f"{TRANSFERS}preparer/", follow=True))
    assert "Rien à virer" in text_of(hall.post(f"{TRANSFERS}preparer/", follow=True))
    with in_town(market.town):
        batch = TransferBatch.objects.get()
    page = f"{TRANSFERS}{batch.pk}/"
    assert "Dites d’abord" in text_of(hall.post(f"{page}executes/", follow=True))
    file = hall.post(f"{page}fichier/")
    assert (file["Content-Type"], file.content.decode()) == ("application/xml", batch.content)
    assert IBAN not in hall.get(page).content.decode()
    assert "la banque a le fichier" in text_of(hall.post(f"{page}envoye/", follow=True))
    assert "déjà noté" in text_of(hall.post(f"{page}envoye/", follow=True))
    assert "n’en est plus là" in text_of(hall.post(f"{page}abandonner/", follow=True))
    assert "1 virement exécuté" in text_of(hall.post(f"{page}executes/", follow=True))
    with in_town(market.town):
        line = TransferLine.objects.get()
    assert line.state == LineState.CONFIRMED
    failing = f"{TRANSFERS}lignes/{line.pk}/echec/"
    assert "Un virement est revenu" in text_of(hall.get(failing))
    assert hall.post(failing, {"reason": ""}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "de nouveau dus" in text_of(hall.post(failing, {"reason": "AC04"}, follow=True))
    assert "peut être payé" in text_of(hall.post(f"{TRANSFERS}lignes/{line.pk}/verifiee/", follow=True))


def test_another_towns_file_is_not_there(hall: Client) -> None:
    assert hall.get(f"{TRANSFERS}{uuid4()}/").status_code == HTTPStatus.NOT_FOUND
    assert hall.post(f"{TRANSFERS}{uuid4()}/fichier/").status_code == HTTPStatus.NOT_FOUND
    choose = f"{TRANSFERS}versements/{uuid4()}/compte/"
    assert hall.post(choose, {"iban": IBAN}).status_code == HTTPStatus.NOT_FOUND
