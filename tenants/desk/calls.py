"""An order being taken for somebody: one call, one basket, kept in the concierge's session.

Two calls in two tabs do not mix: each has its own address. The call's key is its form's token too, so that sending it
twice makes one order.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.sessions.backends.base import SessionBase

from tenants.orders.models import Basket, Channel
from tenants.residents.models import Resident
from tenants.residents.services import resident_on_the_phone

SESSION_KEY = "desk_calls"
# A concierge takes a few calls at once; what was left open long ago is let go.
MOST_OPEN = 8


class NoSuchCallError(LookupError):
    """The call is another person's, another town's, or long over."""


@dataclass
class Call:
    """Who is on the line, and what was said so far. `resident` is empty for somebody met for the first time."""

    key: str
    basket: str
    name: str
    phone: str = ""
    email: str = ""
    resident: str = ""
    channel: str = Channel.PHONE.value
    window: str = ""
    overbook: bool = False
    note: str = ""
    order: str = ""


def start(*, session: SessionBase, key: UUID, caller: dict[str, str], now: datetime) -> Call:
    """Begin a call, with an empty basket."""
    basket = Basket.objects.create(created_at=now, updated_at=now)
    call = Call(
        key=str(key),
        basket=str(basket.pk),
        name=caller["name"],
        phone=caller.get("phone", ""),
        email=caller.get("email", ""),
        resident=caller.get("resident", ""),
    )
    calls: dict[str, Any] = session.get(SESSION_KEY, {})
    for old in list(calls)[: max(len(calls) - MOST_OPEN + 1, 0)]:
        Basket.objects.filter(pk=calls.pop(old)["basket"], resident=None).delete()
    calls[call.key] = asdict(call)
    session[SESSION_KEY] = calls
    return call


def find(*, session: SessionBase, key: UUID) -> Call:
    """The call of this key. Raises NoSuchCallError."""
    known = session.get(SESSION_KEY, {}).get(str(key))
    if known is None:
        raise NoSuchCallError(str(key))
    return Call(**known)


def keep(*, session: SessionBase, call: Call) -> None:
    """Remember what was said."""
    session[SESSION_KEY] = {**session.get(SESSION_KEY, {}), call.key: asdict(call)}


def open_calls(session: SessionBase) -> list[Call]:
    """The calls not finished yet, the latest first."""
    calls = [Call(**known) for known in session.get(SESSION_KEY, {}).values()]
    return [call for call in reversed(calls) if not call.order]


def forget(*, session: SessionBase, call: Call) -> None:
    """Let a call go with its basket: nobody ordered."""
    calls = dict(session.get(SESSION_KEY, {}))
    calls.pop(call.key, None)
    session[SESSION_KEY] = calls
    Basket.objects.filter(pk=call.basket, resident=None).delete()


def basket_of(call: Call) -> Basket:
    """The basket of a call. Raises NoSuchCallError when it was let go."""
    basket = Basket.objects.filter(pk=call.basket, resident=None).first()
    if basket is None:
        raise NoSuchCallError(call.key)
    return basket


def caller_of(resident: Resident) -> dict[str, str]:
    """What a call remembers of a resident who is known."""
    return {
        "resident": str(resident.pk),
        "name": resident.name,
        "phone": resident.phone,
        "email": resident.email,
    }


def resident_of_call(*, call: Call, now: datetime) -> Resident:
    """The resident who orders: the one chosen, else found by what they said, else made."""
    if call.resident:
        return Resident.objects.get(pk=call.resident)
    return resident_on_the_phone(name=call.name, phone=call.phone, email=call.email, now=now)


def known_resident(call: Call) -> Resident | None:
    """The resident chosen when the call began; None for somebody noted down."""
    return Resident.objects.filter(pk=call.resident).first() if call.resident else None
