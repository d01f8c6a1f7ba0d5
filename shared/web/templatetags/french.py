"""The functions of shared.french as template filters."""

from django import template

from shared import french

register = template.Library()


@register.filter
def money(cents: int | str) -> str:
    """Write an amount in cents; an attribute written `cents="{{ … }}"` arrives as text."""
    return french.money(int(cents))


@register.filter
def percent(basis_points: int | str) -> str:
    """Write a rate in basis points."""
    return french.percent(int(basis_points))


for _function in (
    french.phone,
    french.phone_link,
    french.of,
    french.at,
    french.initial,
    french.plural,
):
    register.filter(_function.__name__, _function)

# A moment from the database is in UTC: Django turns it to the town's time first.
for _function in (french.clock, french.calendar_day, french.day, french.moment, french.short_date):
    register.filter(_function.__name__, _function, expects_localtime=True)

register.simple_tag(french.span, name="span")
register.simple_tag(french.period, name="period")
