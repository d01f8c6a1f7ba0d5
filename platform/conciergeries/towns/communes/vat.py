"""The standard rate of French VAT, by place and by date (docs/law.md): what services without a rate of their own bear.

Departments and collectivities are named by their INSEE code. Corsica has the mainland's standard rate; the overseas
departments have their own, but for French Guiana and Mayotte where VAT is not applied (CGI, art. 294 and 296). The
other collectivities are outside French VAT.
"""

from datetime import date

# When the mainland's rate became what it is; no conciergerie sold before.
_SINCE = date(2014, 1, 1)
_MAINLAND = [(_SINCE, 2000)]
_OVERSEAS = [(_SINCE, 850)]
_NONE = [(_SINCE, 0)]
# The rates of a place from each date on, the latest last.
_RATES = {
    "971": _OVERSEAS,
    "972": _OVERSEAS,
    "973": _NONE,
    "974": _OVERSEAS,
    "975": _NONE,
    "976": _NONE,
    "977": _NONE,
    "978": _NONE,
    "984": _NONE,
    "986": _NONE,
    "987": _NONE,
    "988": _NONE,
    "989": _NONE,
}


class NoRateError(LookupError):
    """No rate is known for a date so far back."""


def standard_vat_bp(department: str, *, on: date) -> int:
    """The standard rate in a department on a day, in basis points. Raises NoRateError."""
    held = [rate for since, rate in _RATES.get(department, _MAINLAND) if since <= on]
    if not held:
        raise NoRateError(f"{department} on {on}")
    return held[-1]
