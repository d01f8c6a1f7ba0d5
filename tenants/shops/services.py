"""What a merchant does to its window in a town. Call these inside the town."""

from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import slugify

from shared.audit.services import record
from shared.french import APOSTROPHE, money, weight
from shared.locks import lock_one
from shared.money import price_of_weight
from shared.tenancy import current_schema, in_town, town_of_schema
from tenants.shops import pictures
from tenants.shops.models import EVERY_DAY_BITS, Product, Shop


@dataclass(frozen=True, kw_only=True)
class ProductFacts:
    """What a merchant says of a product; `stock` is None when it is made to order.

    Made to order, it takes `lead_hours` on the clock, then `lead_days` on which the shop opens. It can be fetched on
    the days of `weekday_bits`, Monday being bit 0. Sold by weight (`per_kg_cents`, units of about `unit_grams`), its
    price and its units are what they make.
    """

    name: str
    description: str
    price_cents: int
    vat_rate_bp: int
    unit: str
    unit_price: str
    made_to_order: bool
    lead_hours: int
    lead_days: int = 0
    weekday_bits: int = EVERY_DAY_BITS
    stock: int | None
    age_restricted: bool
    allergens: str
    per_kg_cents: int | None = None
    unit_grams: int | None = None
    by_piece: bool = False

    def __post_init__(self) -> None:
        if self.per_kg_cents is None or self.unit_grams is None:
            return
        about = f"environ {weight(self.unit_grams)}"
        object.__setattr__(self, "price_cents", max(price_of_weight(self.unit_grams, self.per_kg_cents), 1))
        object.__setattr__(self, "unit", f"la pièce d{APOSTROPHE}{about}" if self.by_piece else about)
        object.__setattr__(self, "unit_price", f"{money(self.per_kg_cents)}/kg")


@dataclass(frozen=True, kw_only=True)
class WindowFacts:
    """What a merchant says of its shop."""

    tagline: str
    description: str
    address: str
    phone: str


@transaction.atomic
def add_product(*, shop_id: UUID, facts: ProductFacts, actor: Any, now: datetime) -> Product:
    """Add a product to a shop's window. Raises Shop.DoesNotExist, and ValidationError tied to fields."""
    # The shop is locked: two products of one name, added at once, get two addresses.
    shop = lock_one(Shop.objects.all(), pk=shop_id)
    product = Product(shop=shop, slug=_free_slug(shop, facts.name), **asdict(facts))
    product.full_clean(exclude=["slug"])
    product.save(force_insert=True)
    record(actor=actor, action="product.added", target=product, details=_said(product), now=now)
    return product


@transaction.atomic
def change_product(
    *, product_id: UUID, facts: ProductFacts, seen_stock: int | None, actor: Any, now: datetime
) -> Product:
    """Change a product; orders already placed keep what they bought at the price they saw.

    A stock left as it was `seen` on the form is not written: what was sold meanwhile stays sold. Raises
    Product.DoesNotExist, and ValidationError tied to fields.
    """
    product = lock_one(Product.objects.select_related("shop"), pk=product_id)
    before = _said(product)
    for name, value in asdict(facts).items():
        if name == "stock" and value is not None and value == seen_stock and product.stock is not None:
            continue
        setattr(product, name, value)
    product.full_clean(exclude=["shop", "slug"])
    product.save()
    record(actor=actor, action="product.changed", target=product, details=_said(product) | {"before": before}, now=now)
    return product


@transaction.atomic
def withdraw_product(*, product_id: UUID, actor: Any, now: datetime) -> Product:
    """Take a product out of the window; orders that hold it go on. Twice is once. Raises Product.DoesNotExist."""
    product = lock_one(Product.objects.all(), pk=product_id)
    if product.withdrawn_at is None:
        product.withdrawn_at = now
        product.save(update_fields=["withdrawn_at"])
        record(actor=actor, action="product.withdrawn", target=product, details=_said(product), now=now)
    return product


@transaction.atomic
def put_back_product(*, product_id: UUID, actor: Any, now: datetime) -> Product:
    """Put a product back in the window. Twice is once. Raises Product.DoesNotExist."""
    product = lock_one(Product.objects.all(), pk=product_id)
    if product.withdrawn_at is not None:
        product.withdrawn_at = None
        product.save(update_fields=["withdrawn_at"])
        record(actor=actor, action="product.put_back", target=product, details=_said(product), now=now)
    return product


def set_picture(*, product_id: UUID, upload: bytes | None, actor: Any, now: datetime) -> Product:
    """Give a product a photograph, or with None take it away: its drawing stands in again.

    Raises Product.DoesNotExist, tenants.shops.pictures.PictureError.
    """
    # Decoded and written before the transaction: neither is quick.
    name = pictures.keep(pictures.prepare(upload)) if upload is not None else ""
    try:
        return _swap_picture(product_id=product_id, name=name, actor=actor, now=now)
    except Exception:
        pictures.forget(name)
        raise


@transaction.atomic
def _swap_picture(*, product_id: UUID, name: str, actor: Any, now: datetime) -> Product:
    product = lock_one(Product.objects.all(), pk=product_id)
    former = product.picture.name or ""
    product.picture = name or None
    product.save(update_fields=["picture"])
    action = "product.picture_set" if name else "product.picture_removed"
    record(actor=actor, action=action, target=product, details=_said(product), now=now)
    # In this town's folder, whichever schema is active when the transaction ends.
    transaction.on_commit(partial(_forget_in, current_schema(), former), robust=True)
    return product


def _forget_in(schema: str, name: str) -> None:
    with in_town(town_of_schema(schema)):
        pictures.forget(name)


@transaction.atomic
def change_window(*, shop_id: UUID, facts: WindowFacts, actor: Any, now: datetime) -> Shop:
    """Change what a shop says of itself. Raises Shop.DoesNotExist, and ValidationError tied to fields."""
    shop = lock_one(Shop.objects.all(), pk=shop_id)
    for name, value in asdict(facts).items():
        setattr(shop, name, value)
    shop.full_clean(exclude=["merchant", "slug"])
    shop.save(update_fields=list(asdict(facts)))
    record(actor=actor, action="shop.changed", target=shop, details={"shop": shop.name}, now=now)
    return shop


def _said(product: Product) -> dict[str, Any]:
    """What the audit trail keeps of a product: what a customer could complain of."""
    return {
        "name": product.name,
        "price_cents": product.price_cents,
        **({"per_kg_cents": product.per_kg_cents, "unit_grams": product.unit_grams} if product.is_weighed else {}),
        "vat_rate_bp": product.vat_rate_bp,
        "stock": product.stock,
        "allergens": product.allergens,
    }


def _free_slug(shop: Shop, name: str) -> str:
    slug = slugify(name)[:90].strip("-")
    if not slug:
        raise ValidationError({"name": "Donnez un nom qui contienne des lettres."})
    taken = set(Product.objects.filter(shop=shop, slug__startswith=slug).values_list("slug", flat=True))
    return next(found for found in (slug, *(f"{slug}-{number}" for number in range(2, 9999))) if found not in taken)
