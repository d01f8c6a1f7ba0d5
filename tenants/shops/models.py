"""The shops of a town and the few well-chosen products of their windows."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from conciergeries.merchants.models import Merchant
from shared.calendars import HOURS_LENGTH, CalendarChange, OrderingPause
from shared.models import UUIDModel
from shared.money import ceiling_of_weight, price_of_weight
from tenants.shops.departures import Departure  # noqa: F401  (Django looks for models here)
from tenants.shops.drawings import drawing_named

EVERY_DAY_BITS = 0b1111111
MOST_PER_KG_CENTS = 100_000
LEAST_GRAMS, MOST_GRAMS = 10, 30_000
# How much more than what was ordered the scales may say at the customer's expense (decision 0017).
WEIGHT_TOLERANCE_BP = 1_500


class ShopKind(models.TextChoices):
    """A trade, and the name of the drawing that stands for it until the shop has photographs."""

    BAKERY = "bread", "boulangerie"
    BOOKS = "book", "librairie"
    BUTCHER = "meat", "boucherie"
    CHEESE = "cheese-board", "fromagerie"
    CHOCOLATE = "chocolate-box", "chocolaterie"
    CLOTHES = "t-shirt", "vêtements"
    COBBLER = "shoes-repair", "cordonnerie"
    FISH = "fish-platter", "poissonnerie"
    FLOWERS = "bouquet", "fleuriste"
    GREENGROCER = "vegetables-basket", "primeur"
    HONEY = "honey", "apiculture"
    POTTERY = "pottery", "poterie"
    SEWING = "sewing", "couture et retouches"
    TEA = "tea", "thés et cafés"
    WINE = "wine-bottle", "cave à vins"


class VatRate(models.IntegerChoices):
    """Rates of metropolitan France, in basis points (articles L. 213-1 and following of the CIBS)."""

    NORMAL = 2000, "20 %"
    INTERMEDIATE = 1000, "10 %"
    REDUCED = 550, "5,5 %"
    SUPER_REDUCED = 210, "2,1 %"


class ShopQuerySet(models.QuerySet["Shop"]):
    def open_to_residents(self) -> "ShopQuerySet":
        return self.filter(admitted_at__isnull=False, withdrawn_at=None)


class Shop(UUIDModel):
    """A merchant's window in this town."""

    # The merchant lives in public. DO_NOTHING: public cannot look into towns; PostgreSQL refuses to orphan a shop.
    merchant = models.ForeignKey(Merchant, on_delete=models.DO_NOTHING, related_name="+", verbose_name="commerçant")
    name = models.CharField("nom", max_length=100)
    slug = models.SlugField("nom dans l’adresse", max_length=100, unique=True)
    kind = models.CharField("métier", max_length=20, choices=ShopKind.choices)
    is_craft = models.BooleanField("artisan", default=False)
    tagline = models.CharField("en quelques mots", max_length=120, blank=True)
    description = models.TextField("présentation", max_length=2000, blank=True)
    address = models.CharField("adresse", max_length=200, blank=True)
    phone = models.CharField("téléphone", max_length=20, blank=True)
    hours = models.CharField(
        "horaires", max_length=HOURS_LENGTH, blank=True, help_text="Au format opening_hours d’OpenStreetMap."
    )
    preparation_minutes = models.PositiveSmallIntegerField("préparation d’une commande, en minutes", default=0)
    admitted_at = models.DateTimeField("admise le", null=True, blank=True)
    withdrawn_at = models.DateTimeField("retirée le", null=True, blank=True)

    objects = ShopQuerySet.as_manager()

    class Meta:
        verbose_name = "boutique"
        verbose_name_plural = "boutiques"
        ordering = ["name", "id"]
        indexes = [models.Index(fields=["merchant"], name="shops_by_merchant")]

    def __str__(self) -> str:
        return self.name

    @property
    def picture_name(self) -> str:
        """The drawing of its trade."""
        return drawing_named(self.kind)


class ShopChange(CalendarChange):
    """Changed hours of a shop."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="changes")


class ShopPause(OrderingPause):
    """A shop takes no orders for a while."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="pauses")


class ProductQuerySet(models.QuerySet["Product"]):
    def for_sale(self) -> "ProductQuerySet":
        """What residents may see; a product that is out of stock is shown, and says so."""
        return self.filter(withdrawn_at=None, shop__admitted_at__isnull=False, shop__withdrawn_at=None)


class Product(UUIDModel):
    """Something a shop sells: from stock, or made to order in so many hours."""

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="products", verbose_name="boutique")
    name = models.CharField("nom", max_length=100)
    slug = models.SlugField("nom dans l’adresse", max_length=100)
    description = models.TextField("description", max_length=2000, blank=True)
    price_cents = models.PositiveIntegerField(
        "prix TTC en centimes", validators=[MinValueValidator(1), MaxValueValidator(1_000_000)]
    )
    vat_rate_bp = models.PositiveSmallIntegerField("taux de TVA", choices=VatRate.choices, default=VatRate.NORMAL)
    unit = models.CharField("unité de vente", max_length=40, default="la pièce")
    unit_price = models.CharField("prix à l’unité de mesure", max_length=40, blank=True)
    # Sold by weight: its price is that of a unit of about so many grams, and the customer pays what the scales say.
    per_kg_cents = models.PositiveIntegerField(
        "prix TTC au kilo en centimes",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_PER_KG_CENTS)],
    )
    unit_grams = models.PositiveIntegerField(
        "poids d’une unité en grammes",
        null=True,
        blank=True,
        validators=[MinValueValidator(LEAST_GRAMS), MaxValueValidator(MOST_GRAMS)],
    )
    by_piece = models.BooleanField("à la pièce", default=False)
    made_to_order = models.BooleanField("préparé sur commande", default=False)
    lead_hours = models.PositiveSmallIntegerField("délai de préparation en heures", default=0)
    lead_days = models.PositiveSmallIntegerField("délai en jours d’ouverture", default=0)
    # Bit 0 is Monday; 127 is every day.
    weekday_bits = models.PositiveSmallIntegerField(
        "jours de disponibilité", default=EVERY_DAY_BITS, validators=[MinValueValidator(1), MaxValueValidator(127)]
    )
    stock = models.PositiveIntegerField("stock", null=True, blank=True)
    picture = models.ImageField("photographie", upload_to="products/", null=True, blank=True)
    drawing = models.CharField("dessin", max_length=30, blank=True)
    age_restricted = models.BooleanField("vente interdite aux mineurs", default=False)
    allergens = models.CharField("allergènes", max_length=200, blank=True)
    withdrawn_at = models.DateTimeField("retiré le", null=True, blank=True)

    objects = ProductQuerySet.as_manager()

    class Meta:
        verbose_name = "produit"
        verbose_name_plural = "produits"
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["shop", "slug"],
                name="shops_product_slug_once",
                violation_error_message="Cette boutique a déjà un produit de ce nom.",
            ),
            models.CheckConstraint(
                condition=Q(made_to_order=True, stock=None) | Q(made_to_order=False, stock__isnull=False),
                name="shops_stock_or_made_to_order",
                violation_error_message="Indiquez un stock, ou « préparé sur commande ».",
            ),
            models.CheckConstraint(
                condition=Q(per_kg_cents=None, unit_grams=None) | Q(per_kg_cents__gt=0, unit_grams__gt=0),
                name="shops_weight_has_a_price_for_a_kilo",
                violation_error_message="Au poids, indiquez le prix au kilo et le poids d’une unité.",
            ),
            models.CheckConstraint(
                condition=Q(price_cents__gt=0),
                name="shops_price_positive",
                violation_error_message="Le prix doit être supérieur à zéro.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_available(self) -> bool:
        return self.withdrawn_at is None and (self.made_to_order or bool(self.stock))

    @property
    def picture_name(self) -> str:
        """The drawing shown while there is no photograph."""
        return drawing_named(self.drawing or self.shop.kind)

    @property
    def picture_url(self) -> str:
        """The address of its photograph; empty when there is none."""
        return str(self.picture.url) if self.picture else ""

    @property
    def weekdays(self) -> frozenset[int]:
        """The days of the week on which it can be fetched; 0 is Monday."""
        return frozenset(day for day in range(7) if self.weekday_bits >> day & 1)

    @property
    def is_weighed(self) -> bool:
        return self.per_kg_cents is not None

    def price_of(self, quantity: int) -> int:
        """What so many of it cost, in cents; sold by weight, about."""
        if self.per_kg_cents is None:
            return quantity * self.price_cents
        return price_of_weight(quantity * (self.unit_grams or 0), self.per_kg_cents)

    def most_of(self, quantity: int) -> int:
        """The most that so many of it may cost, in cents, whatever the scales say."""
        if self.per_kg_cents is None:
            return quantity * self.price_cents
        return ceiling_of_weight(quantity * (self.unit_grams or 0), self.per_kg_cents, WEIGHT_TOLERANCE_BP)

    @property
    def ceiling_cents(self) -> int:
        """The most that one of it may cost."""
        return self.most_of(1)

    def can_supply(self, quantity: int) -> bool:
        return self.made_to_order or (self.stock or 0) >= quantity
