"""Every message sent to a person, as it was sent; one that carried a key to an account, without its words."""

from django.db import models

from shared.models import UUIDModel


class Channel(models.TextChoices):
    EMAIL = "email", "e-mail"


class Message(UUIDModel):
    """One message to one person, rendered when the fact happened and sent after it was committed."""

    channel = models.CharField("canal", max_length=10, choices=Channel.choices, default=Channel.EMAIL)
    to = models.CharField("destinataire", max_length=254)
    template = models.CharField("modèle", max_length=80)
    subject = models.CharField("objet", max_length=250)
    text = models.TextField("texte")
    html = models.TextField("mise en page", blank=True)
    # What is to be done once it has left: the kind of an effect.
    then = models.CharField("ensuite", max_length=60, blank=True)
    # [{"source", "key"}, …]: files that the mail carries, read when it leaves (shared.notifications.attachments).
    attachments = models.JSONField("pièces jointes", default=list)
    created_at = models.DateTimeField("écrit le")
    sent_at = models.DateTimeField("envoyé le", null=True)

    class Meta:
        verbose_name = "message"
        verbose_name_plural = "messages"
        ordering = ["-created_at", "id"]

    def __str__(self) -> str:
        return f"{self.to} : {self.subject}"
