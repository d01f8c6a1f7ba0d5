"""Whether a town sells: it must have said what it takes of each sale."""

from datetime import date

from billing.commissions.models import CommissionTerms


def sells(on: date) -> bool:
    """Whether the town has commission terms on that day: without them nothing may be sold."""
    return CommissionTerms.objects.filter(valid_from__lte=on, withdrawn_on=None).exists()
