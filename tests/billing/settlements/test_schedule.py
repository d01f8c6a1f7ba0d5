"""When each merchant is settled, and which payouts are woken."""

from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta

import pytest

from billing.payments.facts import ACCOUNT_ACTIVE
from billing.payments.services import open_account
from billing.settlements.calendar import end_of
from billing.settlements.models import Frequencies, Payout, PayoutState, Sale, SettlementRules, Statement
from billing.settlements.payouts import SEND_PAYOUT, WAKE, wake_payouts
from billing.settlements.payouts import _failed as fail
from billing.settlements.rules import Rules
from billing.settlements.services import settle
from billing.settlements.settling import settle_merchant
from conciergeries.merchants.models import MerchantAccount
from conciergeries.towns.models import Town
from shared.due.services import claim_due, do_work
from shared.tenancy import in_town, town_of_schema
from tests.billing.settlements.selling import MONDAY, PARIS, SUNDAY, THURSDAY_EVENING, sell
from tests.factories import make_merchant, run_effects
from tests.tools.fake_stripe import FakeStripe


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


def due(*, now: datetime) -> list[str]:
    """The schemas that have a merchant to settle, as the dispatcher finds them; done as a worker does it."""
    taken = claim_due(now=now)
    for (schema, kind), subjects in taken.items():
        with in_town(town_of_schema(schema)):
            do_work(kind=kind, subjects=subjects, now=now)
    return [schema for schema, _kind in taken]


def issued(*towns: Town) -> list[tuple[str, date, int]]:
    found = []
    for town in towns:
        with in_town(town):
            found += [(town.slug, each.period_end, each.net_cents) for each in Statement.objects.order_by("issued_at")]
    return found


@pytest.fixture
def planned(sold: None) -> None:
    """The first sales were noted: the merchants were looked at, and their weeks are not over."""
    assert due(now=MONDAY - timedelta(hours=1)) == ["istres"]
    assert due(now=MONDAY - timedelta(minutes=50)) == []


def test_a_merchant_is_settled_once_its_week_is_over(planned: None, istres: Town, viroflay: Town) -> None:
    assert due(now=MONDAY - timedelta(minutes=11)) == []
    assert due(now=MONDAY) == ["istres"]
    assert issued(istres, viroflay) == [("istres", SUNDAY, 1880)]
    assert due(now=MONDAY + timedelta(hours=1)) == []
    # Viroflay's merchant sold on Monday: its week ends with the next.
    assert due(now=MONDAY + timedelta(hours=12)) == ["viroflay"]
    assert sorted(due(now=MONDAY + timedelta(days=7))) == ["istres", "viroflay"]
    assert issued(istres, viroflay) == [("istres", SUNDAY, 1880), ("viroflay", date(2026, 11, 29), 1880)]


def test_each_town_by_its_own_clock(planned: None, istres: Town) -> None:
    Town.objects.filter(pk=istres.pk).update(timezone="Indian/Reunion")
    istres.refresh_from_db()
    with in_town(istres):
        sold = Sale.objects.get()
        settle_merchant(town=istres, merchant_id=sold.merchant_id, now=datetime(2026, 11, 22, 19, 59, tzinfo=UTC))
        assert Statement.objects.count() == 0
        settle_merchant(town=istres, merchant_id=sold.merchant_id, now=datetime(2026, 11, 22, 20, 0, tzinfo=UTC))
        assert Statement.objects.count() == 1


def test_months_are_settled_when_they_end(istres: Town) -> None:
    with in_town(istres):
        sale = sell(merchant=make_merchant(town=istres).pk, at=datetime(2026, 10, 12, 12, tzinfo=PARIS))
        SettlementRules.objects.create(
            valid_from=date(2026, 1, 1), set_at=MONDAY, **asdict(Rules(frequencies=Frequencies.MONTHLY))
        )
        ends = settle_merchant(town=istres, merchant_id=sale.merchant_id, now=datetime(2026, 10, 26, tzinfo=PARIS))
        assert (Statement.objects.count(), ends) == (0, datetime(2026, 11, 1, tzinfo=PARIS))
        settle_merchant(town=istres, merchant_id=sale.merchant_id, now=ends)
        statement = Statement.objects.get()
        assert (statement.period_start, statement.period_end) == (date(2026, 10, 1), date(2026, 10, 31))


def test_a_late_sale_of_a_settled_week_waits_for_the_next(planned: None, istres: Town) -> None:
    due(now=MONDAY)
    with in_town(istres):
        sell(merchant=Sale.objects.get().merchant_id)
    assert due(now=MONDAY + timedelta(hours=1)) == []
    due(now=MONDAY + timedelta(days=7))
    assert issued(istres) == [("istres", SUNDAY, 1880), ("istres", date(2026, 11, 29), 1880)]


def test_a_refused_payout_is_stated_again_in_a_week_without_sales(planned: None, istres: Town) -> None:
    due(now=MONDAY)
    with in_town(istres):
        payout = Payout.objects.get()
        Payout.objects.filter(pk=payout.pk).update(state=PayoutState.SENDING)
        fail(tried=payout, reason="compte fermé", now=MONDAY)
    assert due(now=MONDAY + timedelta(hours=1)) == []
    due(now=MONDAY + timedelta(days=7))
    with in_town(istres):
        again = Statement.objects.get(period_end=SUNDAY + timedelta(days=7))
        assert (again.opening_cents, again.net_cents, again.sales_count) == (1880, 1880, 0)
    due(now=MONDAY + timedelta(days=14))
    with in_town(istres):
        assert Statement.objects.count() == 2


def test_a_payout_taken_back_after_the_next_statement_is_stated_again(planned: None, istres: Town) -> None:
    """Stripe takes the first week's transfer back when the second week's statement is out already."""
    week = timedelta(days=7)
    due(now=MONDAY)
    with in_town(istres):
        payout = Payout.objects.get()
        sell(merchant=payout.merchant_id, at=THURSDAY_EVENING + week)
    due(now=MONDAY + week)
    with in_town(istres):
        Payout.objects.filter(pk=payout.pk).update(state=PayoutState.SENDING)
        fail(tried=payout, reason="repris", now=MONDAY + week + timedelta(hours=3))
    due(now=MONDAY + 2 * week)
    with in_town(istres):
        again = Statement.objects.get(period_end=SUNDAY + 2 * week)
        assert (again.opening_cents, again.other_cents) == (payout.amount_cents, 0)
    due(now=MONDAY + 3 * week)
    assert len(issued(istres)) == 3


@pytest.fixture
def waiting(istres: Town, viroflay: Town, stripes: dict[str, FakeStripe]) -> dict[str, Payout]:
    """In each town a payout that waits for its merchant's account, which is not active yet."""
    found = {}
    for town, alias in ((istres, "default"), (viroflay, "viroflay")):
        merchant = make_merchant(town=town)
        account = open_account(merchant=merchant, company=town.operating_company, now=MONDAY)
        stripes[alias].set_transfers(account.stripe_account_id, "pending")
        with in_town(town):
            sell(merchant=merchant.pk)
            (statement,) = settle(town=town, period_end=SUNDAY, now=MONDAY)
            run_effects(now=MONDAY, kinds=[SEND_PAYOUT])
            found[town.slug] = Payout.objects.get(statement=statement)
    return found


def looked_at(now: datetime) -> list[str]:
    """Do what is due for payouts that wait, and what follows; in which towns."""
    taken = claim_due(now=now)
    schemas = [schema for schema, kind in taken if kind == WAKE]
    for schema in schemas:
        with in_town(town_of_schema(schema)):
            do_work(kind=WAKE, subjects=taken[schema, WAKE], now=now)
            run_effects(now=now, kinds=[SEND_PAYOUT, ACCOUNT_ACTIVE])
    return schemas


def test_a_payout_whose_account_can_receive_leaves_though_stripes_word_was_lost(
    waiting: dict[str, Payout], istres: Town, viroflay: Town, stripes: dict[str, FakeStripe]
) -> None:
    """Nobody sells there any more either."""
    assert looked_at(MONDAY + timedelta(minutes=14)) == []
    stripes["default"].set_transfers(MerchantAccount.objects.get(company=istres.operating_company).stripe_account_id)
    first = MONDAY + timedelta(minutes=15)
    assert looked_at(first) == ["istres", "viroflay"]
    for town, state in ((istres, PayoutState.SENT), (viroflay, PayoutState.WAITING)):
        with in_town(town):
            assert Payout.objects.get().state == state
    # Asked in vain, Stripe is not asked again before six hours, however often it is tried meanwhile.
    with in_town(viroflay):
        wake_payouts(now=first)
        run_effects(now=first, kinds=[SEND_PAYOUT])
    assert looked_at(first + timedelta(hours=5)) == []
    stripes["viroflay"].set_transfers(MerchantAccount.objects.get(company=viroflay.operating_company).stripe_account_id)
    looked_at(first + timedelta(hours=6))
    with in_town(viroflay):
        assert Payout.objects.get().state == PayoutState.SENT


def test_an_account_at_another_company_wakes_nothing(waiting: dict[str, Payout], istres: Town, viroflay: Town) -> None:
    MerchantAccount.objects.filter(company=istres.operating_company).delete()
    MerchantAccount.objects.update(company=viroflay.operating_company, transfers_active=True)
    looked_at(MONDAY + timedelta(minutes=15))
    with in_town(istres):
        assert Payout.objects.get().state == PayoutState.WAITING


def test_a_town_that_is_not_open_is_not_asked(planned: None, istres: Town) -> None:
    Town.objects.filter(pk=istres.pk).update(ready=False)
    assert due(now=MONDAY) == []


def test_a_suspended_town_owes_its_merchants_all_the_same(planned: None, istres: Town) -> None:
    Town.objects.filter(pk=istres.pk).update(suspended_at=MONDAY)
    assert due(now=MONDAY) == ["istres"]
    assert len(issued(istres)) == 1
