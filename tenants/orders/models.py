"""Baskets, and the orders that residents make of them.

An `Order` holds one `ShopOrder` per shop, each its `Line`s: a merchant sees its own shop orders, never the order.
"""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from billing.commissions.frozen import TermsModel
from shared.french import NBSP, money, weight
from shared.models import UUIDModel
from shared.money import GRAMS_IN_KILO
from tenants.hubs.models import Hub, Round
from tenants.orders.refund_models import RefundLine, RefundReason, RefundRequest, RequestState
from tenants.orders.states import ENDED_WITHOUT_GOODS, OrderState, ShopOrderState, order_state
from tenants.orders.substitution_models import Substitution, SubstitutionState
from tenants.residents.models import Resident
from tenants.shops.models import Product, Shop

__all__ = [
    "MAX_QUANTITY",
    "Basket",
    "BasketLine",
    "Channel",
    "Line",
    "LineState",
    "Order",
    "OrderCounter",
    "OrderEvent",
    "PaymentMode",
    "RefundLine",
    "RefundReason",
    "RefundRequest",
    "RequestState",
    "ShopOrder",
    "Substitution",
    "SubstitutionState",
]

MAX_QUANTITY = 99


class Basket(UUIDModel):
    """What somebody means to order: kept in their session, and with their account once they sign in."""

    resident = models.OneToOneField(
        Resident, on_delete=models.CASCADE, null=True, related_name="basket", verbose_name="habitant"
    )
    created_at = models.DateTimeField("commencé le")
    updated_at = models.DateTimeField("modifié le")

    class Meta:
        verbose_name = "panier"
        verbose_name_plural = "paniers"

    def __str__(self) -> str:
        return f"panier {self.pk}"


class BasketLine(UUIDModel):
    """A product in a basket, and the price that was on the page when it was put there."""

    basket = models.ForeignKey(Basket, on_delete=models.CASCADE, related_name="lines", verbose_name="panier")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+", verbose_name="produit")
    quantity = models.PositiveSmallIntegerField("quantité", default=1)
    # Of a kilogram, and of how many grams a unit was, when it is sold by weight.
    seen_price_cents = models.PositiveIntegerField("prix vu en centimes")
    seen_grams = models.PositiveIntegerField("poids vu en grammes", default=0)
    added_at = models.DateTimeField("ajouté le")

    class Meta:
        verbose_name = "ligne de panier"
        verbose_name_plural = "lignes de panier"
        ordering = ["added_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["basket", "product"], name="orders_basket_line_once"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1, quantity__lte=MAX_QUANTITY), name="orders_basket_line_quantity"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.product}"

    @property
    def amount_cents(self) -> int:
        """What it costs; sold by weight, about."""
        return self.product.price_of(self.quantity)

    @property
    def most_cents(self) -> int:
        """The most that it may cost, whatever the scales say."""
        return self.product.most_of(self.quantity)


class Channel(models.TextChoices):
    WEB = "web", "site"
    PHONE = "phone", "téléphone"
    EMAIL = "email", "e-mail"
    COUNTER = "counter", "comptoir"


class PaymentMode(models.TextChoices):
    CARD = "card", "par carte, en ligne"
    DESK = "desk", "au comptoir"
    # The customer pays each merchant: nothing of it is held here.
    SHOP = "shop", "dans les boutiques"


class Order(UUIDModel):
    """What a resident ordered, from one shop or several, to collect in one place at one time."""

    number = models.CharField("numéro", max_length=12, unique=True)
    resident = models.ForeignKey(Resident, on_delete=models.PROTECT, related_name="orders", verbose_name="habitant")
    customer_name = models.CharField("nom", max_length=120)
    customer_phone = models.CharField("téléphone", max_length=20, blank=True)
    customer_email = models.EmailField("adresse e-mail", blank=True)
    hub = models.ForeignKey(Hub, on_delete=models.PROTECT, related_name="orders", verbose_name="point de retrait")
    window_start = models.DateTimeField("retrait à partir de")
    window_end = models.DateTimeField("retrait jusqu’à")
    order_before = models.DateTimeField("dernier moment pour commander")
    # The trip that brings it to a hub other than the main one.
    run = models.ForeignKey(Round, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name="navette")
    run_departs_at = models.DateTimeField("départ de la navette", null=True)
    channel = models.CharField("canal", max_length=10, choices=Channel.choices)
    payment_mode = models.CharField("paiement", max_length=10, choices=PaymentMode.choices)
    # The hub's, frozen with its VAT when the order was placed: what the town hall decides later concerns later orders.
    hub_fee_cents = models.PositiveIntegerField("frais de retrait en centimes", default=0)
    hub_fee_vat_bp = models.PositiveSmallIntegerField("TVA des frais de retrait, en points de base", default=0)
    code = models.CharField("code de retrait", max_length=6)
    code_failures = models.PositiveSmallIntegerField("codes faux", default=0)
    # One checkout form makes one order, however often it is sent.
    checkout_token = models.UUIDField("formulaire", unique=True)
    basket_id = models.UUIDField("panier", null=True)
    entered_by = models.CharField("saisie par", max_length=200, blank=True)
    note = models.CharField("mot du client", max_length=300, blank=True)
    placed_at = models.DateTimeField("passée le")
    confirmed_at = models.DateTimeField("confirmée le", null=True)
    ready_told_at = models.DateTimeField("client prévenu le", null=True)
    handed_over_at = models.DateTimeField("remise le", null=True)
    handed_over_by = models.CharField("remise par", max_length=200, blank=True)
    age_checked_by = models.CharField("âge vérifié par", max_length=200, blank=True)
    cancelled_at = models.DateTimeField("annulée le", null=True)

    class Meta:
        verbose_name = "commande"
        verbose_name_plural = "commandes"
        ordering = ["-placed_at", "id"]
        indexes = [
            models.Index(fields=["window_start"], name="orders_by_window"),
            models.Index(fields=["resident", "-placed_at"], name="orders_of_resident"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(window_end__gt=F("window_start")), name="orders_window_has_length")
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def state(self) -> OrderState:
        """Derived, never stored: prefetch `shop_orders` where many orders are shown."""
        return order_state(shop_order.state for shop_order in self.shop_orders.all())

    @property
    def is_paid_in_shops(self) -> bool:
        """Whether its goods are paid to each merchant, and never to the conciergerie."""
        return self.payment_mode == PaymentMode.SHOP

    @property
    def goods_cents(self) -> int:
        """What the shops' parts come to today: refused lines have left it."""
        return sum(shop_order.total_cents for shop_order in self.shop_orders.all())

    @property
    def fee_cents(self) -> int:
        """What collecting costs: the hub's fee, and nothing once every line is refused."""
        return self.hub_fee_cents if self.goods_cents else 0

    @property
    def total_cents(self) -> int:
        """What the customer pays today: the goods, and the hub's fee."""
        return self.goods_cents + self.fee_cents

    @property
    def collected_here_cents(self) -> int:
        """What of it is paid to the conciergerie: of goods that are paid in the shops, its own fee only."""
        return self.fee_cents if self.is_paid_in_shops else self.total_cents


class ShopOrder(TermsModel):
    """One shop's part of an order, with the commission terms that held when it was placed."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="shop_orders", verbose_name="commande")
    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="shop_orders", verbose_name="boutique")
    merchant_id = models.UUIDField("commerçant")
    state = models.CharField(
        "état", max_length=20, choices=ShopOrderState.choices, default=ShopOrderState.AWAITING_PAYMENT
    )
    # The trip that fetches it.
    collection = models.ForeignKey(
        Round, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name="tournée"
    )
    collection_departs_at = models.DateTimeField("départ de la tournée", null=True)
    placed_cents = models.PositiveIntegerField("total à la commande, en centimes")
    # Above what was placed where goods are sold by weight: the most that the scales may make of it.
    ceiling_cents = models.PositiveIntegerField("total au plus, en centimes")
    total_cents = models.PositiveIntegerField("total en centimes")
    accepted_at = models.DateTimeField("acceptée le", null=True)
    collected_at = models.DateTimeField("ramassée le", null=True)
    at_hub_at = models.DateTimeField("arrivée le", null=True)
    handed_over_at = models.DateTimeField("remise le", null=True)
    # Of an order that is paid in the shops: what the merchant had, as it says itself or as the concierge notes for it.
    paid_in_shop_at = models.DateTimeField("payée au commerçant le", null=True)
    paid_in_shop_cents = models.PositiveIntegerField("payé au commerçant, en centimes", default=0)
    paid_in_shop_by = models.CharField("paiement noté par", max_length=200, blank=True)

    class Meta:
        verbose_name = "sous-commande"
        verbose_name_plural = "sous-commandes"
        ordering = ["shop__name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["order", "shop"], name="orders_one_part_per_shop"),
            models.CheckConstraint(
                condition=Q(total_cents__lte=F("ceiling_cents")),
                name="orders_total_never_above_ceiling",
                violation_error_message="Une commande ne dépasse jamais le plafond que le client a accepté.",
            ),
            models.CheckConstraint(
                condition=Q(placed_cents__lte=F("ceiling_cents")), name="orders_placed_within_ceiling"
            ),
            models.CheckConstraint(
                condition=Q(paid_in_shop_at__isnull=True, paid_in_shop_cents=0, paid_in_shop_by="")
                | (Q(paid_in_shop_at__isnull=False, paid_in_shop_cents__gt=0) & ~Q(paid_in_shop_by="")),
                name="orders_paid_in_shop_whole",
                violation_error_message="Un paiement au commerçant a un montant, une date, et quelqu’un qui le note.",
            ),
        ]
        indexes = [models.Index(fields=["merchant_id", "state"], name="orders_of_merchant")]

    def __str__(self) -> str:
        return f"{self.order.number} · {self.shop}"

    @property
    def unpaid_in_shop_cents(self) -> int:
        """What the customer still has to pay this merchant itself; load `order`."""
        waits = self.order.is_paid_in_shops and self.paid_in_shop_at is None
        return self.total_cents if waits and self.state not in ENDED_WITHOUT_GOODS else 0

    @property
    def overpaid_in_shop_cents(self) -> int:
        """What the merchant had for goods that have left the order since: it gives that back itself."""
        return max(self.paid_in_shop_cents - self._kept_cents, 0)

    @property
    def _kept_cents(self) -> int:
        return 0 if self.state in ENDED_WITHOUT_GOODS else self.total_cents

    @property
    def awaits_weight(self) -> bool:
        """Whether something of it, sold by weight, is not weighed yet; prefetch `lines`."""
        return self.state not in ENDED_WITHOUT_GOODS and any(line.awaits_weight for line in self.lines.all())

    @property
    def awaits_customer(self) -> bool:
        """Whether its customer is being asked about a replacement; prefetch `lines__substitutions`."""
        return any(each.is_live for line in self.lines.all() for each in line.substitutions.all())

    @property
    def is_by_weight(self) -> bool:
        return any(line.is_by_weight and not line.has_left for line in self.lines.all())


class LineState(models.TextChoices):
    ORDERED = "ordered", "commandée"
    REFUSED = "refused", "refusée"
    # Another line is there instead, with its customer's consent.
    REPLACED = "replaced", "remplacée"


class Line(UUIDModel):
    """A product as it was ordered: what the shop changes later does not change it."""

    shop_order = models.ForeignKey(
        ShopOrder, on_delete=models.PROTECT, related_name="lines", verbose_name="sous-commande"
    )
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+", verbose_name="produit")
    name = models.CharField("nom", max_length=100)
    unit = models.CharField("unité", max_length=40)
    unit_price_cents = models.PositiveIntegerField("prix unitaire en centimes")
    vat_rate_bp = models.PositiveSmallIntegerField("TVA, en points de base")
    quantity = models.PositiveSmallIntegerField("quantité")
    # What its merchant takes off so that a replacement costs no more than what it replaces.
    discount_cents = models.PositiveIntegerField("remise en centimes", default=0)
    age_restricted = models.BooleanField("vente interdite aux mineurs", default=False)
    # Sold by weight: about so many grams are ordered, and its price is an estimate until they are weighed.
    per_kg_cents = models.PositiveIntegerField("prix au kilo en centimes", null=True)
    ordered_grams = models.PositiveIntegerField("poids commandé en grammes", null=True)
    ceiling_cents = models.PositiveIntegerField("prix au plus en centimes", null=True)
    weighed_grams = models.PositiveIntegerField("poids pesé en grammes", null=True)
    weight_cents = models.PositiveIntegerField("prix au poids en centimes", null=True)
    state = models.CharField("état", max_length=10, choices=LineState.choices, default=LineState.ORDERED)
    refusal_reason = models.CharField("motif du refus", max_length=200, blank=True)
    # Asked back, whether decided or not: what may no longer be asked back.
    refunded_cents = models.PositiveIntegerField("remboursé", default=0)
    # Of it, what left the order before it was handed over: it was never sold.
    reduced_cents = models.PositiveIntegerField("retiré avant la remise", default=0)

    class Meta:
        verbose_name = "ligne"
        verbose_name_plural = "lignes"
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    refunded_cents__lte=Coalesce(
                        F("weight_cents"), F("quantity") * F("unit_price_cents") - F("discount_cents")
                    )
                ),
                name="orders_never_refund_more_than_the_line",
                violation_error_message="On ne rembourse pas plus que le prix de la ligne.",
            ),
            models.CheckConstraint(
                condition=Q(reduced_cents__lte=F("refunded_cents")), name="orders_line_reduced_by_refunds"
            ),
            models.CheckConstraint(
                condition=Q(discount_cents=0)
                | Q(per_kg_cents=None, discount_cents__lt=F("quantity") * F("unit_price_cents")),
                name="orders_line_discount_below_price",
                violation_error_message="Une remise est inférieure au prix de la ligne.",
            ),
            models.CheckConstraint(
                condition=Q(per_kg_cents=None, ordered_grams=None, ceiling_cents=None, weight_cents=None)
                & Q(weighed_grams=None)
                | Q(per_kg_cents__gt=0, ordered_grams__gt=0, weight_cents__lte=F("ceiling_cents"))
                & (Q(weighed_grams=None) | Q(weighed_grams__gt=0)),
                name="orders_line_weight_within_ceiling",
                violation_error_message="Une ligne pesée ne dépasse jamais le prix que le client a accepté.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.name}"

    @property
    def amount_cents(self) -> int:
        """What it costs; sold by weight and not weighed yet, about."""
        if self.weight_cents is not None:
            return self.weight_cents
        return self.quantity * self.unit_price_cents - self.discount_cents

    @property
    def is_by_weight(self) -> bool:
        return self.per_kg_cents is not None

    @property
    def awaits_weight(self) -> bool:
        return self.is_by_weight and self.weighed_grams is None and not self.has_left

    @property
    def measure(self) -> str:
        """How it is sold, in French: its unit, or its weight, ordered then weighed."""
        if self.per_kg_cents is None or self.ceiling_cents is None:
            return f"{self.unit}, remise de {money(self.discount_cents)}" if self.discount_cents else self.unit
        if self.weighed_grams is None:
            return f"{self.unit}, à peser{NBSP}: {money(self.ceiling_cents)} au plus"
        given = f", dont {weight(self.given_grams)} offerts" if self.given_grams else ""
        return f"pesé {weight(self.weighed_grams)}{given}, {money(self.per_kg_cents)}/kg"

    @property
    def given_grams(self) -> int:
        """What the scales said beyond what its customer pays for."""
        if self.weighed_grams is None or self.weight_cents != self.ceiling_cents:
            return 0
        return max(self.weighed_grams - self.ceiling_cents * GRAMS_IN_KILO // self.per_kg_cents, 0)  # type: ignore[operator]  # by weight

    @property
    def kept_cents(self) -> int:
        """What the order still counts for this line."""
        return 0 if self.has_left else self.amount_cents - self.reduced_cents

    @property
    def refundable_cents(self) -> int:
        """What may still be asked back of it."""
        return 0 if self.has_left else self.amount_cents - self.refunded_cents

    @property
    def consented_cents(self) -> int:
        """The most that its customer has agreed to pay for it."""
        return self.ceiling_cents or 0 if self.awaits_weight else self.kept_cents

    @property
    def has_left(self) -> bool:
        """Whether it is in the order no more: refused, or replaced by another line."""
        return self.state != LineState.ORDERED

    @property
    def is_replaced(self) -> bool:
        return self.state == LineState.REPLACED

    @property
    def why_left(self) -> str:
        """In French: the merchant's reason, or what is there instead."""
        if self.is_replaced:
            return self.refusal_reason
        return f"refusé{NBSP}: {self.refusal_reason}" if self.refusal_reason else "indisponible"


class OrderEvent(UUIDModel):
    """Something that happened to an order: who, by which way, when. PostgreSQL refuses to change or remove it."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="events", verbose_name="commande")
    shop_order = models.ForeignKey(
        ShopOrder, on_delete=models.PROTECT, null=True, related_name="events", verbose_name="sous-commande"
    )
    kind = models.CharField("évènement", max_length=40)
    actor = models.CharField("auteur", max_length=200)
    channel = models.CharField("canal", max_length=20)
    at = models.DateTimeField("le")
    data = models.JSONField("détails", default=dict)

    class Meta:
        verbose_name = "évènement"
        verbose_name_plural = "évènements"
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.kind}"


class OrderCounter(models.Model):
    """How many orders this town has numbered: one row, locked while a number is given."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="orders_one_counter")]

    def __str__(self) -> str:
        return str(self.count)
