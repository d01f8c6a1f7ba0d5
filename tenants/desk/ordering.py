"""From a call to an order paid at the desk."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from billing.commissions.queries import NoTermsError
from conciergeries.towns.models import Town
from shared.accounts.models import User
from shared.audit.services import record
from shared.locks import lock_one
from tenants.desk.actions import actor_of
from tenants.desk.calls import Call, resident_of_call
from tenants.hubs.models import Hub
from tenants.orders.models import Basket, Channel, Order, PaymentMode
from tenants.orders.payment_modes import desk_mode_of
from tenants.orders.placing import (
    OVERBOOKED,
    BasketChangedError,
    EmptyBasketError,
    FeeChangedError,
    ModeRefusedError,
    NotAMemberError,
    TooMuchError,
    WindowGoneError,
    Wish,
    place_order,
)

CANNOT_PLACE = (
    BasketChangedError,
    EmptyBasketError,
    WindowGoneError,
    FeeChangedError,
    ModeRefusedError,
    TooMuchError,
    NoTermsError,
)


def why_not(error: Exception) -> str:
    """Say in French why an order could not be placed, and what to do."""
    if isinstance(error, BasketChangedError):
        return f"{error} Le panier est à jour : redites-le avant de confirmer."
    if isinstance(error, EmptyBasketError):
        return "Le panier est vide : ajoutez au moins un produit."
    if isinstance(error, NotAMemberError):
        return "Ce point de retrait est réservé à ses membres : choisissez-en un autre."
    if isinstance(error, WindowGoneError):
        return "Ce retrait n’est plus possible : choisissez-en un autre."
    if isinstance(error, NoTermsError):
        return "La mairie n’a pas encore fixé la commission : aucune commande ne peut être prise."
    return str(error)


@transaction.atomic
def place(
    *, town: Town, call: Call, basket: Basket, fee_cents: int, in_shops: bool = False, user: User, now: datetime
) -> Order:
    """Make the order of a call: the person who ordered is kept with it, or nothing is. Twice is once.

    `fee_cents` is the hub's fee that was read out to them; `in_shops`: they pay each merchant themselves.

    Raises one of CANNOT_PLACE, or what else tenants.orders.placing.place_order raises.
    """
    hub_id, _bar, start = call.window.partition("|")
    try:
        hub, window_start = Hub.objects.get(pk=UUID(hub_id)), datetime.fromisoformat(start)
    except (ValueError, Hub.DoesNotExist) as error:
        raise WindowGoneError from error
    channel = Channel(call.channel)
    wish = Wish(
        hub=hub,
        window_start=window_start,
        payment_mode=PaymentMode.SHOP if in_shops else desk_mode_of(town),
        channel=channel,
        # The call's own key: however often it is sent, it makes one order.
        token=UUID(call.key),
        fee_cents=fee_cents,
        note=call.note,
        overbook=call.overbook,
    )
    # Before the resident is looked for: the second of two clicks must not note the same person down twice.
    lock_one(Basket.objects.all(), pk=basket.pk)
    already = Order.objects.filter(checkout_token=wish.token).first()
    if already is not None:
        return already
    order = place_order(
        town=town,
        basket=basket,
        resident=resident_of_call(call=call, now=now),
        wish=wish,
        actor=actor_of(user, channel),
        now=now,
    )
    if order.placed_at == now:
        details = {"order": order.number, "channel": channel.value}
        record(actor=user, action="order.taken", target=order, details=details, now=now)
        if order.events.filter(kind=OVERBOOKED).exists():
            record(actor=user, action="order.overbooked", target=order, details={"order": order.number}, now=now)
    return order
