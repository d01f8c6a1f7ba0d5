"""The communes that the platform serves, their addresses on the web, and who runs them."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinLengthValidator, RegexValidator
from django.db import models
from django.utils.functional import cached_property
from django_tenants.models import DomainMixin, TenantMixin

from conciergeries.towns.communes.territories import school_zone
from shared.french import euros, siren
from shared.models import PublicOnlyModel, UUIDModel
from shared.web.addresses import host_of

siren_digits = RegexValidator(r"^\d{9}$", "Un SIREN compte neuf chiffres.")


class CollectionMode(models.TextChoices):
    """Who may hold the customers' money between payment and payout, and on which legal ground (docs/money.md)."""

    PSP_SPLIT = "psp_split", "prestataire de paiement agréé (Stripe Connect)"
    PSP_AGENT = "psp_agent", "agent d’un prestataire de paiement"
    COMMERCIAL_AGENT = "commercial_agent", "mandat d’agent commercial"
    RESALE = "resale", "achat-revente"
    IN_SHOP = "in_shop", "paiement en boutique"


class OperatingCompany(UUIDModel):  # type: ignore[django-manager-missing]  # Town's base has no types
    """The contractor that runs the conciergerie of one or several towns: legal issuer, holder of the Stripe account."""

    name = models.CharField("raison sociale", max_length=200)
    siren = models.CharField("SIREN", max_length=9, unique=True, validators=[siren_digits])
    vat_number = models.CharField("numéro de TVA", max_length=20, blank=True)
    vat_franchise = models.BooleanField(
        "franchise en base de TVA", default=False, help_text="L’exploitant ne facture pas la TVA (art. 293 B du CGI)."
    )
    legal_form = models.CharField("forme juridique", max_length=60, blank=True)
    capital_euros = models.PositiveBigIntegerField("capital social, en euros", null=True, blank=True)
    rcs_city = models.CharField("ville du RCS", max_length=100, blank=True)
    address = models.CharField("adresse", max_length=200)
    postcode = models.CharField("code postal", max_length=5)
    city = models.CharField("ville", max_length=100)
    contact_email = models.EmailField("adresse e-mail")
    # The account from which merchants are paid by SEPA transfer, where a town wishes so.
    iban = models.CharField("IBAN", max_length=34, blank=True)
    bic = models.CharField("BIC", max_length=11, blank=True)
    stripe_alias = models.SlugField(
        "compte Stripe", default="default", help_text="Nom du compte dans la configuration ; les clés n’y sont jamais."
    )

    class Meta:
        verbose_name = "exploitant"
        verbose_name_plural = "exploitants"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(vat_franchise=True) | ~models.Q(vat_number=""),
                name="towns_company_vat_number_or_franchise",
                violation_error_message="Donnez le numéro de TVA, ou dites que l’exploitant est en franchise.",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def legal_line(self) -> str:
        """What its papers say of it: «SAS au capital de 10 000 €, RCS Aix-en-Provence 732 829 320»."""
        capital = f"au capital de {euros(self.capital_euros)}" if self.capital_euros else ""
        register = f"RCS {self.rcs_city}" if self.rcs_city else "SIREN"
        status = " ".join(part for part in (self.legal_form, capital) if part)
        return ", ".join(part for part in (status, f"{register} {siren(self.siren)}") if part)


class Town(TenantMixin):  # type: ignore[misc]  # the library has no types
    """A commune and its schema. It serves nobody until it is `ready`: a half-made schema would show public tables."""

    auto_create_schema = False
    auto_drop_schema = False

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    insee = models.CharField("code INSEE", max_length=5, unique=True, validators=[MinLengthValidator(5)])
    name = models.CharField("nom", max_length=100)
    slug = models.SlugField("nom dans l’adresse", max_length=63, unique=True)
    department = models.CharField("département", max_length=3)
    postcodes = ArrayField(models.CharField(max_length=5), verbose_name="codes postaux", default=list, blank=True)
    population = models.PositiveIntegerField("population", null=True)
    timezone = models.CharField("fuseau horaire", max_length=40, default="Europe/Paris")
    territory = models.CharField(
        "territoire",
        max_length=3,
        blank=True,
        help_text="Ses jours fériés, quand ils diffèrent de ceux de la métropole.",
    )
    accent = models.CharField("couleur", max_length=7, default="#0d5c63")
    tagline = models.CharField("devise", max_length=120, default="Les commerces du centre, un seul comptoir")
    phone = models.CharField("téléphone de la conciergerie", max_length=20, blank=True)
    email = models.EmailField("adresse e-mail de la conciergerie", blank=True)
    operating_company = models.ForeignKey(
        OperatingCompany, on_delete=models.PROTECT, related_name="towns", verbose_name="exploitant"
    )
    collection_mode = models.CharField(
        "encaissement", max_length=20, choices=CollectionMode.choices, default=CollectionMode.PSP_SPLIT
    )
    legal_basis = models.CharField("fondement juridique", max_length=200, blank=True)
    # Beside the town's own way: the customer may choose to pay each shop, and no money is held.
    accepts_payment_in_shops = models.BooleanField("paiement dans les boutiques accepté", default=False)
    # What the concierge may give back of one order without the town hall.
    refund_ceiling_cents = models.PositiveIntegerField("remboursement sans approbation, en centimes", default=2000)
    ready = models.BooleanField("en service", default=False)
    suspended_at = models.DateTimeField("suspendue le", null=True, blank=True)
    opened_at = models.DateTimeField("ouverte le", null=True)

    class Meta:
        verbose_name = "commune"
        verbose_name_plural = "communes"
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return str(self.name)

    @property
    def host(self) -> str:
        """The host of its public address: the one that a visitor came by, else its main one."""
        return self.domain_url or self._main_host

    @cached_property
    def _main_host(self) -> str:
        """Its own domain if it brought one and made it its main address, else its host of the platform."""
        return next((each.domain for each in self.domains.all() if each.is_primary), host_of(self.slug))

    @property
    def free_days(self) -> str:
        """The calendars of its holidays, as `shared.hours` takes them: of the public ones, and its zone of schools."""
        return f"{self.territory}/{school_zone(self.department)}"

    @property
    def holds_money(self) -> bool:
        """Whether what customers pay for goods may pass through the conciergerie at all."""
        return self.collection_mode != CollectionMode.IN_SHOP

    @property
    def is_serving(self) -> bool:
        return bool(self.ready) and self.suspended_at is None


class Domain(DomainMixin):  # type: ignore[misc]  # the library has no types
    """A host name at which a town is served."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    class Meta:
        verbose_name = "nom de domaine"
        verbose_name_plural = "noms de domaine"

    @property
    def is_own(self) -> bool:
        """Whether the town brought it; the platform's host for it is not its own."""
        return str(self.domain) != host_of(self.tenant.slug)

    @property
    def is_bare(self) -> bool:
        """Whether it is a domain itself, and no name under one: a DNS zone has no alias at its top."""
        return str(self.domain).count(".") == 1


class TownOpening(UUIDModel):
    """One attempt to open a town, step by step, as the console shows it."""

    class State(models.TextChoices):
        PENDING = "pending", "en attente"
        RUNNING = "running", "en cours"
        DONE = "done", "terminée"
        FAILED = "failed", "échouée"

    insee = models.CharField("code INSEE", max_length=5)
    name = models.CharField("nom", max_length=100)
    slug = models.SlugField("nom dans l’adresse", max_length=63)
    operating_company = models.ForeignKey(OperatingCompany, on_delete=models.PROTECT, verbose_name="exploitant")
    state = models.CharField("état", max_length=10, choices=State.choices, default=State.PENDING)
    steps = models.JSONField("étapes", default=list)
    error = models.TextField("erreur", blank=True)
    requested_by = models.CharField("demandée par", max_length=200)
    requested_at = models.DateTimeField("demandée le")
    started_at = models.DateTimeField("commencée le", null=True)
    finished_at = models.DateTimeField("terminée le", null=True)

    class Meta:
        verbose_name = "ouverture"
        verbose_name_plural = "ouvertures"
        ordering = ["-requested_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["insee"],
                condition=models.Q(state__in=["pending", "running"]),
                name="towns_one_opening_at_a_time",
                violation_error_message="Cette commune est déjà en cours d’ouverture.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} : {self.get_state_display()}"

    @property
    def is_over(self) -> bool:
        return self.state in {self.State.DONE, self.State.FAILED}

    @property
    def seconds(self) -> float | None:
        if self.started_at is None or self.finished_at is None:
            return None
        return float((self.finished_at - self.started_at).total_seconds())


class Operator(PublicOnlyModel):
    """A person of the platform's own team."""

    # DO_NOTHING: removing a *town's* user must not look into this table of the platform's.
    user = models.OneToOneField("accounts.User", on_delete=models.DO_NOTHING, related_name="+", verbose_name="compte")

    class Meta:
        verbose_name = "opérateur"
        verbose_name_plural = "opérateurs"
        base_manager_name = "objects"

    def __str__(self) -> str:
        return str(self.user)


class SchemaScript(UUIDModel):
    """What the migrations of a version come to in a new town's schema, as SQL (`conciergeries.towns.schemas`)."""

    version = models.CharField("version", max_length=64, unique=True)
    script = models.TextField("script")

    class Meta:
        verbose_name = "script de schéma"
        verbose_name_plural = "scripts de schéma"
        ordering = ["version"]

    def __str__(self) -> str:
        return str(self.version)
