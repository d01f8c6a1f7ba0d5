"""Telling somebody by e-mail that the ways into their account have changed: whoever did it, they should know."""

from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.signals import email_added
from django.conf import settings
from django.db import transaction
from django.dispatch import receiver
from django.urls import reverse
from django.utils import timezone

from shared.accounts.models import User
from shared.audit.masks import mask_emails
from shared.notifications.services import notify
from shared.tenancy import current_town
from shared.web.addresses import absolute_url

# By allauth's name of the change: the title, and the sentence that says it.
NOTICES = {
    "email_added": ("Une adresse a été ajoutée à votre compte", "L’adresse {added} ouvre désormais votre compte."),
    "email_changed": (
        "L’adresse de votre compte a changé",
        "L’adresse principale de votre compte est désormais {to_email}\u00a0: les codes et les messages y vont.",
    ),
    "email_deleted": (
        "Une adresse a été retirée de votre compte",
        "L’adresse {deleted} n’ouvre plus votre compte.",
    ),
    "password_changed": ("Votre mot de passe a changé", "Le mot de passe de votre compte a été changé."),
    "password_reset": (
        "Votre mot de passe a changé",
        "Le mot de passe de votre compte a été remplacé, par le lien «\u00a0mot de passe oublié\u00a0».",
    ),
    "password_set": ("Votre compte a un mot de passe", "Un mot de passe a été ajouté à votre compte."),
    "recovery_codes_generated": (
        "Vos codes de secours ont changé",
        "De nouveaux codes de secours ont été créés\u00a0: les anciens ne servent plus.",
    ),
    "totp_activated": (
        "La double vérification est activée",
        "Une application de codes a été ajoutée à votre compte\u00a0: il faut désormais son code pour entrer.",
    ),
    "totp_deactivated": (
        "La double vérification a changé",
        "L’application de codes a été retirée de votre compte.",
    ),
    "webauthn_added": ("Une clé d’accès a été ajoutée", "Une clé d’accès a été ajoutée à votre compte."),
    "webauthn_removed": ("Une clé d’accès a été retirée", "Une clé d’accès a été retirée de votre compte."),
}


def tell(*, user: User, change: str, now: datetime, to: str = "", **names: str) -> None:
    """Write to the account's principal address, or to `to`, that `change` (a key of NOTICES) was made.

    It goes out in the name of the host where the account is: a town's, or the platform's.
    """
    title, sentence = NOTICES[change]
    town = current_town()
    context = {
        "title": title,
        "sentence": sentence.format(**names),
        "at": now,
        "account_url": absolute_url(reverse("account")),
        "contact": getattr(town, "email", "") or settings.PLATFORM_CONTACT,
    }
    with transaction.atomic():
        address = to or EmailAddress.objects.get_primary_email(user) or user.email
        notify(to=address, template="security/changed", context=context, now=now)


def tell_of_allauths(*, user: User, template_prefix: str, context: dict[str, Any], to: str) -> None:
    """The same, for a change that allauth names its own way (`mfa/email/totp_activated`).

    The address that leaves is told which came in its place only so that its owner recognises it.
    """
    tell(
        user=user,
        change=template_prefix.rsplit("/", 1)[-1],
        now=timezone.now(),
        to=to,
        to_email=mask_emails(str(context.get("to_email", ""))),
        deleted=str(context.get("deleted_email", "")),
    )


@receiver(email_added)
def _address_added(user: User, email_address: EmailAddress, **_kwargs: Any) -> None:
    """Say what allauth does not: an address was added, and a code sent to it opens the account."""
    if not email_address.primary:
        tell(user=user, change="email_added", now=timezone.now(), added=email_address.email)
