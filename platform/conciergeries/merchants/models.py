"""Merchants: one row for all the towns they sell in."""

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from stdnum.exceptions import ValidationError as StdnumError
from stdnum.fr import siret as siret_rules

from conciergeries.towns.models import OperatingCompany, Town
from shared.models import PublicOnlyModel, UUIDModel
from shared.sepa.accounts import iban_problem


def validate_siret(value: str) -> None:
    try:
        siret_rules.validate(value)
    except StdnumError as error:
        raise ValidationError("Ce SIRET n’est pas valide : quatorze chiffres, dont une clé.") from error


def validate_iban(value: str) -> None:
    problem = iban_problem(value)
    if problem:
        raise ValidationError(problem)


validate_postcode = RegexValidator(r"^\d{5}$", "Un code postal compte cinq chiffres.")


class Merchant(UUIDModel):
    """A business that sells through conciergeries. It may leave all its towns; its row stays: they refer to it."""

    name = models.CharField("raison sociale", max_length=200)
    siret = models.CharField("SIRET", max_length=14, unique=True, validators=[validate_siret])
    # What an invoice says of whom it is for.
    address = models.CharField("adresse", max_length=200, blank=True)
    postcode = models.CharField("code postal", max_length=5, blank=True, validators=[validate_postcode])
    city = models.CharField("ville", max_length=100, blank=True)
    vat_number = models.CharField("numéro de TVA", max_length=20, blank=True)
    # None: not said yet. Of a person, the yearly declaration of sellers (DAC7) wants the birth date too.
    is_sole_trader = models.BooleanField("en nom propre", null=True, blank=True)
    birth_date = models.DateField("date de naissance", null=True, blank=True)
    contact_email = models.EmailField("adresse e-mail")
    phone = models.CharField("téléphone", max_length=20, blank=True)
    iban = models.CharField("IBAN", max_length=34, blank=True, validators=[validate_iban])
    bic = models.CharField("BIC", max_length=11, blank=True)
    # An account that was changed is not paid to before this moment: its owner has time to see the letters.
    iban_payable_from = models.DateTimeField("payable à partir du", null=True, blank=True)

    class Meta:
        verbose_name = "commerçant"
        verbose_name_plural = "commerçants"
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(birth_date=None) | models.Q(is_sole_trader=True),
                name="merchants_only_a_person_was_born",
                violation_error_message="Une société n’a pas de date de naissance.",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def lacks_for_dac7(self) -> str:
        """What the declaration of sellers still wants of it, in French; empty when it has all."""
        if self.is_sole_trader is None:
            return "sa forme, société ou personne"
        return "la date de naissance" if self.is_sole_trader and self.birth_date is None else ""

    @property
    def siren(self) -> str:
        """The business; the SIRET is one of its places."""
        return self.siret[:9]

    @property
    def has_address(self) -> bool:
        return bool(self.address and self.postcode and self.city)


class MerchantMember(PublicOnlyModel):
    """A person who acts for a merchant, on the platform's host."""

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE, related_name="members", verbose_name="commerçant")
    # DO_NOTHING: removing a *town's* user must not look into this table of the platform's.
    user = models.ForeignKey("accounts.User", on_delete=models.DO_NOTHING, related_name="+", verbose_name="compte")

    class Meta:
        verbose_name = "membre"
        verbose_name_plural = "membres"
        base_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["merchant", "user"], name="merchants_member_once")]

    def __str__(self) -> str:
        return f"{self.user} ({self.merchant})"


class MerchantPresence(UUIDModel):
    """A town that a merchant sells in, or sold in: how the portal knows which towns to ask."""

    merchant = models.ForeignKey(
        Merchant, on_delete=models.PROTECT, related_name="presences", verbose_name="commerçant"
    )
    town = models.ForeignKey(Town, on_delete=models.DO_NOTHING, related_name="+", verbose_name="commune")
    since = models.DateTimeField("depuis")
    # It sells there no more. The row stays: its people read its papers in the town's schema for ten years.
    left_at = models.DateTimeField("partie le", null=True, blank=True)

    class Meta:
        verbose_name = "présence"
        verbose_name_plural = "présences"
        constraints = [models.UniqueConstraint(fields=["merchant", "town"], name="merchants_presence_once")]

    def __str__(self) -> str:
        return f"{self.merchant} à {self.town}"


class MerchantAccount(UUIDModel):
    """A merchant's Stripe account under one operating company; payouts wait until its transfers are active."""

    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="accounts", verbose_name="commerçant")
    company = models.ForeignKey(OperatingCompany, on_delete=models.PROTECT, related_name="+", verbose_name="exploitant")
    stripe_account_id = models.CharField("compte Stripe", max_length=80)
    transfers_active = models.BooleanField("virements possibles", default=False)
    # What Stripe said when it was last asked (billing/payments/requirements.py), in its own codes.
    capability = models.CharField("état chez Stripe", max_length=30, blank=True)
    capability_reason = models.CharField("raison de l’état", max_length=80, blank=True)
    requirements = models.JSONField("demandé par Stripe", default=list, blank=True)
    required_by = models.DateTimeField("à fournir avant le", null=True, blank=True)
    asked_at = models.DateTimeField("demandé à Stripe le", null=True, blank=True)
    # What the merchant was written about: the codes that were missing, and the deadline.
    told_codes = models.JSONField("écrit au commerçant", default=list, blank=True)
    told_deadline = models.DateTimeField("date limite rappelée", null=True, blank=True)

    class Meta:
        verbose_name = "compte de versement"
        verbose_name_plural = "comptes de versement"
        constraints = [models.UniqueConstraint(fields=["merchant", "company"], name="merchants_account_once")]

    def __str__(self) -> str:
        return f"{self.merchant} chez {self.company}"


class RefusedPayout(UUIDModel):
    """Money that Stripe sent from a merchant's account to its bank, and that the bank sent back."""

    account = models.ForeignKey(
        MerchantAccount, on_delete=models.PROTECT, related_name="refused_payouts", verbose_name="compte de versement"
    )
    stripe_payout_id = models.CharField("virement Stripe", max_length=100, unique=True)
    amount_cents = models.BigIntegerField("montant")
    failure_code = models.CharField("raison de la banque", max_length=80, blank=True)
    sent_at = models.DateTimeField("parti le")
    refused_at = models.DateTimeField("refusé le")
    # A later one has reached the bank: there is nothing to do any more.
    over_at = models.DateTimeField("réglé le", null=True)

    class Meta:
        verbose_name = "virement refusé par une banque"
        verbose_name_plural = "virements refusés par une banque"
        ordering = ["-refused_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount_cents__gt=0),
                name="merchants_refused_payout_amount",
                violation_error_message="Un virement a un montant.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.account} : {self.amount_cents}"


class BankAccountChange(UUIDModel):
    """A merchant's other bank account: asked for, confirmed by a code, undone perhaps. Until confirmed, nothing."""

    merchant = models.ForeignKey(
        Merchant, on_delete=models.PROTECT, related_name="bank_changes", verbose_name="commerçant"
    )
    iban = models.CharField("IBAN", max_length=34)
    bic = models.CharField("BIC", max_length=11, blank=True)
    previous_iban = models.CharField("IBAN d’avant", max_length=34, blank=True)
    previous_bic = models.CharField("BIC d’avant", max_length=11, blank=True)
    # The account before may be in its own quiet days: undone, a change gives them back.
    previous_payable_from = models.DateTimeField("compte d’avant payable à partir du", null=True)
    asked_by = models.CharField("demandé par", max_length=200)
    asked_at = models.DateTimeField("demandé le")
    code_hash = models.CharField(max_length=64)
    tries = models.PositiveSmallIntegerField(default=0)
    confirmed_at = models.DateTimeField("confirmé le", null=True)
    undone_at = models.DateTimeField("annulé le", null=True)

    class Meta:
        verbose_name = "changement de compte bancaire"
        verbose_name_plural = "changements de compte bancaire"
        ordering = ["-asked_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(undone_at__isnull=True) | models.Q(confirmed_at__isnull=False),
                name="merchants_bank_change_undone_once_confirmed",
            )
        ]

    def __str__(self) -> str:
        return f"{self.merchant} le {self.asked_at:%d/%m/%Y}"
