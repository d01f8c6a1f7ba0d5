"""Filling a basket. Its lines remember the price that was seen: what changes is said before paying."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from shared.french import money
from shared.locks import lock_one
from tenants.orders.models import MAX_QUANTITY, Basket, BasketLine
from tenants.residents.models import Resident
from tenants.shops.models import Product


class NotForSaleError(ValueError):
    """The product is withdrawn, or its shop is."""


class NotEnoughError(ValueError):
    """The shop has fewer than asked; `left` says how many."""

    def __init__(self, product: Product) -> None:
        self.product, self.left = product, product.stock or 0
        super().__init__(
            f"Il ne reste que {self.left} × {product.name}." if self.left else f"{product.name} : il n’y en a plus."
        )


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


@transaction.atomic
def put(*, basket: Basket, product: Product, quantity: int, now: datetime) -> BasketLine:
    """Set how many of a product are in the basket. Raises NotForSaleError, NotEnoughError, ValueError out of 1–99."""
    if not 1 <= quantity <= MAX_QUANTITY:
        raise ValueError(f"De 1 à {MAX_QUANTITY} par produit.")
    if not Product.objects.for_sale().filter(pk=product.pk).exists():
        raise NotForSaleError(f"{product.name} n’est plus en vente.")
    if not product.can_supply(quantity):
        raise NotEnoughError(product)
    locked = lock_one(Basket.objects.all(), pk=basket.pk)
    line, _made = BasketLine.objects.update_or_create(
        basket=locked,
        product=product,
        defaults={"quantity": quantity, "seen_price_cents": product.price_cents},
        create_defaults={"quantity": quantity, "seen_price_cents": product.price_cents, "added_at": now},
    )
    Basket.objects.filter(pk=basket.pk).update(updated_at=now)
    return line


def add(*, basket: Basket, product: Product, quantity: int, now: datetime) -> BasketLine:
    """Put `quantity` more of a product into the basket. Raises as `put`."""
    present = BasketLine.objects.filter(basket=basket, product=product).first()
    return put(basket=basket, product=product, quantity=quantity + (present.quantity if present else 0), now=now)


def take_out(*, basket: Basket, product_id: UUID) -> bool:
    """Take a product out of the basket; False when it was not in it."""
    return bool(BasketLine.objects.filter(basket=basket, product_id=product_id).delete()[0])


@transaction.atomic
def adopt(*, basket: Basket | None, resident: Resident, now: datetime) -> Basket:
    """Give the basket of a session to the resident who signs in; lines of an older basket of theirs stay."""
    own = Basket.objects.filter(resident=resident).first()
    if basket is None or basket == own or basket.resident_id not in {None, resident.pk}:
        return own or Basket.objects.create(resident=resident, created_at=now, updated_at=now)
    if own is None:
        basket.resident = resident
        basket.save(update_fields=["resident"])
        return basket
    for line in basket.lines.exclude(product__in=own.lines.values("product")):
        line.basket = own
        line.save(update_fields=["basket"])
    basket.delete()
    return own


def changes(lines: Iterable[BasketLine]) -> list[Change]:
    """What is no longer as it was seen: withdrawn, sold out, fewer left, another price."""
    found = []
    for line in lines:
        product = line.product
        shop = product.shop
        if product.withdrawn_at or shop.withdrawn_at or not shop.admitted_at:
            found.append(Change(line, "withdrawn", f"{product.name} n’est plus en vente : retirez-le du panier."))
        elif not product.is_available:
            found.append(Change(line, "sold_out", f"{product.name} : il n’y en a plus."))
        elif not product.can_supply(line.quantity):
            found.append(Change(line, "fewer", f"{product.name} : il n’en reste que {product.stock}."))
        elif product.price_cents != line.seen_price_cents:
            was, is_now = money(line.seen_price_cents), money(product.price_cents)
            found.append(Change(line, "price", f"{product.name} est passé de {was} à {is_now}."))
    return found


@transaction.atomic
def accept_changes(*, basket: Basket, now: datetime) -> list[Change]:
    """Bring the basket to what can be had today: withdrawn lines leave, quantities and prices are today's.

    Returns what was changed, to be said to its owner.
    """
    lock_one(Basket.objects.all(), pk=basket.pk)
    found = changes(basket.lines.select_related("product__shop"))
    for change in found:
        line = change.line
        if change.kind in {"withdrawn", "sold_out"}:
            line.delete()
            continue
        line.seen_price_cents = line.product.price_cents
        if not line.product.can_supply(line.quantity):
            line.quantity = line.product.stock or 1
        line.save(update_fields=["quantity", "seen_price_cents"])
    Basket.objects.filter(pk=basket.pk).update(updated_at=now)
    return found
