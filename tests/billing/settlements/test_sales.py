"""Noting a sale at handover, and what PostgreSQL refuses afterwards."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from billing.commissions.terms import Basis, Terms
from billing.ledger.models import Account
from billing.ledger.queries import balance, balances
from billing.settlements.models import Sale
from billing.settlements.queries import owed
from billing.settlements.services import SaleConflictError, record_sale
from shared.tenancy import in_town
from tests.billing.settlements.selling import FIVE_PERCENT, as_if_committed, sell

MERCHANT = UUID("00000000-0000-4000-8000-0000000000aa")
OTHER = UUID("00000000-0000-4000-8000-0000000000bb")


def note(part: UUID, now: datetime, **changes: Any) -> Sale | None:
    facts: dict[str, Any] = {
        "order_number": "IST-1",
        "merchant_id": MERCHANT,
        "ttc_by_vat_rate": {550: 2400, 2000: 1250},
        "terms": FIVE_PERCENT,
    }
    return record_sale(shop_order_id=part, handed_over_at=now, **(facts | changes))


def test_the_money_becomes_the_merchants(in_istres: Any, now: datetime) -> None:
    sale = note(uuid4(), now)
    assert sale is not None
    assert (sale.gross_cents, sale.by_vat_rate, sale.terms) == (3650, {550: 2400, 2000: 1250}, FIVE_PERCENT)
    assert balances() == {Account.CUSTOMERS: 3650, Account.MERCHANTS: -3650}
    assert balance(account=Account.MERCHANTS, merchant_id=MERCHANT) == -3650
    assert (owed(merchant_id=MERCHANT).unsettled_cents, owed(merchant_id=OTHER).unsettled_cents) == (3650, 0)


def test_noting_it_again_changes_nothing(in_istres: Any, now: datetime) -> None:
    part = uuid4()
    first, second = note(part, now), note(part, now)
    assert first is not None
    assert second is not None
    assert first.pk == second.pk
    assert balance(account=Account.MERCHANTS) == -3650


@pytest.mark.parametrize("change", [{"terms": Terms(600, Basis.HT, Basis.TTC, 2000)}])
def test_other_terms_for_the_same_shop_order_are_refused(in_istres: Any, now: datetime, change: dict[str, Any]) -> None:
    part = uuid4()
    note(part, now)
    with pytest.raises(SaleConflictError):
        note(part, now, **change)


def test_a_sale_of_nothing_is_not_noted(in_istres: Any, now: datetime) -> None:
    assert note(uuid4(), now, ttc_by_vat_rate={}) is None
    assert note(uuid4(), now, ttc_by_vat_rate={2000: 0}) is None
    assert (Sale.objects.count(), balances()) == (0, {})


def test_a_negative_sale_is_refused(in_istres: Any, now: datetime) -> None:
    with pytest.raises(ValueError, match="positive"):
        note(uuid4(), now, ttc_by_vat_rate={550: 1000, 2000: -1})


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE settlements_sale SET gross_cents = 1",
        "UPDATE settlements_sale SET merchant_id = gen_random_uuid()",
        "UPDATE settlements_sale SET handed_over_at = now()",
        "UPDATE settlements_sale SET counts_on = counts_on + 1",
        "DELETE FROM settlements_sale",
        "TRUNCATE settlements_sale CASCADE",
    ],
)
@pytest.mark.parametrize("name", ["istres", "viroflay"])
def test_the_facts_of_a_sale_never_change(request: pytest.FixtureRequest, name: str, statement: str) -> None:
    with in_town(request.getfixturevalue(name)):
        sell(merchant=MERCHANT)
        as_if_committed()
        with (
            pytest.raises(IntegrityError, match="is append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_a_towns_sales_are_its_own(istres: Any, viroflay: Any, now: datetime) -> None:
    with in_town(istres):
        note(uuid4(), now)
    with in_town(viroflay):
        assert (Sale.objects.count(), owed(merchant_id=MERCHANT).unsettled_cents, balances()) == (0, 0, {})
