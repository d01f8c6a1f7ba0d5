"""Finding an order at the counter: by its number, its code, a name, a telephone number."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from shared.french import fold
from tenants.hubs.promise import HORIZON
from tenants.orders.models import Order
from tenants.orders.queries import orders_to_hand_over, with_parts

_NUMBER = re.compile(r"[a-z]{1,3}[ -]?\d[ -]?\d\d")
_CODE_DIGITS = 6
_FEWEST_PHONE_DIGITS = 4
# «Je suis déjà passé hier» is answered too.
REMEMBERED = timedelta(days=7)
MOST = 30


@dataclass(frozen=True)
class Found:
    """An order that answers; `by_code` when what was typed is its code."""

    order: Order
    by_code: bool


def find_orders(*, text: str, now: datetime) -> list[Found]:
    """Orders to hand over that answer to `text`, then those handed over in the last days; by its number, any."""
    wanted = " ".join(text.split())
    if not wanted:
        return []
    living = list(orders_to_hand_over(until=now + HORIZON))
    handed_over = list(
        with_parts(
            Order.objects.exclude(handed_over_at=None)
            .filter(Q(handed_over_at__gt=now - REMEMBERED) | Q(number=_as_number(wanted)))
            .order_by("-handed_over_at")
        )
    )
    # A code already used opens nothing: it finds nothing.
    found = [Found(order, by_code=True) for order in living if _is_code(wanted, order)]
    found += [Found(order, by_code=False) for order in [*living, *handed_over] if _answers(wanted, order)]
    # Found twice is shown once, the way it was found first.
    once = {each.order.pk: each for each in reversed(found)}
    return [each for each in found if once[each.order.pk] is each][:MOST]


def _as_number(text: str) -> str:
    """What an order's number would be, written as this is; another than any if it is none."""
    bare = re.sub(r"[ -]", "", fold(text)).upper()
    return f"{bare[:-2]}-{bare[-2:]}"


def is_like_a_code(text: str) -> bool:
    """Whether it may be an order's code; a part of a telephone number may look like one too."""
    digits = "".join(text.split())
    return len(digits) == _CODE_DIGITS and digits.isdigit()


def _is_code(text: str, order: Order) -> bool:
    return is_like_a_code(text) and "".join(text.split()) == order.code


def _answers(text: str, order: Order) -> bool:
    folded = fold(text)
    if _NUMBER.fullmatch(folded):
        return re.sub(r"[ -]", "", folded) == fold(order.number).replace("-", "")
    digits = re.sub(r"\D", "", text)
    if digits and not re.search(r"[a-z]", folded):
        return len(digits) >= _FEWEST_PHONE_DIGITS and _has_digits(order.customer_phone, digits)
    words = fold(order.customer_name).replace("-", " ").split()
    return all(any(word.startswith(part) for word in words) for part in folded.replace("-", " ").split())


def _has_digits(phone: str, digits: str) -> bool:
    """Whether a number in E.164 has these digits, dialled from France or abroad."""
    return digits.removeprefix("0") in phone.lstrip("+")
