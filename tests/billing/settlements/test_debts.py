"""What a merchant owes, and why: the causes add up to it, whatever they are."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from billing.ledger.models import Account
from billing.ledger.queries import balance
from billing.settlements.checking import differences_with_settlements
from billing.settlements.debts import Cause, Debt, debts
from billing.settlements.models import Adjustment
from billing.settlements.receiving import NotOwedError, StillHereError, receive_payment, write_off
from billing.settlements.services import add_adjustment, refund_sale, settle
from conciergeries.merchants.models import Merchant
from shared.audit.models import AuditEvent
from shared.tenancy import in_town
from tests.billing.lives import Life
from tests.billing.settlements.selling import MONDAY, NEXT_MONDAY, NEXT_SUNDAY, SUNDAY, sell
from tests.factories import leave, make_merchant

TUESDAY = MONDAY + timedelta(days=1)


@pytest.fixture(params=["istres", "viroflay"])
def town(request: pytest.FixtureRequest) -> Iterator[Any]:
    with in_town(request.getfixturevalue(request.param)) as town:
        yield town
        assert differences_with_settlements(now=NEXT_MONDAY) == []


@pytest.fixture
def merchant(town: Any) -> Merchant:
    return make_merchant(name="L’Atelier", town=town)


def _debt(merchant: Merchant) -> Debt:
    found = debts()[merchant.pk]
    assert sum(cause.cents for cause in found.causes) == found.cents
    return found


def _refunded_after_the_statement(town: Any, merchant: Merchant, *, unheld: int = 0) -> None:
    """20.00 € sold here, paid out, and given back; and so much sold in the shop meanwhile."""
    sale = sell(merchant=merchant.pk, cents=2000)
    settle(town=town, period_end=SUNDAY, now=MONDAY)
    refund_sale(
        shop_order_id=sale.shop_order_id, cause=uuid4(), amount_cents=2000, goods_vat_bp=2000, decided_at=TUESDAY
    )
    if unheld:
        sell(merchant=merchant.pk, cents=unheld, at=TUESDAY, held=False)
    settle(town=town, period_end=NEXT_SUNDAY, now=NEXT_MONDAY)


def test_the_commission_of_sales_paid_in_the_shop_is_asked(town: Any, merchant: Merchant) -> None:
    sell(merchant=merchant.pk, cents=2000, held=False)
    settle(town=town, period_end=SUNDAY, now=MONDAY)
    found = _debt(merchant)
    assert (found.cents, found.asked_cents, found.carried_cents) == (120, 120, 0)
    assert (found.causes, found.since) == ([Cause("Commissions facturées", 120)], MONDAY)


def test_a_refund_is_named_and_asked_only_of_who_has_left(town: Any, merchant: Merchant) -> None:
    _refunded_after_the_statement(town, merchant)
    found = _debt(merchant)
    assert found.causes == [Cause("Remboursements à sa charge", 2000), Cause("Commissions facturées", -120)]
    assert (found.cents, found.asked_cents, found.carried_cents, found.left_at) == (1880, 0, 1880, None)
    leave(merchant=merchant, town=town, at=NEXT_MONDAY)
    gone = _debt(merchant)
    assert (gone.asked_cents, gone.left_at) == (1880, NEXT_MONDAY)


def test_what_was_paid_is_no_longer_asked(town: Any, merchant: Merchant) -> None:
    sell(merchant=merchant.pk, cents=2000, held=False)
    settle(town=town, period_end=SUNDAY, now=MONDAY)
    receipt = receive_payment(
        key=uuid4(), merchant=merchant, amount_cents=70, received_on=date(2026, 11, 24), actor=None, now=TUESDAY
    )
    assert receipt.reason.replace("\u00a0", " ") == "Paiement reçu de L’Atelier le 24 novembre 2026"
    add_adjustment(
        key=uuid4(),
        merchant=merchant,
        amount_cents=-500,
        reason="Emballages",
        borne_by=Adjustment.BorneBy.COMPANY,
        actor=None,
        now=TUESDAY,
    )
    found = _debt(merchant)
    assert found.causes == [
        Cause("Commissions facturées", 120),
        Cause("Ajustements de la mairie", 500),
        Cause("Paiements reçus de lui", -70),
    ]
    assert (found.cents, found.asked_cents) == (550, 50)


def test_what_it_was_still_owed_before_is_taken_off(town: Any, merchant: Merchant) -> None:
    """2.00 € sold here, then a week's commission of 3.72 € on what was paid in the shop."""
    sell(merchant=merchant.pk, cents=200)
    sell(merchant=merchant.pk, cents=6000, held=False)
    settle(town=town, period_end=SUNDAY, now=MONDAY)
    assert _debt(merchant).causes == [Cause("Ce qui lui restait dû avant", -200), Cause("Commissions facturées", 372)]


def test_what_is_lost_of_a_merchant_that_has_left_is_written_off_once(town: Any, merchant: Merchant) -> None:
    with Life("The debt of a merchant that has left, given up") as life:
        with life.events("paid on the terminal", "handed over"):
            sale = sell(merchant=merchant.pk, cents=2000)
        with life.events("commission of the company", "commission withheld", "payout decided"):
            settle(town=town, period_end=SUNDAY, now=MONDAY)
        leave(merchant=merchant, town=town, at=MONDAY)
        with life.event("decided: the merchant bears it"):
            refund_sale(
                shop_order_id=sale.shop_order_id,
                cause=uuid4(),
                amount_cents=2000,
                goods_vat_bp=2000,
                decided_at=TUESDAY,
            )
        with life.events("commission given back", "to the merchant"):
            settle(town=town, period_end=NEXT_SUNDAY, now=NEXT_MONDAY)
        key = uuid4()
        with life.event("given up: the company's loss"):
            lost = write_off(
                key=key, merchant=merchant, amount_cents=1880, reason="Radié du RCS", actor=None, now=NEXT_MONDAY
            )
    assert (debts(), balance(account=Account.LOSSES)) == ({}, 1880)
    again = write_off(key=key, merchant=merchant, amount_cents=1880, reason="Radié", actor=None, now=NEXT_MONDAY)
    assert again == lost
    assert AuditEvent.objects.get(action="settlement.written_off").details["reason"] == "Radié du RCS"
    with pytest.raises(NotOwedError, match="ne doit rien"):
        write_off(key=uuid4(), merchant=merchant, amount_cents=1, reason="Encore", actor=None, now=NEXT_MONDAY)


def test_nothing_is_given_up_of_who_still_sells_here(town: Any, merchant: Merchant) -> None:
    _refunded_after_the_statement(town, merchant)
    with pytest.raises(StillHereError, match="vend encore ici"):
        write_off(key=uuid4(), merchant=merchant, amount_cents=100, reason="Non", actor=None, now=NEXT_MONDAY)
    leave(merchant=merchant, town=town, at=NEXT_MONDAY)
    with pytest.raises(NotOwedError, match="que 18,80"):
        write_off(key=uuid4(), merchant=merchant, amount_cents=1881, reason="Trop", actor=None, now=NEXT_MONDAY)
    assert not Adjustment.objects.exists()


def test_another_town_asks_nothing(istres: Any, viroflay: Any) -> None:
    with in_town(istres):
        merchant = make_merchant(town=istres)
        sell(merchant=merchant.pk, cents=2000, held=False)
        settle(town=istres, period_end=SUNDAY, now=MONDAY)
        assert set(debts()) == {merchant.pk}
    with in_town(viroflay):
        assert debts() == {}
