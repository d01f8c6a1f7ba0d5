"""The files of what was issued. PostgreSQL refuses to change them, and to remove them before ten years."""

from django.db import models
from django.db.models import Q

from shared.models import UUIDModel


class DocumentKind(models.TextChoices):
    STATEMENT = "statement", "bordereau"
    SALES = "sales", "ventes d’un bordereau"
    INVOICE = "invoice", "facture"
    CREDIT_NOTE = "credit_note", "avoir"


class Document(UUIDModel):
    """One file, as it was made when what it shows was issued."""

    kind = models.CharField("nature", max_length=12, choices=DocumentKind.choices)
    # The statement or the invoice that it shows.
    source_id = models.UUIDField("pièce")
    number = models.CharField("numéro", max_length=80)
    issuer_siren = models.CharField("SIREN de l’émetteur", max_length=9)
    merchant_id = models.UUIDField("commerçant")
    merchant_name = models.CharField("commerçant", max_length=200)
    issued_on = models.DateField("date")
    total_cents = models.BigIntegerField("montant")
    filename = models.CharField("fichier", max_length=150)
    media_type = models.CharField("type", max_length=80)
    size = models.PositiveIntegerField("octets")
    sha256 = models.CharField("empreinte SHA-256", max_length=64)
    content = models.BinaryField("contenu")
    made_at = models.DateTimeField("fait le")

    class Meta:
        verbose_name = "document"
        verbose_name_plural = "documents"
        ordering = ["-issued_on", "-number", "-kind"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "source_id"], name="documents_one_file_each"),
            models.CheckConstraint(condition=Q(kind__in=sorted(DocumentKind.values)), name="documents_kind_known"),
        ]
        indexes = [
            models.Index(fields=["merchant_id", "-issued_on"], name="documents_of_merchant"),
            models.Index(fields=["-issued_on", "-number"], name="documents_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"
