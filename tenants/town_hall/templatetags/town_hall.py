"""What the town hall's pages say."""

from django import template

from billing.commissions.models import CommissionTerms
from tenants.town_hall import wording

register = template.Library()


@register.filter
def rate(row: CommissionTerms) -> str:
    return wording.rate(row.terms)


@register.filter
def vat(row: CommissionTerms) -> str:
    return wording.vat(row.terms)
