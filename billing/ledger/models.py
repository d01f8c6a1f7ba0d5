"""Entries and their postings. The package's docstring gives the sign convention and what PostgreSQL enforces."""

from django.db import models
from django.db.models import Q

from shared.models import UUIDModel


class Account(models.TextChoices):
    """The accounts of a town. Numbers are those of the French chart of accounts, subdivided."""

    BANK = "512", "Banque"
    THIRD_PARTY_BANK = "5121", "Banque, fonds des tiers"
    STRIPE = "517", "Stripe"
    CHEQUES = "5112", "Chèques à encaisser"
    CARDS = "5115", "Cartes à encaisser"
    CASH = "531", "Caisse"
    CUSTOMERS = "46711", "Fonds des clients"
    MERCHANTS = "46712", "Dû aux commerçants"
    COMMUNE = "46714", "Dû à la commune"
    COMMUNE_OWES = "443", "Commune, à recevoir"
    IN_TRANSIT = "4674", "Reversements en cours"
    DISPUTES = "4675", "Contestations bancaires"
    VOUCHERS = "4678", "Chèques-cadeaux en circulation"
    MERCHANT_INVOICES = "411M", "Commerçants, commissions facturées"
    COMMISSION = "706", "Commissions"
    SERVICES = "7085", "Frais de retrait et de livraison"
    VAT_COLLECTED = "44571", "TVA collectée"
    BANK_FEES = "627", "Frais bancaires"
    LOSSES = "6588", "Pertes et écarts"
    GAINS = "7588", "Gains et écarts"


# Accounts that make no sense without saying whose: a balance of theirs is always asked for merchant by merchant.
MERCHANT_ACCOUNTS = frozenset({Account.MERCHANTS, Account.IN_TRANSIT, Account.MERCHANT_INVOICES})
FEWEST_POSTINGS = 2
LONGEST_PIECE = 100


class Entry(UUIDModel):
    """One event, in money. `key` names the event: the same event is never posted twice."""

    key = models.CharField("clé", max_length=120, unique=True)
    kind = models.CharField("nature", max_length=40)
    label = models.CharField("libellé", max_length=200)
    # What the event is about: an order, a statement. Another table of the same town, whichever it is.
    reference = models.UUIDField("référence", db_index=True)
    # The paper that an accountant finds it by: an invoice, a statement, an order, a file of transfers, Stripe's own
    # number. Written with the entry; empty in those of before it was kept.
    piece = models.CharField("pièce", max_length=LONGEST_PIECE, blank=True)
    at = models.DateTimeField("le", db_index=True)
    # What it mirrors at Stripe: a payment intent, a refund, a transfer, a dispute. Compared with Stripe every night.
    stripe_id = models.CharField("objet Stripe", max_length=100, blank=True)
    # Written with the entry, so that no posting can join it later.
    posting_count = models.PositiveSmallIntegerField("lignes")

    class Meta:
        verbose_name = "écriture"
        verbose_name_plural = "écritures"
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(posting_count__gte=FEWEST_POSTINGS),
                name="ledger_entry_has_two_postings",
                violation_error_message="Une écriture compte au moins deux lignes.",
            ),
            models.CheckConstraint(
                condition=~Q(key="") & ~Q(kind=""),
                name="ledger_entry_is_named",
                violation_error_message="Une écriture a une clé et une nature.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d} {self.label}"


class Posting(UUIDModel):
    """One line of an entry. `amount_cents` is positive for a debit, negative for a credit."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="postings", verbose_name="écriture")
    account = models.CharField("compte", max_length=5, choices=Account.choices)
    # A merchant is a row of the public schema that is never removed.
    merchant_id = models.UUIDField("commerçant", null=True)
    amount_cents = models.BigIntegerField("montant")

    class Meta:
        verbose_name = "ligne d’écriture"
        verbose_name_plural = "lignes d’écriture"
        ordering = ["entry", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(amount_cents=0),
                name="ledger_posting_amount_not_zero",
                violation_error_message="Une ligne d’écriture a un montant.",
            ),
            models.CheckConstraint(
                condition=Q(account__in=sorted(Account.values)),
                name="ledger_posting_account_known",
                violation_error_message="Ce compte n’existe pas.",
            ),
            models.CheckConstraint(
                condition=Q(merchant_id__isnull=False) | ~Q(account__in=sorted(MERCHANT_ACCOUNTS)),
                name="ledger_posting_names_its_merchant",
                violation_error_message="Ce compte se tient commerçant par commerçant.",
            ),
        ]
        indexes = [
            # A balance reads this index alone.
            models.Index(fields=["account", "merchant_id"], include=["amount_cents"], name="ledger_posting_balance"),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.amount_cents:+d}"


class Difference(UUIDModel):
    """Something that a check of the ledger found wrong, from when it was first seen until it no longer is."""

    class Kind(models.TextChoices):
        UNBALANCED = "unbalanced", "écriture déséquilibrée"
        ORPHAN = "orphan", "écriture sans objet"
        ORDERS = "orders", "écart avec les commandes et les ventes"
        STRIPE = "stripe", "écart avec Stripe"

    # What is found again is the same row: it is told once.
    fingerprint = models.CharField("empreinte", max_length=64, unique=True)
    kind = models.CharField("nature", max_length=10, choices=Kind.choices)
    subject = models.CharField("objet", max_length=120)
    message = models.TextField("constat")
    first_seen_at = models.DateTimeField("constaté le")
    last_seen_at = models.DateTimeField("constaté en dernier le")
    closed_at = models.DateTimeField("disparu le", null=True)

    class Meta:
        verbose_name = "écart"
        verbose_name_plural = "écarts"
        ordering = ["first_seen_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["orders", "orphan", "stripe", "unbalanced"]), name="ledger_difference_kind_known"
            ),
        ]
        indexes = [
            models.Index(fields=["kind"], condition=Q(closed_at=None), name="ledger_difference_open"),
        ]

    def __str__(self) -> str:
        return self.message


class LedgerCheck(UUIDModel):
    """One check of the ledger, and how much it found of each kind; null where it could not be told."""

    at = models.DateTimeField("le", db_index=True)
    entries = models.PositiveBigIntegerField("écritures")
    unbalanced = models.PositiveIntegerField("écritures déséquilibrées")
    orphans = models.PositiveIntegerField("écritures sans objet")
    differences_with_orders = models.PositiveIntegerField("écarts avec les commandes", null=True)
    differences_with_stripe = models.PositiveIntegerField("écarts avec Stripe", null=True)

    class Meta:
        verbose_name = "contrôle"
        verbose_name_plural = "contrôles"
        ordering = ["-at", "id"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"
