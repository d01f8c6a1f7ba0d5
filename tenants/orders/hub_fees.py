"""The fee of collecting at a hub: in an order's price, earned by its handover, given back when no goods are left."""

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import uuid5
from zoneinfo import ZoneInfo

from billing.ledger.models import Account
from billing.ledger.services import credit, debit, post
from billing.payments.queries import paid_cents
from billing.payments.services import give_back
from conciergeries.towns.communes.vat import standard_vat_bp
from shared.money import vat_of_ttc
from tenants.orders.models import Order

if TYPE_CHECKING:
    from conciergeries.towns.models import Town


def fee_vat_bp(*, town: "Town", now: datetime) -> int:
    """The VAT inside a fee asked today: the standard rate where the town is; none for a company that charges none."""
    if town.operating_company.vat_franchise:
        return 0
    return standard_vat_bp(town.department, on=now.astimezone(ZoneInfo(town.timezone)).date())


def earn_fee(*, order: Order, now: datetime) -> None:
    """Post the fee of an order that is handed over: from then on it is the operating company's."""
    cents = order.fee_cents
    if not cents:
        return
    vat = vat_of_ttc(cents, order.hub_fee_vat_bp)
    post(
        kind="hub_fee",
        key=f"order:{order.pk}:hub_fee",
        label=f"Frais de retrait, commande {order.number}",
        reference=order.pk,
        piece=order.number,
        postings=[
            debit(Account.CUSTOMERS, cents),
            credit(Account.SERVICES, cents - vat),
            credit(Account.VAT_COLLECTED, vat),
        ],
        at=now,
    )


def give_fee_back(*, order: Order, now: datetime) -> int:
    """Ask for the refund of the fee of a *locked* order of which no goods are left; the cents that were paid of it."""
    cents = min(order.hub_fee_cents, paid_cents(reference=order.pk))
    if cents > 0:
        # A cause of its own: a line's refund is another.
        cause, reason = uuid5(order.pk, "hub fee"), "frais de retrait, plus rien à retirer"
        give_back(reference=order.pk, cause=cause, amount_cents=cents, reason=reason, now=now)
    return max(cents, 0)
