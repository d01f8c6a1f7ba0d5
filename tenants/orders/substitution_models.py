"""A replacement that a merchant proposes for what it cannot supply: answered once, by its customer or by time."""

from datetime import datetime

from django.db import models
from django.db.models import Q

from shared.french import NBSP
from shared.models import UUIDModel
from tenants.shops.models import Product


class SubstitutionState(models.TextChoices):
    PROPOSED = "proposed", "réponse attendue"
    # Accepted, and dearer than what is paid: it counts once the supplement is paid.
    TO_PAY = "to_pay", "complément à payer"
    APPROVED = "approved", "accepté"
    DECLINED = "declined", "remboursement préféré"
    EXPIRED = "expired", "sans réponse"
    WITHDRAWN = "withdrawn", "retiré"


St = SubstitutionState

SUBSTITUTION_TRANSITIONS: dict[SubstitutionState, frozenset[SubstitutionState]] = {
    St.PROPOSED: frozenset({St.TO_PAY, St.APPROVED, St.DECLINED, St.EXPIRED, St.WITHDRAWN}),
    St.TO_PAY: frozenset({St.APPROVED, St.DECLINED, St.EXPIRED, St.WITHDRAWN}),
    St.APPROVED: frozenset(),
    St.DECLINED: frozenset(),
    St.EXPIRED: frozenset(),
    St.WITHDRAWN: frozenset(),
}
# Nothing is decided: the line is neither sold nor given back.
LIVE = (St.PROPOSED, St.TO_PAY)


class Substitution(UUIDModel):
    """So many of another product of the shop instead of a line, at a price. What it says never changes."""

    line = models.ForeignKey(
        "orders.Line", on_delete=models.PROTECT, related_name="substitutions", verbose_name="ligne"
    )
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+", verbose_name="produit")
    name = models.CharField("nom", max_length=100)
    unit = models.CharField("unité", max_length=40)
    unit_price_cents = models.PositiveIntegerField("prix unitaire en centimes")
    vat_rate_bp = models.PositiveSmallIntegerField("TVA, en points de base")
    quantity = models.PositiveSmallIntegerField("quantité")
    age_restricted = models.BooleanField("vente interdite aux mineurs", default=False)
    # Sold by weight, the price is never exceeded: see the decision on replacements.
    per_kg_cents = models.PositiveIntegerField("prix au kilo en centimes", null=True)
    ordered_grams = models.PositiveIntegerField("poids en grammes", null=True)
    # What it costs in all, and what the line counted for when it was proposed.
    price_cents = models.PositiveIntegerField("prix en centimes")
    instead_of_cents = models.PositiveIntegerField("prix de la ligne en centimes")
    words = models.CharField("mot du commerçant", max_length=200, blank=True)
    state = models.CharField("état", max_length=10, choices=SubstitutionState.choices, default=St.PROPOSED)
    proposed_at = models.DateTimeField("proposé le")
    proposed_by = models.CharField("proposé par", max_length=200)
    # Without an answer by then, or the supplement, the line is refused and given back.
    answer_before = models.DateTimeField("réponse attendue avant")
    answered_at = models.DateTimeField("répondu le", null=True)
    answered_by = models.CharField("réponse de", max_length=200, blank=True)
    new_line = models.OneToOneField(
        "orders.Line",
        on_delete=models.PROTECT,
        null=True,
        related_name="replaces",
        verbose_name="ligne de remplacement",
    )

    class Meta:
        verbose_name = "remplacement"
        verbose_name_plural = "remplacements"
        ordering = ["proposed_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["line"],
                condition=Q(state__in=["proposed", "to_pay", "approved"]),
                name="orders_one_substitution_at_a_time",
                violation_error_message="Un remplacement est déjà proposé pour cette ligne.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=sorted(SubstitutionState.values)), name="orders_substitution_state_known"
            ),
            models.CheckConstraint(
                condition=Q(price_cents__gt=0, quantity__gte=1),
                name="orders_substitution_has_a_price",
                violation_error_message="Un remplacement a une quantité et un prix.",
            ),
            models.CheckConstraint(
                condition=Q(price_cents__lte=models.F("quantity") * models.F("unit_price_cents"))
                | Q(per_kg_cents__isnull=False),
                name="orders_substitution_never_above_its_price",
                violation_error_message="Un remplacement ne coûte jamais plus que le prix du produit.",
            ),
            models.CheckConstraint(
                condition=Q(per_kg_cents=None, ordered_grams=None) | Q(per_kg_cents__gt=0, ordered_grams__gt=0),
                name="orders_substitution_weight_whole",
            ),
            models.CheckConstraint(
                condition=Q(state="approved", new_line__isnull=False) | ~Q(state="approved") & Q(new_line=None),
                name="orders_substitution_makes_a_line",
                violation_error_message="Un remplacement accepté fait une ligne, les autres non.",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", answered_at=None) | ~Q(state="proposed") & Q(answered_at__isnull=False),
                name="orders_substitution_answered_once",
                violation_error_message="Un remplacement a une réponse, ou n’en a pas.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["answer_before"], condition=Q(state__in=["proposed", "to_pay"]), name="orders_sub_live"
            )
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.name}"

    @property
    def difference_cents(self) -> int:
        """What it costs more than the line, or less."""
        return self.price_cents - self.instead_of_cents

    @property
    def less_cents(self) -> int:
        """The same, the other way round."""
        return -self.difference_cents

    @property
    def full_cents(self) -> int:
        """What it would cost without its discount."""
        return self.price_cents + self.discount_cents

    @property
    def is_live(self) -> bool:
        return self.state in LIVE

    @property
    def discount_cents(self) -> int:
        """What its merchant takes off; sold by weight, the price is a ceiling instead."""
        return 0 if self.per_kg_cents else self.quantity * self.unit_price_cents - self.price_cents

    @property
    def measure(self) -> str:
        """How it is sold, in French."""
        return f"{self.unit}, à peser{NBSP}: jamais plus cher" if self.per_kg_cents else self.unit

    def is_late(self, now: datetime) -> bool:
        """Whether its time is over, whoever has noticed."""
        return self.answer_before <= now
