"""Hours in words, for templates."""

from django import template
from django.utils import timezone

from shared.french import span
from shared.hours import Span
from shared.hours.week import MIDNIGHT
from shared.hours.words import in_words

register = template.Library()


@register.filter
def spans(found: tuple[Span, ...]) -> str:
    """Write a day's openings: «12 h–14 h et 18 h–20 h»; «jour et nuit» when it never closes."""
    return " et ".join(_words(each) for each in found)


@register.filter
def rule_words(rule: str) -> str:
    """Write a rule in French, in one line; nothing for a place whose hours nobody wrote."""
    return in_words(rule) if rule else ""


def _words(each: Span) -> str:
    start, end = timezone.localtime(each.start), timezone.localtime(each.end)
    return "jour et nuit" if start.time() == end.time() == MIDNIGHT else span(start, end)
