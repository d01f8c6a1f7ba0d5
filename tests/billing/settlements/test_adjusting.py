"""What the town hall adds to a merchant's next statement, and what else moved its account."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from billing.ledger.models import Account
from billing.ledger.services import credit, debit, post
from billing.settlements.documents import is_intact
from billing.settlements.models import Adjustment
from billing.settlements.queries import owed
from billing.settlements.services import WishChangedError, add_adjustment, settle
from conciergeries.merchants.models import Merchant
from conciergeries.towns.models import Town
from shared.audit.models import AuditEvent
from shared.due.models import DueWork
from shared.tenancy import in_town
from tests.billing.lives import Life
from tests.billing.settlements.selling import (
    MONDAY,
    NEXT_MONDAY,
    NEXT_SUNDAY,
    SUNDAY,
    as_if_committed,
    check_ledger,
    sell,
)
from tests.factories import make_merchant

COMPANY, COMMUNE = Adjustment.BorneBy.COMPANY, Adjustment.BorneBy.COMMUNE


@pytest.fixture
def merchant(in_istres: Town) -> Merchant:
    return make_merchant(town=in_istres)


def adjust(
    merchant: Merchant, cents: int, borne_by: Adjustment.BorneBy = COMPANY, key: UUID | None = None
) -> Adjustment:
    return add_adjustment(
        key=key or uuid4(),
        merchant=merchant,
        amount_cents=cents,
        reason="Casse à la collecte",
        borne_by=borne_by,
        actor=None,
        now=MONDAY,
    )


def test_a_form_sent_again_with_something_else_is_refused(in_istres: Town, merchant: Merchant) -> None:
    key, other = uuid4(), make_merchant(town=in_istres, name="Librairie L’Étang")
    first = adjust(merchant, 500, key=key)
    assert adjust(merchant, 500, key=key) == first
    for who, cents, bearer in ((merchant, 5000, COMPANY), (other, 500, COMPANY), (merchant, 500, COMMUNE)):
        with pytest.raises(WishChangedError) as refused:
            adjust(who, cents, bearer, key=key)
        assert refused.value.asked_cents == 500
    assert Adjustment.objects.get().amount_cents == 500


@pytest.mark.parametrize("town", ["istres", "viroflay"])
def test_who_bears_it(town: str, request: pytest.FixtureRequest) -> None:
    """The life «Adjustments» of docs/money.md."""
    with in_town(request.getfixturevalue(town)), Life("Adjustments") as life:
        merchant = make_merchant()
        with life.event("for the merchant, the company's loss"):
            adjust(merchant, 500)
        with life.event("against the merchant, the company's gain"):
            adjust(merchant, -300)
        with life.event("for the merchant, the commune's"):
            adjust(merchant, 200, COMMUNE)
        with life.event("against the merchant, the commune's"):
            adjust(merchant, -100, COMMUNE)
        assert owed(merchant_id=merchant.pk).carried_cents == 300


def test_it_is_on_the_next_statement_and_on_no_other(in_istres: Town, merchant: Merchant) -> None:
    sell(merchant=merchant.pk)
    adjust(merchant, 500)
    assert owed(merchant_id=merchant.pk).carried_cents == 500
    (statement,) = settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    assert (statement.opening_cents, statement.adjustments_cents, statement.net_cents) == (0, 500, 2380)
    assert is_intact(statement)
    as_if_committed()
    assert settle(town=in_istres, period_end=NEXT_SUNDAY, now=NEXT_MONDAY) == []
    assert owed(merchant_id=merchant.pk).carried_cents == 0


def test_it_is_stated_without_any_sale(in_istres: Town, merchant: Merchant) -> None:
    adjust(merchant, -500)
    (statement,) = settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    assert (statement.sales_count, statement.net_cents, statement.carried_cents) == (0, -500, -500)
    assert DueWork.objects.filter(subject=merchant.pk).count() == 1


def test_two_that_undo_each_other_are_said_with_the_next_sales(in_istres: Town, merchant: Merchant) -> None:
    adjust(merchant, 500)
    adjust(merchant, -500)
    assert settle(town=in_istres, period_end=SUNDAY, now=MONDAY) == []
    as_if_committed()
    assert Adjustment.objects.filter(statement=None).count() == 2


def test_sent_twice_it_is_one(merchant: Merchant) -> None:
    key = uuid4()
    for _ in range(2):
        adjust(merchant, 500, key=key)
    assert (Adjustment.objects.count(), check_ledger()[Account.LOSSES]) == (1, 500)
    assert AuditEvent.objects.filter(action="settlement.adjusted").count() == 1


def test_nothing_and_no_reason_are_refused(merchant: Merchant) -> None:
    with pytest.raises(ValidationError):
        adjust(merchant, 0)
    with pytest.raises(ValidationError):
        add_adjustment(
            key=uuid4(), merchant=merchant, amount_cents=1, reason="", borne_by=COMPANY, actor=None, now=MONDAY
        )
    assert Adjustment.objects.count() == 0


def test_postgres_keeps_it(merchant: Merchant) -> None:
    adjustment = adjust(merchant, 500)
    with pytest.raises(IntegrityError, match="is frozen"), transaction.atomic():
        Adjustment.objects.filter(pk=adjustment.pk).update(amount_cents=600)
    with pytest.raises(IntegrityError, match="is frozen"), transaction.atomic():
        adjustment.delete()


def test_what_else_moved_the_account_is_said_apart(in_istres: Town, merchant: Merchant) -> None:
    """A dispute that the merchant bears: it is never claimed, and said with the next sales."""
    sell(merchant=merchant.pk)
    settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    with transaction.atomic():
        post(
            kind="dispute_borne",
            key="dispute:1",
            label="",
            reference=uuid4(),
            postings=[debit(Account.MERCHANTS, 700, merchant.pk), credit(Account.DISPUTES, 700)],
            at=NEXT_MONDAY,
        )
    assert settle(town=in_istres, period_end=NEXT_SUNDAY, now=NEXT_MONDAY) == []
    sell(merchant=merchant.pk, cents=1000, at=NEXT_MONDAY)
    later = SUNDAY + timedelta(days=14)
    (statement,) = settle(town=in_istres, period_end=later, now=NEXT_MONDAY + timedelta(days=7))
    assert (statement.opening_cents, statement.other_cents, statement.net_cents) == (0, -700, 240)
