"""What a town sets, what its merchants choose, and from when on it holds."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from billing.settlements.models import Frequencies, Means, SettlementRules, Statement, payout_of
from billing.settlements.periods import Frequency, Period
from billing.settlements.rules import Rules, latest_rules, rules_on, timetable_of
from billing.settlements.services import choose_frequency, set_rules, settle
from billing.settlements.setting_rules import begins_on
from billing.settlements.settling import settle_merchant
from conciergeries.merchants.models import Merchant
from conciergeries.towns.models import Town
from shared.audit.models import AuditEvent
from shared.notifications.models import Message
from shared.tenancy import in_town
from tests.billing.settlements.ruling import rule
from tests.billing.settlements.selling import (
    MONDAY,
    NEXT_MONDAY,
    NEXT_SUNDAY,
    PARIS,
    SUNDAY,
    THURSDAY_EVENING,
    check_ledger,
    sell,
)
from tests.factories import leave, make_merchant

WEDNESDAY = datetime(2026, 11, 18, 10, 0, tzinfo=PARIS)
# Told on 18 November, they have until 3 December included.
NOTICED = date(2026, 12, 4)


@pytest.fixture
def merchant(in_istres: Town) -> Merchant:
    return make_merchant(town=in_istres)


def test_without_any_rules_weeks_end_on_sunday(in_istres: Town, merchant: Merchant) -> None:
    assert rules_on(SUNDAY) == latest_rules() == Rules()
    assert timetable_of(merchant.pk).period_of(SUNDAY) == Period(date(2026, 11, 16), SUNDAY)


def test_rules_hold_for_the_periods_that_begin_after_the_notice(
    in_istres: Town, viroflay: Town, merchant: Merchant
) -> None:
    rules = Rules(frequencies=Frequencies.MONTHLY, month_day=15, review_required=True)
    assert begins_on(rules, town=in_istres, now=WEDNESDAY) == NOTICED
    assert set_rules(town=in_istres, rules=rules, actor=None, now=WEDNESDAY) == NOTICED
    timetable = timetable_of(merchant.pk)
    assert timetable.coming(WEDNESDAY.date(), 4) == [
        Period(date(2026, 11, 16), SUNDAY),
        Period(date(2026, 11, 23), NEXT_SUNDAY),
        Period(date(2026, 11, 30), date(2026, 12, 6)),
        Period(date(2026, 12, 7), date(2026, 12, 15)),
    ]
    assert (rules_on(NOTICED - timedelta(days=1)), rules_on(NOTICED)) == (Rules(), rules)
    with in_town(viroflay):
        assert latest_rules() == Rules()


def test_each_merchant_of_the_town_is_told_before(in_istres: Town, viroflay: Town, merchant: Merchant) -> None:
    make_merchant(name="Au Four de Bruno", town=viroflay, contact_email="bruno@four.example")
    gone = make_merchant(name="Parti Ailleurs", town=in_istres, contact_email="gone@ailleurs.example")
    leave(merchant=gone, town=in_istres, at=WEDNESDAY)
    rules = Rules(minimum_payout_cents=2000, payout_delay_days=5)
    set_rules(town=in_istres, rules=rules, actor=None, now=WEDNESDAY)
    letter = Message.objects.get(template="settlement_rules")
    assert letter.to == merchant.contact_email
    said = letter.text.replace("\u00a0", " ")
    for words in (
        "les périodes qui commencent le vendredi 4 décembre 2026 ou après",
        "Bordereau : chaque semaine, arrêté le dimanche, comme aujourd’hui.",
        "par Stripe, 5 jours après le bordereau (jusque-là : par Stripe, aussitôt le bordereau émis)",
        "Versement le plus petit : 20,00 € (jusque-là : aucun, tout est versé)",
        "au moins 15 jours avant",
    ):
        assert words in said, said
    assert AuditEvent.objects.get(action="settlement.rules_set").details["told"] == 1


def test_reading_statements_first_holds_from_tomorrow_and_is_nobodys_else(in_istres: Town, merchant: Merchant) -> None:
    set_rules(town=in_istres, rules=Rules(week_end=2), actor=None, now=WEDNESDAY)
    Message.objects.all().delete()
    wanted = Rules(week_end=2, review_required=True)
    tomorrow = WEDNESDAY.date() + timedelta(days=1)
    assert set_rules(town=in_istres, rules=wanted, actor=None, now=WEDNESDAY) == tomorrow
    assert not Message.objects.exists()
    assert (rules_on(tomorrow), rules_on(NOTICED)) == (Rules(review_required=True), wanted)


def test_what_was_planned_gives_way_to_what_is_set_next(in_istres: Town, merchant: Merchant) -> None:
    set_rules(town=in_istres, rules=Rules(week_end=2), actor=None, now=WEDNESDAY)
    set_rules(town=in_istres, rules=Rules(week_end=2, review_required=True), actor=None, now=WEDNESDAY)
    thursday = WEDNESDAY + timedelta(days=1)
    wanted = Rules(week_end=3, review_required=True)
    begins = set_rules(town=in_istres, rules=wanted, actor=None, now=thursday)
    assert begins == date(2026, 12, 5)
    assert rules_on(begins - timedelta(days=1)) == Rules(review_required=True)
    assert rules_on(begins) == latest_rules() == wanted


def test_a_town_without_merchants_waits_for_nobody(in_istres: Town) -> None:
    first, second = Rules(week_end=2), Rules(week_end=3)
    assert set_rules(town=in_istres, rules=first, actor=None, now=WEDNESDAY) == WEDNESDAY.date() + timedelta(days=1)
    assert set_rules(town=in_istres, rules=first, actor=None, now=WEDNESDAY) is None
    assert set_rules(town=in_istres, rules=second, actor=None, now=WEDNESDAY)
    assert (SettlementRules.objects.count(), latest_rules()) == (1, second)
    assert AuditEvent.objects.filter(action="settlement.rules_set").count() == 2


@pytest.mark.parametrize(
    "values", [{"week_end": 7}, {"month_day": 0}, {"payout_delay_days": 31}, {"minimum_payout_cents": 100_001}]
)
def test_values_out_of_bounds_are_refused(in_istres: Town, values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        set_rules(town=in_istres, rules=Rules(**values), actor=None, now=WEDNESDAY)
    assert SettlementRules.objects.count() == 0


def test_a_merchant_chooses_within_what_the_town_allows(in_istres: Town, merchant: Merchant) -> None:
    with pytest.raises(ValidationError):
        choose_frequency(town=in_istres, merchant=merchant, frequency=Frequency.MONTHLY, actor=None, now=WEDNESDAY)
    rule(frequencies=Frequencies.EITHER)
    other = make_merchant(name="Librairie du Port", town=in_istres)
    for _ in range(2):
        choose_frequency(town=in_istres, merchant=merchant, frequency=Frequency.MONTHLY, actor=None, now=WEDNESDAY)
    assert [each.last for each in timetable_of(merchant.pk).coming(SUNDAY, 3)] == [
        SUNDAY,
        date(2026, 11, 30),
        date(2026, 12, 31),
    ]
    assert timetable_of(other.pk).period_of(NEXT_SUNDAY).last == NEXT_SUNDAY
    assert AuditEvent.objects.filter(action="settlement.frequency_chosen").count() == 1


def test_a_choice_that_is_no_longer_allowed_follows_the_town(in_istres: Town, merchant: Merchant) -> None:
    rule(frequencies=Frequencies.EITHER)
    choose_frequency(town=in_istres, merchant=merchant, frequency=Frequency.MONTHLY, actor=None, now=WEDNESDAY)
    rule(frequencies=Frequencies.WEEKLY)
    assert timetable_of(merchant.pk).period_of(NEXT_SUNDAY) == Period(date(2026, 11, 23), NEXT_SUNDAY)


def test_a_merchant_that_changes_its_rhythm_is_settled_of_every_sale_once(in_istres: Town, merchant: Merchant) -> None:
    rule(frequencies=Frequencies.EITHER)
    sell(merchant=merchant.pk, cents=1000)
    choose_frequency(town=in_istres, merchant=merchant, frequency=Frequency.MONTHLY, actor=None, now=WEDNESDAY)
    settle_merchant(town=in_istres, merchant_id=merchant.pk, now=MONDAY)
    sell(merchant=merchant.pk, cents=2000, at=THURSDAY_EVENING + timedelta(days=7))
    sell(merchant=merchant.pk, cents=4000, at=datetime(2026, 11, 30, 23, 59, 59, tzinfo=PARIS))
    settle_merchant(town=in_istres, merchant_id=merchant.pk, now=NEXT_MONDAY)
    settle_merchant(town=in_istres, merchant_id=merchant.pk, now=datetime(2026, 12, 1, tzinfo=PARIS))
    found = Statement.objects.order_by("period_end").values_list("period_start", "period_end", "gross_cents")
    assert list(found) == [
        (date(2026, 11, 16), SUNDAY, 1000),
        (date(2026, 11, 23), date(2026, 11, 30), 6000),
    ]


def test_a_net_below_the_least_payout_is_carried(in_istres: Town, merchant: Merchant) -> None:
    rule(minimum_payout_cents=2000)
    sell(merchant=merchant.pk, cents=1000)
    (first,) = settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    assert (first.net_cents, first.carried_cents, payout_of(first)) == (940, 940, None)
    # A week without sales: too little to be paid, nothing to say.
    assert settle(town=in_istres, period_end=NEXT_SUNDAY, now=NEXT_MONDAY) == []
    sell(merchant=merchant.pk, cents=2000, at=THURSDAY_EVENING + timedelta(days=14))
    (then,) = settle(town=in_istres, period_end=SUNDAY + timedelta(days=14), now=MONDAY + timedelta(days=14))
    assert (then.opening_cents, then.net_cents, then.payout.amount_cents) == (940, 2820, 2820)
    check_ledger()


def test_a_merchant_that_has_gone_is_paid_whatever_is_left(in_istres: Town, merchant: Merchant) -> None:
    rule(minimum_payout_cents=2000)
    sell(merchant=merchant.pk, cents=1000)
    settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    leave(merchant=merchant, town=in_istres, at=MONDAY)
    (last,) = settle(town=in_istres, period_end=NEXT_SUNDAY, now=NEXT_MONDAY)
    assert (last.opening_cents, last.payout.amount_cents) == (940, 940)


def test_a_payout_is_due_after_the_towns_delay_by_its_means(in_istres: Town, merchant: Merchant) -> None:
    rule(payout_delay_days=5, means=Means.SEPA)
    sell(merchant=merchant.pk)
    (statement,) = settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    payout = statement.payout
    assert (payout.due_on, payout.means, payout.iban) == (date(2026, 11, 28), Means.SEPA, merchant.iban)
