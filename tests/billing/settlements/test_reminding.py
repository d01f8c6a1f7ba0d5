"""Asking a merchant for what it owes: what the letter says, and one a week at most."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from billing.settlements.models import PaymentReminder
from billing.settlements.reminding import (
    REMINDER_EVERY,
    NothingToAskError,
    RemindedLatelyError,
    last_reminders,
    remind,
)
from billing.settlements.services import refund_sale, settle
from conciergeries.merchants.models import Merchant
from conciergeries.towns.models import OperatingCompany
from shared.audit.models import AuditEvent
from shared.notifications.models import Message
from shared.tenancy import in_town
from tests.billing.settlements.selling import MONDAY, NEXT_MONDAY, NEXT_SUNDAY, SUNDAY, sell
from tests.factories import IBAN, leave, make_merchant

TUESDAY = MONDAY + timedelta(days=1)


@pytest.fixture
def town(in_istres: Any) -> Any:
    OperatingCompany.objects.filter(pk=in_istres.operating_company_id).update(iban=IBAN)
    in_istres.operating_company.refresh_from_db()
    return in_istres


@pytest.fixture
def merchant(town: Any) -> Merchant:
    """20.00 € sold here, paid out and given back, and the commission of 60.00 € paid in the shop."""
    merchant = make_merchant(name="L’Atelier", town=town)
    sale = sell(merchant=merchant.pk, cents=2000)
    settle(town=town, period_end=SUNDAY, now=MONDAY)
    refund_sale(
        shop_order_id=sale.shop_order_id, cause=uuid4(), amount_cents=2000, goods_vat_bp=2000, decided_at=TUESDAY
    )
    sell(merchant=merchant.pk, cents=6000, at=TUESDAY, held=False)
    settle(town=town, period_end=NEXT_SUNDAY, now=NEXT_MONDAY)
    return merchant


def _letter() -> str:
    return Message.objects.filter(template="payment_reminder").latest("created_at").text.replace("\u00a0", " ")


def test_the_letter_says_the_sum_its_causes_and_where_to_pay(town: Any, merchant: Merchant) -> None:
    sent = remind(town=town, merchant=merchant, actor=None, now=NEXT_MONDAY)
    assert (sent.asked_cents, sent.owed_cents) == (240, 2240)
    letter = _letter()
    for words in (
        "2,40 € restent à régler par L’Atelier",
        "Remboursements à sa charge : 20,00 €",
        "Commissions facturées : 2,40 €",
        "Dû aujourd’hui : 22,40 €",
        "20,00 € ne vous sont pas réclamés",
        "FR76 3000 6000",
        "ISTRES-2026-00002",
        "votre prochain bordereau la déduit",
    ):
        assert words in letter, words
    assert Message.objects.filter(template="payment_reminder").get().to == merchant.contact_email
    assert AuditEvent.objects.get(action="settlement.reminded").details["amount_cents"] == 240


def test_who_has_left_is_asked_for_all_of_it(town: Any, merchant: Merchant) -> None:
    leave(merchant=merchant, town=town, at=NEXT_MONDAY)
    assert remind(town=town, merchant=merchant, actor=None, now=NEXT_MONDAY).asked_cents == 2240
    assert "aucune vente ne peut plus compenser" in _letter()
    assert "prochain bordereau" not in _letter()
    assert "ne vous sont pas réclamés" not in _letter()


def test_one_letter_a_week(town: Any, merchant: Merchant) -> None:
    remind(town=town, merchant=merchant, actor=None, now=NEXT_MONDAY)
    with pytest.raises(RemindedLatelyError, match="Déjà relancé le lundi 30"):
        remind(town=town, merchant=merchant, actor=None, now=NEXT_MONDAY + REMINDER_EVERY - timedelta(minutes=1))
    assert PaymentReminder.objects.count() == 1
    later = NEXT_MONDAY + REMINDER_EVERY
    remind(town=town, merchant=merchant, actor=None, now=later)
    assert last_reminders()[merchant.pk].reminded_at == later


def test_nothing_is_asked_where_nothing_is_owed_or_claimed(town: Any, viroflay: Any, merchant: Merchant) -> None:
    other = make_merchant(name="Sans dette", town=town)
    with pytest.raises(NothingToAskError):
        remind(town=town, merchant=other, actor=None, now=NEXT_MONDAY)
    with in_town(viroflay), pytest.raises(NothingToAskError):
        remind(town=viroflay, merchant=merchant, actor=None, now=NEXT_MONDAY)
    assert not Message.objects.filter(template="payment_reminder").exists()
