"""Hours in words, for templates."""

from django import template
from django.utils import timezone

from shared.french import span
from shared.hours import Span
from shared.hours.week import MIDNIGHT, week_of

register = template.Library()


@register.filter
def spans(found: tuple[Span, ...]) -> str:
    """Write a day's openings: «12 h–14 h et 18 h–20 h»; «jour et nuit» when it never closes."""
    return " et ".join(_words(each) for each in found)


@register.filter
def rule_words(rule: str) -> str:
    """Write a week in one line; as it is written when a grid cannot say it."""
    if rule == "24/7":
        return "jour et nuit, tous les jours"
    week = week_of(rule, openings_a_day=None) if rule else None
    if week is None:
        return rule
    said = " · ".join(f"{days} {hours}" for days, hours in week.in_words())
    return f"{said}, sauf jours fériés" if week.closed_on_holidays else said


def _words(each: Span) -> str:
    start, end = timezone.localtime(each.start), timezone.localtime(each.end)
    return "jour et nuit" if start.time() == end.time() == MIDNIGHT else span(start, end)
