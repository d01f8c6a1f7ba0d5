"""Which towns have a week to settle, and who is sent to do it."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing.settlements.calendar import end_of, last_finished_week
from billing.settlements.models import Payout, PayoutState, Statement
from billing.settlements.payouts import SEND_PAYOUT, wake_payouts
from billing.settlements.payouts import _failed as fail
from billing.settlements.schedule import due_towns, towns_with_payouts_to_wake
from billing.settlements.services import settle
from billing.settlements.tasks import settle_due_towns, settle_town, wake_town, wake_waiting_payouts
from conciergeries.celery import app
from conciergeries.merchants.models import MerchantAccount
from conciergeries.towns.models import Town
from shared.outbox.models import Effect
from shared.tenancy import UnknownTownError, in_town
from tests.billing.settlements.selling import MONDAY, PARIS, SUNDAY, THURSDAY_EVENING, sell
from tests.factories import make_merchant


@pytest.mark.parametrize(
    ("now", "sunday"),
    [
        (datetime(2026, 11, 22, 23, 59, 59, tzinfo=PARIS), date(2026, 11, 15)),
        (datetime(2026, 11, 23, 0, 0, 0, tzinfo=PARIS), SUNDAY),
        (datetime(2026, 11, 29, 12, 0, 0, tzinfo=PARIS), SUNDAY),
        (datetime(2026, 11, 22, 23, 30, tzinfo=UTC), SUNDAY),
    ],
)
def test_the_last_finished_week(istres: Town, now: datetime, sunday: date) -> None:
    assert last_finished_week(istres, now) == sunday


@pytest.mark.parametrize(
    ("day", "end"),
    [
        (date(2026, 3, 29), datetime(2026, 3, 29, 22, 0, tzinfo=UTC)),
        (date(2026, 10, 25), datetime(2026, 10, 25, 23, 0, tzinfo=UTC)),
    ],
)
def test_a_day_ends_at_midnight_on_the_towns_clock(istres: Town, day: date, end: datetime) -> None:
    assert end_of(istres, day) == end


@pytest.fixture
def sold(istres: Town, viroflay: Town) -> None:
    """A sale in Istres last week, one in Viroflay this week."""
    with in_town(istres):
        sell(merchant=make_merchant(town=istres).pk)
    with in_town(viroflay):
        sell(merchant=make_merchant(town=viroflay).pk, at=MONDAY + timedelta(hours=9))


def test_a_town_is_due_once_its_week_is_over(sold: None, istres: Town, viroflay: Town) -> None:
    assert due_towns(now=THURSDAY_EVENING) == []
    assert due_towns(now=MONDAY - timedelta(minutes=11)) == []
    assert due_towns(now=MONDAY) == [("istres", SUNDAY)]
    assert sorted(due_towns(now=MONDAY + timedelta(days=7))) == [
        ("istres", date(2026, 11, 29)),
        ("viroflay", date(2026, 11, 29)),
    ]


def test_each_town_by_its_own_clock(sold: None, istres: Town) -> None:
    Town.objects.filter(pk=istres.pk).update(timezone="Indian/Reunion")
    assert due_towns(now=datetime(2026, 11, 22, 20, 10, tzinfo=UTC)) == [("istres", SUNDAY)]


def test_a_settled_town_is_due_no_more(sold: None, istres: Town) -> None:
    settle(town=istres, period_end=SUNDAY, now=MONDAY)
    assert due_towns(now=MONDAY + timedelta(hours=1)) == []


def test_a_late_sale_of_a_settled_week_waits_for_the_next(sold: None, istres: Town) -> None:
    (statement,) = settle(town=istres, period_end=SUNDAY, now=MONDAY)
    with in_town(istres):
        sell(merchant=statement.merchant_id)
    assert due_towns(now=MONDAY + timedelta(hours=1)) == []
    assert due_towns(now=MONDAY + timedelta(days=7))[0] == ("istres", date(2026, 11, 29))


def test_a_refused_payout_is_stated_again_in_a_week_without_sales(sold: None, istres: Town) -> None:
    (statement,) = settle(town=istres, period_end=SUNDAY, now=MONDAY)
    with in_town(istres):
        payout = Payout.objects.get(statement=statement)
        payout.state = PayoutState.SENDING
        payout.save(update_fields=["state"])
        fail(payout_id=payout.pk, reason="compte fermé", now=MONDAY)
    next_monday, next_sunday = MONDAY + timedelta(days=7), SUNDAY + timedelta(days=7)
    assert ("istres", SUNDAY) not in due_towns(now=MONDAY + timedelta(hours=1))
    assert ("istres", next_sunday) in due_towns(now=next_monday)
    (again,) = settle(town=istres, period_end=next_sunday, now=next_monday)
    assert (again.opening_cents, again.net_cents, again.sales_count) == (payout.amount_cents, payout.amount_cents, 0)
    assert "istres" not in dict(due_towns(now=next_monday + timedelta(hours=1)))
    assert "istres" not in dict(due_towns(now=next_monday + timedelta(days=7)))


def test_a_payout_taken_back_after_the_next_statement_is_stated_again(sold: None, istres: Town) -> None:
    """Stripe takes the first week's transfer back when the second week's statement is out already."""
    (statement,) = settle(town=istres, period_end=SUNDAY, now=MONDAY)
    week = timedelta(days=7)
    with in_town(istres):
        sell(merchant=statement.merchant_id, at=THURSDAY_EVENING + week)
    settle(town=istres, period_end=SUNDAY + week, now=MONDAY + week)
    with in_town(istres):
        payout = Payout.objects.get(statement=statement)
        Payout.objects.filter(pk=payout.pk).update(state=PayoutState.SENDING)
        fail(payout_id=payout.pk, reason="repris", now=MONDAY + week + timedelta(hours=3))
    assert "istres" not in dict(due_towns(now=MONDAY + week + timedelta(hours=4)))
    assert ("istres", SUNDAY + 2 * week) in due_towns(now=MONDAY + 2 * week)
    (again,) = settle(town=istres, period_end=SUNDAY + 2 * week, now=MONDAY + 2 * week)
    assert again.opening_cents == payout.amount_cents
    assert "istres" not in dict(due_towns(now=MONDAY + 3 * week))


@pytest.fixture
def waiting(istres: Town, viroflay: Town) -> dict[str, Payout]:
    """In each town a payout that waits for its merchant's account: not active yet at Istres's company."""
    found = {}
    for town in (istres, viroflay):
        merchant = make_merchant(town=town)
        MerchantAccount.objects.create(
            merchant=merchant, company=town.operating_company, stripe_account_id=f"acct_{town.slug}"
        )
        with in_town(town):
            sell(merchant=merchant.pk)
            (statement,) = settle(town=town, period_end=SUNDAY, now=MONDAY)
            Effect.objects.filter(kind=SEND_PAYOUT).update(done_at=MONDAY)
            found[town.slug] = Payout.objects.get(statement=statement)
    return found


def test_a_payout_whose_account_can_receive_is_woken(waiting: dict[str, Payout], istres: Town) -> None:
    """Nobody sells there any more, and the word of Stripe was lost: the payout leaves all the same."""
    assert towns_with_payouts_to_wake(ask_stripe=False) == []
    assert sorted(towns_with_payouts_to_wake(ask_stripe=True)) == ["istres", "viroflay"]
    MerchantAccount.objects.filter(stripe_account_id="acct_istres").update(transfers_active=True)
    assert towns_with_payouts_to_wake(ask_stripe=False) == ["istres"]
    wake_town.apply(headers={"_schema_name": "istres"}, throw=True)
    with in_town(istres):
        effect = Effect.objects.get(kind=SEND_PAYOUT, done_at=None)
        assert effect.payload == {"payout_id": str(waiting["istres"].pk)}
        # Its next try is planned: another beat adds none.
        assert wake_payouts(now=MONDAY) == 0
    assert towns_with_payouts_to_wake(ask_stripe=False) == []


def test_an_account_at_another_company_wakes_nothing(waiting: dict[str, Payout], istres: Town, viroflay: Town) -> None:
    MerchantAccount.objects.filter(stripe_account_id="acct_istres").update(
        company=viroflay.operating_company, transfers_active=True
    )
    assert towns_with_payouts_to_wake(ask_stripe=True) == ["viroflay"]


def test_beat_sends_one_message_to_each_town_that_waits(waiting: dict[str, Payout], queue: Any) -> None:
    MerchantAccount.objects.filter(stripe_account_id="acct_viroflay").update(transfers_active=True)
    wake_waiting_payouts()
    messages = [json.loads(raw) for raw in queue.lrange("celery", 0, -1)]
    sent = [each["headers"]["_schema_name"] for each in messages if each["headers"]["task"] == wake_town.name]
    assert sent == ["viroflay"]


def test_a_town_that_is_not_open_is_not_asked(sold: None, istres: Town) -> None:
    Town.objects.filter(pk=istres.pk).update(ready=False)
    assert due_towns(now=MONDAY) == []


def test_a_suspended_town_owes_its_merchants_all_the_same(sold: None, istres: Town) -> None:
    Town.objects.filter(pk=istres.pk).update(suspended_at=MONDAY)
    assert due_towns(now=MONDAY) == [("istres", SUNDAY)]


def test_all_towns_are_asked_in_one_statement(sold: None) -> None:
    with CaptureQueriesContext(connection) as queries:
        due_towns(now=MONDAY)
    assert len([query for query in queries if "settlements_sale" in query["sql"]]) == 1


@pytest.fixture
def queue() -> Iterator[Any]:
    """The broker's queue, empty."""
    with app.connection_or_acquire() as broker:
        client = broker.default_channel.client
        client.delete("celery")
        yield client
        client.delete("celery")


def test_one_message_for_each_town_that_is_due(istres: Town, viroflay: Town, queue: Any) -> None:
    """The task reads the real clock: the sale is of a week that is over by it."""
    with in_town(istres):
        sell(merchant=make_merchant(town=istres).pk, at=datetime(2026, 1, 7, 12, tzinfo=UTC))
    ((_schema, sunday),) = due_towns(now=datetime.now(UTC))
    queue.delete("celery")
    settle_due_towns()
    messages = [json.loads(raw) for raw in queue.lrange("celery", 0, -1)]
    (sent,) = [message for message in messages if message["headers"]["task"] == settle_town.name]
    assert sent["headers"]["_schema_name"] == "istres"
    assert sunday.isoformat() in sent["headers"]["kwargsrepr"]


def test_the_task_settles_its_own_town(istres: Town, viroflay: Town) -> None:
    for town in (istres, viroflay):
        with in_town(town):
            sell(merchant=make_merchant(town=town).pk, at=datetime(2026, 1, 7, 12, tzinfo=UTC))
    with in_town(istres):
        settle_town.apply(kwargs={"period_end": "2026-01-11"}, headers={"_schema_name": "istres"}, throw=True)
        assert Statement.objects.count() == 1
    with in_town(viroflay):
        assert Statement.objects.count() == 0


def test_the_task_refuses_to_run_where_it_was_not_sent(istres: Town) -> None:
    with in_town(istres), pytest.raises(UnknownTownError):
        settle_town.apply(kwargs={"period_end": "2026-01-11"}, headers={"_schema_name": "nowhere"}, throw=True)
