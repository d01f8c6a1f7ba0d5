"""What the town hall's pages say."""

from django import template
from django.utils import timezone

from billing.commissions.models import CommissionTerms
from shared.french import span
from shared.hours import Span
from tenants.hubs.models import Hub
from tenants.hubs.week import week_of
from tenants.town_hall import wording

register = template.Library()


@register.filter
def week_words(hub: Hub) -> str:
    """A hub's week in one line; as it is written when the grid cannot say it."""
    week = week_of(hub.hours)
    if week is None:
        return hub.hours
    said = " · ".join(f"{days} {hours}" for days, hours in week.in_words())
    return f"{said}, sauf jours fériés" if week.closed_on_holidays else said


@register.filter
def spans(found: tuple[Span, ...]) -> str:
    """«12 h–14 h et 18 h–20 h»."""
    return " et ".join(span(timezone.localtime(each.start), timezone.localtime(each.end)) for each in found)


@register.filter
def rate(row: CommissionTerms) -> str:
    return wording.rate(row.terms)


@register.filter
def vat(row: CommissionTerms) -> str:
    return wording.vat(row.terms)
