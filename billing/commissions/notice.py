"""The days of notice that merchants have before their terms change."""

from datetime import date, timedelta

from shared.hours.holidays import is_holiday

NOTICE_DAYS = 15
_SATURDAY = 5
_ONE_DAY = timedelta(days=1)


def first_day_after_notice(told_on: date, *, territory: str) -> date:
    """The first day on which terms may hold that merchants are told of on a day.

    Regulation (EU) 2019/1150, article 3, gives them fifteen days. Regulation 1182/71, article 3, counts these from the
    day after, whole; a last one that is a Saturday, a Sunday or a public holiday is put off to the next working day.
    """
    last = told_on + timedelta(days=NOTICE_DAYS)
    while last.weekday() >= _SATURDAY or is_holiday("PH", last, territory=territory):
        last += _ONE_DAY
    return last + _ONE_DAY
