"""A merchant proposes another of its products for a line that it cannot supply, or takes its proposal back."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from billing.payments.queries import held_payment
from billing.payments.services import MIN_CARD_CENTS
from shared.french import NBSP, money
from shared.locks import lock_one
from shared.outbox.services import record_effect
from tenants.orders import stock
from tenants.orders.answering import REFUSABLE, locked_part
from tenants.orders.capturing import take_what_is_known
from tenants.orders.events import Actor, log
from tenants.orders.models import MAX_QUANTITY, Line, ShopOrder, Substitution, SubstitutionState
from tenants.orders.queries import due_cents
from tenants.orders.states import ShopOrderState
from tenants.orders.substitution_models import LIVE
from tenants.orders.substitutions import mail
from tenants.orders.substitutions.ending import PROPOSED, end, said_of
from tenants.orders.substitutions.limits import answer_before
from tenants.orders.transitions import move
from tenants.shops.models import Product

# {"substitution_id"}: the time to answer is over.
EXPIRE = "orders.expire_substitution"
LONGEST_WORDS = 200


class SubstitutionError(ValueError):
    """It cannot be proposed, or answered so; `str()` says why in French."""


@dataclass(frozen=True, kw_only=True)
class Offer:
    """So many of a product: at its own price, or, where that is more, at the price of what was ordered."""

    product_id: UUID
    quantity: int
    same_price: bool
    words: str = ""

    def price_cents(self, *, product: Product, line: Line) -> int:
        full = product.price_of(self.quantity)
        return min(full, line.kept_cents) if self.same_price else full


@transaction.atomic
def propose(*, line_id: UUID, offer: Offer, actor: Actor, now: datetime) -> Substitution:
    """Propose a replacement for a line: its goods are kept aside, its customer is written to. The same twice is once.

    It is an answer: a part that waited for one is accepted. Raises SubstitutionError, Line.DoesNotExist.
    """
    part = locked_part(Line.objects.values_list("shop_order_id", flat=True).get(pk=line_id))
    line = lock_one(Line.objects.all(), pk=line_id)
    line.shop_order = part
    known = Substitution.objects.filter(line=line, state__in=LIVE).first()
    if known is not None:
        if (known.product_id, known.quantity) == (offer.product_id, offer.quantity):
            return known
        raise SubstitutionError(f"{line.name}{NBSP}: un remplacement est déjà proposé. Retirez-le d’abord.")
    _check_line(line, part=part)
    limit = answer_before(proposed_at=now, leaves_at=part.collection_departs_at or part.order.window_start)
    if limit is None:
        raise SubstitutionError(
            f"Il est trop tard pour attendre une réponse avant la tournée{NBSP}: "
            "appelez la conciergerie, ou refusez la ligne."
        )
    product = _product(offer, line=line, part=part)
    price = offer.price_cents(product=product, line=line)
    _check_price(price, line=line, part=part, product=product)
    stock.take(products={product.pk: product}, quantities={product.pk: offer.quantity})
    substitution = Substitution.objects.create(
        line=line,
        product=product,
        name=product.name,
        unit=product.unit,
        unit_price_cents=product.price_cents,
        vat_rate_bp=product.vat_rate_bp,
        quantity=offer.quantity,
        age_restricted=product.age_restricted,
        per_kg_cents=product.per_kg_cents,
        ordered_grams=offer.quantity * (product.unit_grams or 0) if product.is_weighed else None,
        price_cents=price,
        instead_of_cents=line.kept_cents,
        words=" ".join(offer.words.split())[:LONGEST_WORDS],
        proposed_at=now,
        proposed_by=actor.label,
        answer_before=limit,
    )
    if part.state == ShopOrderState.PLACED:
        move(shop_order=part, to=ShopOrderState.ACCEPTED, actor=actor, now=now)
    log(order=part.order, shop_order=part, kind=PROPOSED, actor=actor, now=now, data=said_of(substitution))
    record_effect(kind=EXPIRE, payload={"substitution_id": str(substitution.pk)}, now=now, due_at=limit)
    mail.proposed(substitution, part=part, now=now)
    return substitution


def _check_line(line: Line, *, part: ShopOrder) -> None:
    """Raises SubstitutionError."""
    if part.state not in REFUSABLE:
        said = f"«{NBSP}{ShopOrderState(part.state).label}{NBSP}»"
        raise SubstitutionError(f"{line.name}{NBSP}: la sous-commande est {said}, rien ne s’y remplace plus.")
    if line.has_left:
        raise SubstitutionError(f"{line.name}{NBSP}: cette ligne n’est plus dans la commande.")
    if line.refunded_cents != line.reduced_cents:
        raise SubstitutionError(f"{line.name}{NBSP}: un remboursement de cette ligne attend la mairie.")
    if not line.kept_cents:
        raise SubstitutionError(f"{line.name}{NBSP}: cette ligne est déjà rendue.")


def _product(offer: Offer, *, line: Line, part: ShopOrder) -> Product:
    """The product, locked. Raises SubstitutionError."""
    product = stock.lock_products([offer.product_id]).get(offer.product_id)
    if product is None or product.shop_id != part.shop_id or product.withdrawn_at is not None:
        raise SubstitutionError("Choisissez un produit de cette boutique.")
    if product.pk == line.product_id:
        raise SubstitutionError("C’est le produit commandé\u00a0: choisissez-en un autre.")
    if not 1 <= offer.quantity <= MAX_QUANTITY:
        raise SubstitutionError(f"Proposez de 1 à {MAX_QUANTITY} articles.")
    if not product.can_supply(offer.quantity):
        raise SubstitutionError(f"{product.name}{NBSP}: il n’y en a que {product.stock or 0} en stock.")
    return product


def _check_price(price: int, *, line: Line, part: ShopOrder, product: Product) -> None:
    """What is dearer than its customer has agreed to must be payable before it is given. Raises SubstitutionError."""
    more = price - line.consented_cents
    if more <= 0:
        return
    order = part.order
    otherwise = f"proposez-le au prix de ce qui était commandé, {money(line.kept_cents)}."
    if product.is_weighed:
        raise SubstitutionError(
            f"{product.name}{NBSP}: au poids, on ne sait pas encore combien de plus{NBSP}: {otherwise}"
        )
    if part.paid_in_shop_at is not None:
        raise SubstitutionError(f"Le client vous a déjà payé{NBSP}: {otherwise}")
    if held_payment(reference=order.pk) is not None:
        raise SubstitutionError(f"La carte du client n’est autorisée que pour ce qu’il a commandé{NBSP}: {otherwise}")
    if more < MIN_CARD_CENTS and not order.is_paid_in_shops and not due_cents(order):
        raise SubstitutionError(f"{money(more)} de plus, c’est trop peu pour une carte{NBSP}: {otherwise}")


@transaction.atomic
def withdraw(*, substitution_id: UUID, actor: Actor, now: datetime) -> Substitution:
    """Take a proposal back: the line is to be supplied again, or refused. Twice is once.

    Late too, until its end is noted: whoever is at the shop's door need not wait for it. Raises AlreadyAnsweredError,
    Substitution.DoesNotExist.
    """
    substitution, part = locked(substitution_id)
    if substitution.state == SubstitutionState.WITHDRAWN:
        return substitution
    end(substitution, SubstitutionState.WITHDRAWN, part=part, actor=actor, now=now)
    take_what_is_known(order=part.order, now=now)
    return substitution


def locked(substitution_id: UUID) -> tuple[Substitution, ShopOrder]:
    """A proposal with its line and its part, all locked, the order first. Raises Substitution.DoesNotExist."""
    rows = Substitution.objects.values_list("line__shop_order_id", "line_id")
    part_id, line_id = rows.get(pk=substitution_id)
    part = locked_part(part_id)
    line = lock_one(Line.objects.all(), pk=line_id)
    line.shop_order = part
    substitution = lock_one(Substitution.objects.all(), pk=substitution_id)
    substitution.line = line
    return substitution, part
