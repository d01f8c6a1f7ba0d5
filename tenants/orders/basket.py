"""Filling a basket. Its lines remember the price that was seen: what changes is said before paying."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Sum

from shared.french import NBSP, money, weight
from shared.locks import lock_one
from tenants.orders.models import MAX_QUANTITY, Basket, BasketLine, Line, LineState
from tenants.orders.states import ShopOrderState
from tenants.residents.models import Resident
from tenants.shops.models import Product

# More than anybody carries home; fewer than it takes to make a page slow.
MAX_LINES = 60


class NotForSaleError(ValueError):
    """The product is withdrawn, or its shop is; `str()` says so in French."""


class NotEnoughError(ValueError):
    """The shop has fewer than asked; `left` says how many, `str()` says so in French."""

    def __init__(self, product: Product, left: int) -> None:
        self.product, self.left = product, left
        super().__init__(
            f"Il n’en reste que {left}{NBSP}: {product.name}." if left else f"{product.name}{NBSP}: il n’y en a plus."
        )


class QuantityError(ValueError):
    """The quantity is not one that can be ordered; `str()` says so in French."""


class FullBasketError(ValueError):
    """The basket holds as many different products as a basket can; `str()` says so in French."""


@dataclass(frozen=True)
class Change:
    """Something about a basket line that is no longer as its owner saw it."""

    line: BasketLine
    kind: str  # "withdrawn" | "sold_out" | "fewer" | "price"
    message: str


def basket_for(*, basket_id: UUID | str | None, resident: Resident | None, now: datetime) -> Basket:
    """The basket of a session or of a resident; made when there is none."""
    found = find_basket(basket_id=basket_id, resident=resident)
    return found or Basket.objects.create(resident=resident, created_at=now, updated_at=now)


def find_basket(*, basket_id: UUID | str | None, resident: Resident | None) -> Basket | None:
    """The resident's own basket, else the session's if it is nobody else's."""
    if resident is not None:
        own = Basket.objects.filter(resident=resident).first()
        if own is not None:
            return own
    return Basket.objects.filter(pk=basket_id, resident=None).first() if basket_id else None


def held_by(basket: Basket) -> Counter[UUID]:
    """How many of each product the basket's own unpaid order keeps aside: they are this customer's to order again."""
    rows = (
        Line.objects.filter(
            shop_order__order__basket_id=basket.pk,
            shop_order__state=ShopOrderState.AWAITING_PAYMENT,
            state=LineState.ORDERED,
        )
        .order_by()
        .values_list("product_id")
        .annotate(total=Sum("quantity"))
    )
    return Counter(dict(rows))


@transaction.atomic
def put(*, basket: Basket, product: Product, quantity: int, now: datetime) -> BasketLine:
    """Set how many of a product are in the basket.

    Raises NotForSaleError, NotEnoughError, QuantityError out of 1–99, FullBasketError.
    """
    locked = lock_one(Basket.objects.all(), pk=basket.pk)
    return _put(basket=locked, product=product, quantity=quantity, now=now)


@transaction.atomic
def add(*, basket: Basket, product: Product, quantity: int, now: datetime) -> BasketLine:
    """Put `quantity` more of a product into the basket. Raises as `put`."""
    locked = lock_one(Basket.objects.all(), pk=basket.pk)
    if quantity < 1:
        raise QuantityError(f"Choisissez une quantité de 1 à {MAX_QUANTITY}.")
    present = BasketLine.objects.filter(basket=basket, product=product).values_list("quantity", flat=True).first()
    return _put(basket=locked, product=product, quantity=quantity + (present or 0), now=now)


def _put(*, basket: Basket, product: Product, quantity: int, now: datetime) -> BasketLine:
    if not 1 <= quantity <= MAX_QUANTITY:
        raise QuantityError(f"Choisissez une quantité de 1 à {MAX_QUANTITY}.")
    fresh = Product.objects.for_sale().filter(pk=product.pk).first()
    if fresh is None:
        raise NotForSaleError(f"{product.name} n’est plus en vente.")
    if not fresh.can_supply(quantity):
        left = (fresh.stock or 0) + held_by(basket)[fresh.pk]
        if left < quantity:
            raise NotEnoughError(fresh, left)
    line = BasketLine.objects.filter(basket=basket, product=fresh).first()
    if line is None:
        if BasketLine.objects.filter(basket=basket).count() >= MAX_LINES:
            raise FullBasketError(f"Un panier compte au plus {MAX_LINES} produits différents.")
        line = BasketLine(basket=basket, product=fresh, added_at=now)
    line.quantity, (line.seen_price_cents, line.seen_grams) = quantity, price_seen(fresh)
    line.save()
    Basket.objects.filter(pk=basket.pk).update(updated_at=now)
    return line


@transaction.atomic
def take_out(*, basket: Basket, product_id: UUID, now: datetime) -> bool:
    """Take a product out of the basket; False when it was not in it."""
    lock_one(Basket.objects.all(), pk=basket.pk)
    Basket.objects.filter(pk=basket.pk).update(updated_at=now)
    return bool(BasketLine.objects.filter(basket=basket, product_id=product_id).delete()[0])


@transaction.atomic
def adopt(*, basket: Basket | None, resident: Resident, now: datetime) -> Basket:
    """Give the basket of a session to the resident who signs in, on top of an older basket of theirs.

    Where both hold a product, what was put there last counts: the session's.
    """
    lock_one(Resident.objects.all(), pk=resident.pk)
    own = Basket.objects.filter(resident=resident).first()
    if basket is None or basket == own or basket.resident_id is not None:
        return own or Basket.objects.create(resident=resident, created_at=now, updated_at=now)
    if own is None:
        basket.resident = resident
        basket.save(update_fields=["resident"])
        return basket
    # The session's basket leaves, its lines stay.
    own.lines.filter(product__in=basket.lines.values("product")).delete()
    basket.lines.update(basket=own)
    basket.delete()
    Basket.objects.filter(pk=own.pk).update(updated_at=now)
    return own


def changes(lines: Iterable[BasketLine], *, held: Mapping[UUID, int] | None = None) -> list[Change]:
    """What is no longer as it was seen: withdrawn, sold out, fewer left, another price.

    `held` is what an unpaid order of the same basket keeps aside (`held_by`).
    """
    found = []
    for line in lines:
        product = line.product
        shop = product.shop
        left = (product.stock or 0) + (held or {}).get(product.pk, 0)
        if product.withdrawn_at or shop.withdrawn_at or not shop.admitted_at:
            found.append(Change(line, "withdrawn", f"{product.name} n’est plus en vente."))
        elif not product.made_to_order and left == 0:
            found.append(Change(line, "sold_out", f"{product.name}{NBSP}: il n’y en a plus."))
        elif not product.made_to_order and left < line.quantity:
            found.append(Change(line, "fewer", f"{product.name}{NBSP}: il n’en reste que {left}."))
        elif price_seen(product) != (line.seen_price_cents, line.seen_grams):
            was, is_now = _said(line.seen_price_cents, line.seen_grams), _said(*price_seen(product))
            found.append(Change(line, "price", f"{product.name} est passé de {was} à {is_now}."))
    return found


def price_seen(product: Product) -> tuple[int, int]:
    """The price on a product's page, and for how many grams when it is sold by weight."""
    return (product.per_kg_cents or product.price_cents), (product.unit_grams or 0)


def _said(cents: int, grams: int) -> str:
    return f"{money(cents)}/kg (environ {weight(grams)})" if grams else money(cents)


@transaction.atomic
def accept_changes(*, basket: Basket, now: datetime) -> list[Change]:
    """Bring the basket to what can be had today: withdrawn lines leave, quantities and prices are today's.

    Returns what was changed, to be said to its owner.
    """
    locked = lock_one(Basket.objects.all(), pk=basket.pk)
    held = held_by(locked)
    found = changes(locked.lines.select_related("product__shop"), held=held)
    for change in found:
        line = change.line
        if change.kind in {"withdrawn", "sold_out"}:
            line.delete()
            continue
        line.seen_price_cents, line.seen_grams = price_seen(line.product)
        if not line.product.made_to_order:
            line.quantity = min(line.quantity, (line.product.stock or 0) + held[line.product_id])
        line.save(update_fields=["quantity", "seen_price_cents", "seen_grams"])
    Basket.objects.filter(pk=locked.pk).update(updated_at=now)
    return found
