"""The functions of shared.french as template filters."""

from collections.abc import Callable
from html import unescape

from django import template
from django.utils.safestring import SafeString

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


@register.filter
def of(name: str) -> str:
    """Join «de» and a commune's name; what an attribute has escaped already is read as it was."""
    return french.of(_raw(name))


@register.filter
def at(name: str) -> str:
    """Join «à» and a commune's name."""
    return french.at(_raw(name))


@register.filter
def initial(name: str) -> str:
    """Give the letter of a town's crest."""
    return french.initial(_raw(name))


def _raw(text: str) -> str:
    return unescape(text) if isinstance(text, SafeString) else text


_AS_THEY_ARE: tuple[Callable[..., str], ...] = (french.phone, french.phone_link, french.plural)
# A moment from the database is in UTC: Django turns it to the town's time first.
_OF_MOMENTS: tuple[Callable[..., str], ...] = (
    french.clock,
    french.calendar_day,
    french.day,
    french.full_date,
    french.moment,
    french.short_date,
)

for _function in _AS_THEY_ARE:
    register.filter(_function.__name__, _function)
for _function in _OF_MOMENTS:
    register.filter(_function.__name__, _function, expects_localtime=True)

register.simple_tag(french.span, name="span")
register.simple_tag(french.period, name="period")
