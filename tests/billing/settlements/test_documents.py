"""What was issued never changes, whoever tries, and says so itself."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from billing.settlements.documents import is_intact
from billing.settlements.models import Statement
from billing.settlements.queries import statement_of
from billing.settlements.services import settle
from conciergeries.merchants.models import Merchant
from conciergeries.towns.models import Town
from shared.tenancy import in_town
from tests.billing.settlements.selling import (
    MONDAY,
    NEXT_MONDAY,
    NEXT_SUNDAY,
    SUNDAY,
    as_if_committed,
    sell,
)
from tests.factories import IBAN, make_merchant


@pytest.fixture
def merchant(in_istres: Town) -> Merchant:
    return make_merchant(name="Fromagerie des Alpilles", town=in_istres)


@pytest.mark.parametrize("table", ["settlements_statement", "settlements_statementsegment"])
@pytest.mark.parametrize("order", ["UPDATE {} SET gross_cents = 1", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
@pytest.mark.parametrize("name", ["istres", "viroflay"])
def test_an_issued_statement_never_changes(request: pytest.FixtureRequest, name: str, table: str, order: str) -> None:
    town = request.getfixturevalue(name)
    with in_town(town):
        sell(merchant=make_merchant(town=town).pk)
        settle(town=town, period_end=SUNDAY, now=MONDAY)
        as_if_committed()
        with (
            pytest.raises(IntegrityError, match=r"is append-only|is frozen"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(order.format(table))


def test_postgres_adds_a_statement_up(in_istres: Town, merchant: Merchant) -> None:
    sell(merchant=merchant.pk)
    (statement,) = settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    statement.pk, statement.number, statement.period_end = uuid4(), "ISTRES-2026-00002", NEXT_SUNDAY
    statement.period_start = SUNDAY + timedelta(days=1)
    statement.net_cents += 1
    with pytest.raises(IntegrityError, match="settlements_statement_adds_up"), transaction.atomic():
        statement.save(force_insert=True)


def test_the_fingerprint_covers_every_figure(in_istres: Town, merchant: Merchant) -> None:
    sell(merchant=merchant.pk)
    (statement,) = settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    read = Statement.objects.get(pk=statement.pk)
    assert is_intact(read)
    for name, value in [
        ("net_cents", 1),
        ("merchant_siret", "0" * 14),
        ("iban_last4", "9999"),
        ("issued_at", NEXT_MONDAY),
        ("number", "X"),
    ]:
        read = Statement.objects.get(pk=statement.pk)
        setattr(read, name, value)
        assert not is_intact(read), name


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE settlements_sale SET order_number = 'IST-9999'",
        "UPDATE settlements_sale SET ttc_by_vat_rate = '{\"550\": 2000}'",
        "UPDATE settlements_sale SET handed_over_at = handed_over_at + interval '1 microsecond'",
        "UPDATE settlements_sale SET counts_on = counts_on - 30",
        # One more and one less: as many lines, and the same sums.
        "UPDATE settlements_sale SET gross_cents = gross_cents + CASE gross_cents WHEN 1000 THEN 1 ELSE -1 END",
    ],
)
def test_the_fingerprint_covers_every_sale(in_istres: Town, merchant: Merchant, change: str) -> None:
    """Should somebody take the triggers away, change a line and put them back."""
    sell(merchant=merchant.pk, cents=1000)
    sell(merchant=merchant.pk, cents=3000)
    (statement,) = settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    as_if_committed()
    assert is_intact(statement)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE settlements_sale DISABLE TRIGGER settlements_sale_append_only_rows")
        cursor.execute(change)
    assert not is_intact(statement)


def test_a_changed_iban_changes_no_issued_statement(in_istres: Town, merchant: Merchant) -> None:
    sell(merchant=merchant.pk)
    (statement,) = settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    Merchant.objects.filter(pk=merchant.pk).update(iban="FR1420041010050500013M02606", name="Autre nom")
    read = statement_of(merchant_id=merchant.pk, number=statement.number)
    assert read is not None
    assert (read.iban_last4, read.merchant_name) == (IBAN[-4:], "Fromagerie des Alpilles")
