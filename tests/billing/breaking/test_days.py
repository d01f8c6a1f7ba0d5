"""Cases 1 to 3: when a day ends, and which day it is."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from billing.commissions.notice import first_day_after_notice
from billing.settlements.calendar import end_of
from billing.settlements.models import Frequencies, Statement
from billing.settlements.queries import lines_of
from billing.settlements.settling import settle_due
from conciergeries.merchants.models import Merchant
from conciergeries.towns.models import Town
from shared.sepa.target import bank_day_from
from tenants.hubs.queries import main_hub
from tests.billing.settlements.ruling import rule
from tests.billing.settlements.selling import sell
from tests.billing.worked import table
from tests.factories import first_window, make_product, set_hours, set_terms

CHANGES = table(heading="1. Days of 23 and 25 hours", first_column="Day").records()
LAST_SECONDS = table(heading="2. Handed over at 23:59:59 on the last day", first_column="Settled").records()
HOLIDAYS = table(heading="3. The 26th of December", first_column="Town").records()


def stated_on(town: Town, merchant: Merchant, *, handed_over: datetime, candidates: list[date]) -> date:
    """The period of the statement that has a sale, when beat settles at the end of each of these days."""
    sale = sell(merchant=merchant.pk, at=handed_over)
    for day in candidates:
        settle_due(town=town, now=end_of(town, day).astimezone(UTC) + timedelta(seconds=5))
    [found] = [
        statement
        for statement in Statement.objects.filter(merchant_id=merchant.pk)
        if sale.order_number in {line.sale.order_number for line in lines_of(statement)}
    ]
    return found.period_end


@pytest.mark.parametrize("row", CHANGES, ids=lambda row: row["Handed over (UTC)"])
def test_1_days_of_23_and_25_hours(town: Town, merchant: Merchant, row: dict[str, str]) -> None:
    sunday = date.fromisoformat(row["Day"])
    midnight = end_of(town, sunday - timedelta(days=1)).astimezone(UTC)
    assert (end_of(town, sunday).astimezone(UTC) - midnight) == timedelta(hours=int(row["Hours"]))
    handed_over = datetime.fromisoformat(row["Handed over (UTC)"]).replace(tzinfo=UTC)
    sundays = [sunday, sunday + timedelta(days=7)]
    assert stated_on(town, merchant, handed_over=handed_over, candidates=sundays) == date.fromisoformat(
        row["On the statement of"]
    )


@pytest.mark.parametrize("row", LAST_SECONDS, ids=lambda row: row["Handed over (in the town)"])
def test_2_handed_over_at_the_last_second(town: Town, merchant: Merchant, row: dict[str, str]) -> None:
    monthly = row["Settled"] == "monthly"
    rule(frequencies=Frequencies.MONTHLY if monthly else Frequencies.WEEKLY)
    handed_over = datetime.fromisoformat(row["Handed over (in the town)"]).replace(tzinfo=ZoneInfo(town.timezone))
    ends = ("2026-11-30", "2026-12-31") if monthly else ("2026-11-22", "2026-11-29")
    days = [date.fromisoformat(each) for each in ends]
    assert stated_on(town, merchant, handed_over=handed_over, candidates=days) == date.fromisoformat(
        row["On the statement of"]
    )


@pytest.mark.parametrize("row", HOLIDAYS, ids=lambda row: row["Town"])
def test_3_the_26th_of_december(town: Town, row: dict[str, str]) -> None:
    Town.objects.filter(pk=town.pk).update(territory=row["Holidays"])
    town.refresh_from_db()
    set_hours(hours="Mo-Sa 12:00-14:00; PH off")
    set_terms(town=town)
    product = make_product(name="Coteaux d’Aix rouge")
    assert main_hub() is not None
    friday = datetime(2026, 12, 25, 10, tzinfo=ZoneInfo(town.timezone))
    window = first_window(town=town, products=[product], now=friday.astimezone(UTC))
    expected = [date.fromisoformat(row[column]) for column in list(row)[2:]]
    assert [
        window.start.astimezone(ZoneInfo(town.timezone)).date(),
        first_day_after_notice(date(2028, 12, 11), territory=town.free_days),
        bank_day_from(date(2028, 12, 26)),
    ] == expected
