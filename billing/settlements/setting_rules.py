"""Setting how a town settles, and choosing how often one is settled.

A change is for tomorrow at the earliest, so the period that runs ends as it was said to; one that merchants must know
of waits for their days of notice. What was planned for a day to come may still be changed; what is in force is history.
"""

from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from billing.commissions.notice import first_day_after_notice
from billing.settlements.calendar import day_in
from billing.settlements.models import ChosenFrequency, SettlementRules
from billing.settlements.periods import ONE_DAY, Frequency
from billing.settlements.rules import Rules, latest_rules, rules_on, wish_of
from billing.settlements.rules_mail import tell_of_rules
from conciergeries.merchants.models import Merchant
from conciergeries.towns.models import Town
from shared.audit.services import record

NOT_ALLOWED = "La commune ne propose pas ce rythme."


def begins_on(rules: Rules, *, town: Town, now: datetime) -> date:
    """The first day on which periods may begin under rules that are set now.

    When and how a merchant is paid are terms of its contract: it has fifteen days to know of a change (regulation
    (EU) 2019/1150, article 3). That the town hall reads statements first is its own affair, and holds from tomorrow.
    """
    today = day_in(town, now)
    if _says_nothing_new(rules) or not _present(town):
        return today + ONE_DAY
    return first_day_after_notice(today, territory=town.territory)


def _says_nothing_new(rules: Rules) -> bool:
    return replace(latest_rules(), review_required=rules.review_required) == rules


def _present(town: Town) -> list[Merchant]:
    return list(Merchant.objects.filter(presences__town=town, presences__left_at=None).order_by("name", "pk"))


@transaction.atomic
def set_rules(*, town: Town, rules: Rules, actor: Any, now: datetime) -> date | None:
    """Set the rules of the periods that begin from a day on, which is returned; None when they are those already.

    The town's merchants are written to of what concerns them; what they were told before, and is not in force, is given
    up. Raises ValidationError, in French: a value out of bounds.
    """
    if rules == latest_rules():
        return None
    today, begins = day_in(town, now), begins_on(rules, town=town, now=now)
    before = rules_on(today)
    if _says_nothing_new(rules):
        told: list[Merchant] = []
        SettlementRules.objects.filter(valid_from__gt=begins).update(review_required=rules.review_required)
        _save(replace(rules_on(begins), review_required=rules.review_required), on=begins, now=now)
    else:
        told = _present(town)
        _forget_planned(today=today, now=now)
        _save(rules, on=begins, now=now)
    for merchant in told:
        tell_of_rules(town=town, merchant=merchant, before=before, after=rules, begins=begins, now=now)
    row = SettlementRules.objects.get(valid_from=begins)
    details = {**asdict(rules), "valid_from": begins.isoformat(), "told": len(told)}
    record(actor=actor, action="settlement.rules_set", target=row, details=details, now=now)
    return begins


def _forget_planned(*, today: date, now: datetime) -> None:
    """Give up what was to come of terms; whether the town hall reads statements from tomorrow on stays."""
    review = rules_on(today + ONE_DAY).review_required
    SettlementRules.objects.filter(valid_from__gt=today).delete()
    if (present := rules_on(today)).review_required != review:
        _save(replace(present, review_required=review), on=today + ONE_DAY, now=now)


def _save(rules: Rules, *, on: date, now: datetime) -> None:
    row = SettlementRules.objects.filter(valid_from=on).first() or SettlementRules(valid_from=on)
    for name, value in asdict(rules).items():
        setattr(row, name, value)
    row.set_at = now
    row.full_clean(validate_unique=False)
    row.save()


@transaction.atomic
def choose_frequency(*, town: Town, merchant: Merchant, frequency: Frequency, actor: Any, now: datetime) -> bool:
    """Have a merchant settled this often in a town, for the periods that begin from tomorrow on; False if it is so.

    Raises ValidationError when the town does not allow it.
    """
    if not latest_rules().allows(frequency):
        raise ValidationError(NOT_ALLOWED)
    if wish_of(merchant.pk) is frequency:
        return False
    tomorrow = day_in(town, now) + ONE_DAY
    row, _made = ChosenFrequency.objects.update_or_create(
        merchant_id=merchant.pk,
        valid_from=tomorrow,
        defaults={"frequency": frequency.value, "chosen_at": now},
    )
    record(
        actor=actor,
        action="settlement.frequency_chosen",
        target=row,
        details={"name": merchant.name, "frequency": frequency.value, "valid_from": tomorrow.isoformat()},
        now=now,
    )
    return True
