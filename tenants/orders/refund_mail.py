"""What is written about a refund: to its customer, and to each merchant that bears a part of it."""

from collections.abc import Sequence
from datetime import datetime

from billing.payments.cheques import brought_nothing
from billing.payments.models import Bearer, Mode, Refund
from shared.notifications.services import notify
from tenants.orders import messages
from tenants.orders.models import Order, RefundLine, RefundRequest, ShopOrder


def refunded(
    *,
    order: Order,
    request: RefundRequest,
    lines: Sequence[RefundLine],
    refunds: Sequence[Refund],
    fee_cents: int,
    now: datetime,
) -> bool:
    """Tell the customer what is given back, why, and when it arrives; False when they have no e-mail.

    `fee_cents` of the hub's fee go back too, because nothing is left to collect.
    """
    by_card = sum(refund.amount_cents for refund in refunds if refund.mode == Mode.CARD)
    unpaid = sum(refund.amount_cents for refund in refunds if brought_nothing(refund.payment))
    at_desk = sum(refund.amount_cents for refund in refunds) - by_card - unpaid
    return messages.to_customer(
        order=order,
        template="refunded",
        now=now,
        asked=request,
        lines=lines,
        by_card=by_card,
        at_desk=at_desk,
        unpaid=unpaid,
        by_shops=sum(each.amount_cents for each in lines if each.line) if order.is_paid_in_shops else 0,
        fee_cents=fee_cents,
    )


def borne_by_merchants(*, order: Order, request: RefundRequest, lines: Sequence[RefundLine], now: datetime) -> None:
    """Tell each merchant what it bears, of its own lines only."""
    by_part: dict[ShopOrder, list[RefundLine]] = {}
    for each in lines:
        if each.line is not None and each.bearer == Bearer.MERCHANT:
            by_part.setdefault(each.line.shop_order, []).append(each)
    merchants = messages.merchants_of(list(by_part))
    for part, own in by_part.items():
        context = {
            "order": order,
            "part": part,
            "asked": request,
            "lines": own,
            "borne_cents": sum(each.amount_cents for each in own),
            "url": messages.portal_url() + "passees/",
        }
        notify(to=merchants[part.merchant_id].contact_email, template="orders/refund_borne", context=context, now=now)
