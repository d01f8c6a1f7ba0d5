"""What the desk's rows say."""

from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone

from shared.french import NBSP, day, money, plural, span
from tenants.desk.board import ToHandOver, ordered_lines
from tenants.orders.models import Line, ShopOrder

register = template.Library()

_HOUR, _DAY = 60, 24 * 60


@register.filter
def listed(one: Any) -> list[Any]:
    """A list of one, for what takes a list."""
    return [one]


@register.filter
def code_groups(code: str) -> str:
    """A code as it is said: «482 913»."""
    return f"{code[:3]}{NBSP}{code[3:]}"


@register.filter
def ordered(part: ShopOrder) -> list[Line]:
    """The lines of a part that its shop has not refused."""
    return ordered_lines(part)


@register.filter
def awaited(parts: list[ShopOrder]) -> str:
    """How many bags are not there yet."""
    return plural(len(parts), "sac attendu", "sacs attendus")


@register.filter
def since(moment: datetime, now: datetime) -> str:
    """How long somebody has been waiting, as one says it."""
    minutes = int((now - moment).total_seconds() // 60)
    if minutes < 1:
        return "à l’instant"
    if minutes < _HOUR:
        return f"depuis {minutes}{NBSP}min"
    if minutes < _DAY:
        return f"depuis {minutes // _HOUR}{NBSP}h"
    return f"depuis {plural(minutes // _DAY, 'jour')}"


@register.filter
def waiting_note(each: ToHandOver, now: datetime) -> str:
    """When, how many bags, what is still to pay; what is waited for comes first."""
    order = each.order
    start, end = timezone.localtime(order.window_start), timezone.localtime(order.window_end)
    said = [f"{day(start, now)} {span(start, end)}"]
    if each.missing:
        said.insert(0, "attend " + ", ".join(part.shop.name for part in each.missing))
    else:
        said.append(plural(each.bags, "sac"))
    if each.unpaid_in_shops_cents:
        said.append(f"{money(each.unpaid_in_shops_cents)} à payer aux boutiques")
    if each.to_weigh:
        said.append("à peser")
    elif each.due_cents or not each.unpaid_in_shops_cents:
        said.append(f"{money(each.due_cents)} à encaisser" if each.due_cents else "payé")
    return " · ".join(said)
