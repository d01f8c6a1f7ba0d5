"""How long things are kept: the one table. docs/law.md says why, and «Vos données» tells the people."""

from datetime import timedelta

from shared.french import plural

_MONTH, _YEAR = 30, 365

DELAYS = {
    "sessions": timedelta(),
    "baskets": timedelta(days=_MONTH),
    "codes": timedelta(days=_MONTH),
    "effects": timedelta(days=_MONTH),
    "invitations": timedelta(days=_MONTH),
    "payment_requests": timedelta(days=_MONTH),
    "message_words": timedelta(days=_YEAR),
    "webhook_events": timedelta(days=_YEAR),
    "accounts": timedelta(days=2 * _YEAR),
    "customers": timedelta(days=3 * _YEAR),
    "messages": timedelta(days=3 * _YEAR),
    # Five years, at least, from the end of the year that was declared (directive 2011/16/EU, annex V).
    "birth_dates": timedelta(days=6 * _YEAR),
    # Ten years from the end of the accounting year.
    "documents": timedelta(days=11 * _YEAR),
}


def in_words(key: str) -> str:
    """A delay as a page says it: «2 ans», «30 jours»."""
    years, days = divmod(DELAYS[key].days, _YEAR)
    return plural(years, "an") if years and not days else plural(DELAYS[key].days, "jour")
