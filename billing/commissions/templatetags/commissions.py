"""Commission terms on pages and in mails."""

from django import template

from billing.commissions import wording
from billing.commissions.frozen import TermsModel
from billing.commissions.models import CommissionTerms

register = template.Library()


@register.filter
def rate(row: CommissionTerms | TermsModel) -> str:
    return wording.rate(row.terms)


@register.filter
def fees(row: CommissionTerms | TermsModel) -> list[str]:
    return wording.fees(row.terms, free_months=getattr(row, "free_months", 0))


@register.filter
def in_full(row: CommissionTerms) -> str:
    return wording.in_full(row.terms, free_months=row.free_months)


@register.filter
def vat(row: CommissionTerms | TermsModel) -> str:
    return wording.vat(row.terms)
