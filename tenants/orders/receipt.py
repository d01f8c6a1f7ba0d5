"""The receipt of an order, for its customer: what was bought from whom, the VAT in it, what was paid and given back.

It is made when it is asked for, of what is true then: a later refund is on the next one. It is no invoice: each shop
sells what is under its name.
"""

from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Sum

from billing.documents.letterhead import Issuer, letterhead
from billing.payments.models import Bearer, Payment, PaymentState, Refund, RefundState
from billing.payments.queries import payments_of
from conciergeries.towns.models import Town
from shared.french import MINUS, full_date, money, percent, short_date
from shared.money import vat_of_ttc
from shared.typesetting.pdf import typeset
from tenants.orders.models import Line, Order, RefundLine, RequestState, ShopOrder

_TEMPLATE = Path(__file__).parent / "typst" / "receipt.typ"
_NO_INVOICE = (
    "Ce reçu n’est pas une facture. Chaque produit est vendu par la boutique nommée au-dessus de lui ; la conciergerie"
    " encaisse pour son compte."
)
_PAID_IN_SHOPS = (
    "Ce reçu n’est pas une facture. Les produits ont été payés à chaque boutique, qui donne son propre reçu."
)


class NothingPaidError(ValueError):
    """There is no receipt of what was not paid."""


def has_receipt(payments: list[Payment]) -> bool:
    """Whether something was paid."""
    return any(payment.state == PaymentState.SUCCEEDED for payment in payments)


def receipt(*, order: Order, town: Town) -> bytes:
    """The PDF of an order's receipt; the same bytes for the same facts. Raises NothingPaidError."""
    paid = [each for each in payments_of(reference=order.pk) if each.state == PaymentState.SUCCEEDED]
    if not paid:
        raise NothingPaidError(order.number)
    refunds = [refund for payment in paid for refund in payment.refunds.all() if refund.state != RefundState.FAILED]
    moments = [order.placed_at, *(_when(each) for each in paid), *(_when(each) for each in refunds)]
    return typeset(template=_TEMPLATE, data=_data(order, town, paid, refunds), at=max(moments))


def _when(fact: Payment | Refund) -> datetime:
    return fact.closed_at or fact.created_at


def _data(order: Order, town: Town, paid: list[Payment], refunds: list[Refund]) -> dict[str, Any]:
    # What was paid in the shops has the shops' own receipts: this one is of what was paid here.
    parts = [] if order.is_paid_in_shops else list(order.shop_orders.all())
    zone = ZoneInfo(town.timezone)
    total = order.collected_here_cents
    kept = sum(each.amount_cents for each in paid) - sum(each.amount_cents for each in refunds)
    return {
        "title": "Reçu",
        "reference": f"commande {order.number}",
        "keywords": ["reçu", order.number],
        "letterhead": letterhead(town=town, issuer=Issuer.of(town.operating_company)),
        "facts": [
            ["Commande", order.number],
            ["Passée le", full_date(order.placed_at.astimezone(zone))],
            ["Retrait", order.hub.name],
            *([["Remise le", full_date(order.handed_over_at.astimezone(zone))]] if order.handed_over_at else []),
        ],
        "to": [order.customer_name],
        "lines_header": ["Article", "Quantité", "Prix TTC", "Montant TTC"],
        "shops": [{"name": part.shop.name, "lines": [_line(each) for each in part.lines.all()]} for part in parts],
        "vat_header": ["Taux", "HT", "TVA", "TTC"],
        "vat": _vat(order, parts),
        "sums": [
            *([["Frais de retrait", money(order.fee_cents)]] if order.fee_cents else []),
            ["Total payé ici, TTC" if order.is_paid_in_shops else "Total de la commande, TTC", money(total)],
            *(_paid(each, zone) for each in paid),
            *(_given_back(each, zone) for each in refunds),
        ],
        "total": ["Payé", money(kept)],
        "seller": _PAID_IN_SHOPS if order.is_paid_in_shops else _NO_INVOICE,
    }


def _line(line: Line) -> list[str]:
    if line.has_left:
        return [
            f"{line.name}, {'remplacé' if line.is_replaced else 'non fourni'}",
            str(line.quantity),
            money(line.unit_price_cents),
            money(0),
        ]
    unit_price = money(line.unit_price_cents) if line.per_kg_cents is None else f"{money(line.per_kg_cents)}/kg"
    return [
        f"{line.name}, {line.measure}" if line.measure else line.name,
        str(line.quantity),
        unit_price,
        money(line.kept_cents),
    ]


def _vat(order: Order, parts: list[ShopOrder]) -> list[list[str]]:
    """The goods, and what collecting costs, by VAT rate; less what their seller gave back once they were sold.

    What the company or the commune gives back is no lower price: the VAT of the sale stands.
    """
    given = _given_back_by_sellers(order)
    totals = {order.hub_fee_vat_bp: order.fee_cents} if order.fee_cents else {}
    for part in parts:
        for line in part.lines.all():
            if not line.has_left:
                totals[line.vat_rate_bp] = totals.get(line.vat_rate_bp, 0) + line.kept_cents - given.get(line.pk, 0)
    return [
        [percent(rate), money(ttc - vat_of_ttc(ttc, rate)), money(vat_of_ttc(ttc, rate)), money(ttc)]
        for rate, ttc in sorted(totals.items())
    ]


def _given_back_by_sellers(order: Order) -> dict[UUID, int]:
    """Cents by line that its merchant bears of refunds granted after the handover: those before made the line less."""
    granted = RefundLine.objects.filter(
        request__order=order,
        request__state=RequestState.GRANTED,
        request__after_handover=True,
        bearer=Bearer.MERCHANT,
        line__isnull=False,
    )
    return dict(granted.order_by().values_list("line").annotate(Sum("amount_cents")))


def _paid(payment: Payment, zone: ZoneInfo) -> list[str]:
    day = short_date(_when(payment).astimezone(zone))
    return [f"Payé le {day}, {payment.get_mode_display()}", money(payment.amount_cents)]


def _given_back(refund: Refund, zone: ZoneInfo) -> list[str]:
    day = short_date(_when(refund).astimezone(zone))
    word = "Remboursé" if refund.state == RefundState.SUCCEEDED else "Remboursement demandé"
    return [f"{word} le {day}", f"{MINUS}{money(refund.amount_cents)}"]
