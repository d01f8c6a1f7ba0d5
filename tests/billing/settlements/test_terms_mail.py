"""The mail that says that terms change: old, new, from when, on their own sales, and the right to leave."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core import mail

from billing.commissions.services import set_terms, withdraw_terms
from billing.settlements.terms_mail import tell_terms, tell_withdrawn
from conciergeries.merchants.models import Merchant
from shared.notifications.models import Message
from shared.tenancy import in_town
from tests.billing.settlements.selling import FIVE_PERCENT, PARIS, sell
from tests.factories import make_merchant, run_effects

TUESDAY = date(2026, 11, 24)
THREE_WEEKS_AGO = datetime(2026, 11, 3, 18, tzinfo=PARIS)
LONG_AGO = timedelta(days=60)


@pytest.fixture
def alice(istres: Any, now: datetime) -> Merchant:
    merchant = make_merchant(name="Chez Alice", town=istres)
    with in_town(istres):
        set_terms(
            town=istres,
            merchant_id=None,
            terms=FIVE_PERCENT,
            valid_from=TUESDAY - LONG_AGO,
            actor=None,
            now=now - LONG_AGO,
        )
        run_effects(now=now - LONG_AGO)
    mail.outbox.clear()
    return merchant


def change(town: Any, now: datetime, **figures: Any) -> Any:
    row = set_terms(
        town=town,
        merchant_id=None,
        terms=replace(FIVE_PERCENT, **{"rate_bp": 700, **figures}),
        free_months=3,
        valid_from=date(2026, 12, 15),
        actor=None,
        now=now,
    )
    run_effects(now=now)
    return row


def plain(text: object) -> str:
    return str(text).replace("\u00a0", " ")


def test_it_says_what_changes_on_the_merchants_own_sales(in_istres: Any, alice: Merchant, now: datetime) -> None:
    sell(merchant=alice.pk, cents=6000, at=THREE_WEEKS_AGO)
    change(in_istres, now, fixed_fee_cents=30, minimum_cents=500)
    (letter,) = mail.outbox
    assert plain(letter.subject) == "Vos conditions à Istres à partir du mardi 15 décembre 2026"
    said = plain(letter.body)
    for words in (
        "Jusque-là : 5 % HT des ventes TTC, TVA de 20 % en plus.",
        "À partir du mardi 15 décembre : 7 % HT des ventes TTC, 0,30 € HT par commande, ",
        "au moins 5,00 € HT par bordereau, rien les 3 premiers mois",
        "vos ventes remises du 24 octobre au 23 novembre 2026 : 60,00 €",
        # Admitted on 24 November for all the platform knows: that month would have been free.
        "Vous avez versé 3,60 € de commission TTC ; avec ces conditions, vous auriez versé 0,00 €.",
        "l’exploitant (Conciergeries de Provence)",
        "au moins 15 jours avant",
        "vous avez le droit de résilier votre contrat : écrivez à contact@default.example",
        "http://localhost/portail/conditions/",
    ):
        assert words in said
    html = plain(Message.objects.get(template="terms_set", subject=letter.subject).html)
    assert "<mj-" not in html
    assert "3,60 €" in html


def test_without_sales_it_shows_the_terms_at_work(in_istres: Any, alice: Merchant, now: datetime) -> None:
    change(in_istres, now)
    assert "Sur une vente de 60,00 € : 4,20 € HT et 0,84 € de TVA" in plain(mail.outbox[0].body)


def test_both_mails_are_written_once(in_istres: Any, alice: Merchant, now: datetime) -> None:
    row = change(in_istres, now)
    notice = row.notices.get()
    tell_terms(payload={"notice_id": str(notice.pk)}, now=now)
    withdraw_terms(terms_id=row.pk, town=in_istres, actor=None, now=now)
    run_effects(now=now)
    tell_withdrawn(payload={"notice_id": str(notice.pk)}, now=now)
    assert sorted(Message.objects.filter(created_at=now).values_list("template", flat=True)) == [
        "terms_set",
        "terms_withdrawn",
    ]
