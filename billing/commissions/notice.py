"""The days of notice that merchants have before their terms change, or before a town ends its contract with them."""

from datetime import date, timedelta

from shared.hours.holidays import is_holiday

NOTICE_DAYS = 15
TERMINATION_NOTICE_DAYS = 30
_SATURDAY = 5
_ONE_DAY = timedelta(days=1)


def first_day_after_notice(told_on: date, *, territory: str, days: int = NOTICE_DAYS) -> date:
    """The first day on which what merchants are told of on a day may hold.

    Regulation (EU) 2019/1150 gives them fifteen days before terms change (article 3), thirty before a town ends the
    contract (article 4). Regulation 1182/71, article 3, counts these from the day after, whole; a last one
    that is a Saturday, a Sunday or a public holiday is put off to the next working day.
    """
    last = told_on + timedelta(days=days)
    while last.weekday() >= _SATURDAY or is_holiday("PH", last, territory=territory):
        last += _ONE_DAY
    return last + _ONE_DAY
