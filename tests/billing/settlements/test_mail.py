"""What a settlement tells: to the parts above, and to the merchant."""

import pytest

from billing.settlements import facts
from billing.settlements.paperwork import PAPERS_DUE
from billing.settlements.services import settle
from conciergeries.merchants.models import Merchant, MerchantAccount
from conciergeries.towns.models import Town
from shared.notifications.models import Message
from shared.outbox.models import Effect
from tests.billing.settlements.selling import (
    MONDAY,
    SUNDAY,
    sell,
)
from tests.factories import IBAN, make_merchant, run_effects


@pytest.fixture
def merchant(in_istres: Town) -> Merchant:
    return make_merchant(name="Fromagerie des Alpilles", town=in_istres)


def test_what_is_told_and_what_is_written_to_the_merchant(in_istres: Town, merchant: Merchant) -> None:
    for _ in range(2):
        sell(merchant=merchant.pk)
    (statement,) = settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    assert Effect.objects.get(kind=facts.STATEMENT_ISSUED).payload == {"statement_id": str(statement.pk)}
    assert Effect.objects.get(kind="payouts.send").payload == {"payout_id": str(statement.payout.pk)}
    run_effects(now=MONDAY, kinds=[PAPERS_DUE])
    message = Message.objects.get(template="statement_issued")
    assert message.to == merchant.contact_email
    assert message.subject == "Votre bordereau ISTRES-2026-00001\u00a0: 37,60\u00a0€"
    for text in (message.text, message.html):
        assert "INVALID[" not in text
        for part in ("ISTRES-2026-00001", "du 16 au 22", "40,00\u00a0€", "2,00\u00a0€", "0,40\u00a0€", "37,60\u00a0€"):
            assert part in text.replace("&nbsp;", "\u00a0"), part
        assert "votre compte de versement sera validé" in text
        assert "http://localhost/portail/istres/bordereaux/ISTRES-2026-00001/" in text
        assert IBAN not in text


def test_a_merchant_who_can_be_paid_is_told_that_the_net_is_paid(in_istres: Town, merchant: Merchant) -> None:
    MerchantAccount.objects.create(
        merchant=merchant, company=in_istres.operating_company, stripe_account_id="acct_1", transfers_active=True
    )
    sell(merchant=merchant.pk)
    settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    run_effects(now=MONDAY, kinds=[PAPERS_DUE])
    message = Message.objects.get(template="statement_issued")
    for text in (message.text, message.html):
        assert "Ce montant vous est versé par Stripe." in text
        assert "sera validé" not in text


def test_a_name_is_written_as_it_is(in_istres: Town) -> None:
    merchant = make_merchant(name="L'Atelier <& Fils>", town=in_istres)
    sell(merchant=merchant.pk)
    settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    run_effects(now=MONDAY, kinds=[PAPERS_DUE])
    message = Message.objects.get(template="statement_issued")
    assert "L'Atelier <& Fils>" in message.text
    assert "<& Fils>" not in message.html
