"""What a customer paid a merchant itself: noted by the merchant, or by the concierge on the merchant's word.

No money of it is held here, so nothing is posted: the handover waits for it, and the order's log keeps who said so.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from shared.french import NBSP, moment
from tenants.orders.answering import locked_part
from tenants.orders.events import Actor, log
from tenants.orders.models import Order, RefundLine, RequestState, ShopOrder
from tenants.orders.queries import lines_to_weigh
from tenants.orders.states import ENDED_WITHOUT_GOODS, ShopOrderState
from tenants.orders.substitutions.waiting import AwaitsCustomerError, check_answered

PAID_IN_SHOP = "paid_in_shop"
PAYMENT_UNDONE = "paid_in_shop_undone"
_GONE = frozenset({ShopOrderState.HANDED_OVER, ShopOrderState.SETTLED})


class PaidInShopError(ValueError):
    """The payment cannot be noted, or taken back; `str()` says why in French."""


@transaction.atomic
def note_paid_in_shop(*, part_id: UUID, actor: Actor, now: datetime) -> ShopOrder:
    """Note that the customer has paid a merchant the whole of its part.

    Raises PaidInShopError when it is noted already, when the order is paid otherwise or nobody waits for the part any
    more, ShopOrder.DoesNotExist.
    """
    part = locked_part(part_id)
    _check_payable(part)
    if part.paid_in_shop_at is not None:
        when = moment(timezone.localtime(part.paid_in_shop_at))
        raise PaidInShopError(f"{part.shop}{NBSP}: déjà noté payé {when} par {part.paid_in_shop_by}.")
    part.paid_in_shop_at = now
    part.paid_in_shop_cents = part.total_cents
    part.paid_in_shop_by = actor.label
    part.save(update_fields=_FIELDS)
    data = {"amount_cents": part.total_cents}
    log(order=part.order, shop_order=part, kind=PAID_IN_SHOP, actor=actor, now=now, data=data)
    return part


@transaction.atomic
def undo_paid_in_shop(*, part_id: UUID, actor: Actor, now: datetime) -> ShopOrder:
    """Take back a payment that was noted by mistake, until the goods are handed over; the log keeps both.

    Raises PaidInShopError, ShopOrder.DoesNotExist.
    """
    part = locked_part(part_id)
    if part.paid_in_shop_at is None:
        raise PaidInShopError(f"{part.shop}{NBSP}: aucun paiement n’est noté.")
    if part.state in _GONE:
        raise PaidInShopError(f"{part.shop}{NBSP}: la commande est remise, son paiement ne s’annule plus.")
    data = {"amount_cents": part.paid_in_shop_cents}
    part.paid_in_shop_at, part.paid_in_shop_cents, part.paid_in_shop_by = None, 0, ""
    part.save(update_fields=_FIELDS)
    log(order=part.order, shop_order=part, kind=PAYMENT_UNDONE, actor=actor, now=now, data=data)
    return part


def given_back_by_shops(order: Order) -> list[tuple[ShopOrder, int]]:
    """What each merchant gives back itself of what it was paid, in cents: what left the order, or was granted since.

    In one statement; load the parts and their shops.
    """
    parts = [part for part in order.shop_orders.all() if part.paid_in_shop_at is not None]
    if not parts:
        return []
    granted = dict(
        RefundLine.objects.filter(
            line__shop_order__in=parts, request__state=RequestState.GRANTED, request__after_handover=True
        )
        .order_by()
        .values_list("line__shop_order")
        .annotate(Sum("amount_cents"))
    )
    found = [(part, part.overpaid_in_shop_cents + granted.get(part.pk, 0)) for part in parts]
    return [(part, cents) for part, cents in found if cents]


_FIELDS = ["paid_in_shop_at", "paid_in_shop_cents", "paid_in_shop_by"]


def _check_payable(part: ShopOrder) -> None:
    if not part.order.is_paid_in_shops:
        raise PaidInShopError(f"La commande {part.order.number} se paie à la conciergerie, pas au commerçant.")
    if part.state in ENDED_WITHOUT_GOODS:
        raise PaidInShopError(f"{part.shop}{NBSP}: cette part est {part.get_state_display()}, il n’y a rien à payer.")
    if part.state in _GONE:
        raise PaidInShopError(f"{part.shop}{NBSP}: la commande est déjà remise.")
    try:
        check_answered(part)
    except AwaitsCustomerError as error:
        raise PaidInShopError(str(error)) from error
    unweighed = lines_to_weigh(part.order).filter(shop_order=part).first()
    if unweighed is not None:
        raise PaidInShopError(f"Indiquez d’abord le poids pesé{NBSP}: {unweighed.name}.")
