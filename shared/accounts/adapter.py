"""Sign-in, as allauth does it, with our own rules and our own words."""

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from shared.accounts.notices import tell_of_allauths
from shared.accounts.roles import roles_of
from shared.notifications.services import notify, sender_name
from shared.tenancy import in_public_schema


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # the library has no types
    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": "Ce compte est fermé.",
        "cannot_remove_primary_email": "C’est votre adresse principale : choisissez-en d’abord une autre.",
        "duplicate_email": "Cette adresse est déjà sur votre compte.",
        "email_password_mismatch": "L’adresse ou le mot de passe ne sont pas les bons.",
        "email_taken": "Cette adresse a déjà un compte.",
        "enter_current_password": "Ce n’est pas votre mot de passe actuel.",
        "incorrect_code": "Ce code n’est pas le bon. Vérifiez-le, ou demandez-en un autre.",
        "incorrect_password": "Ce mot de passe n’est pas le bon.",
        "invalid_login": "Cette adresse n’est pas complète.",
        "invalid_or_expired_key": "Ce lien ne sert plus : il a déjà été utilisé, ou il est trop ancien.",
        "invalid_password_reset": "Ce lien ne sert plus : il a déjà été utilisé, ou il est trop ancien.",
        "rate_limited": "Trop de demandes coup sur coup : attendez quelques minutes.",
        "same_as_current": "C’est déjà votre adresse.",
        "too_many_login_attempts": "Trop d’essais coup sur coup : attendez quelques minutes.",
        "unverified_primary_email": "Confirmez d’abord votre adresse principale.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002  (allauth's signature)
        """Residents sign up in their town; on the platform's host people come by invitation only."""
        return not in_public_schema()

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        held = roles_of(request.user)
        return reverse(held[0].home) if held else str(super().get_login_redirect_url(request))

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002  (allauth's signature)
        return reverse("account")

    def send_notification_mail(
        self, template_prefix: str, user: Any, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Tell a person that the ways into their account have changed; without the address and the browser it was
        done from, which mean little to most and are personal data to keep.
        """
        tell_of_allauths(user=user, template_prefix=template_prefix, context=context or {}, to=email or "")

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send allauth's mails as ours: one look, one outbox, one trace."""
        template = template_prefix.rsplit("/", 1)[-1].removesuffix("_message")
        context = {"email": email, **context}
        if in_public_schema():
            # Nobody signs up here: the mail must not invite to.
            context["signup_url"] = ""
        with transaction.atomic():
            notify(to=email, template=f"account/{template}", context=context, now=timezone.now())


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # the library has no types
    error_messages: ClassVar[dict[str, Any]] = {
        "add_email_blocked": "Désactivez d’abord la double vérification pour ajouter une adresse.",
        "cannot_delete_authenticator": "La double vérification ne peut pas être désactivée ici.",
        "cannot_generate_recovery_codes": "Activez d’abord une clé d’accès ou une application.",
        "incorrect_code": "Ce code n’est pas le bon. Vérifiez-le, ou attendez le suivant.",
        "unverified_email": "Confirmez d’abord votre adresse e-mail.",
    }

    def get_totp_issuer(self) -> str:
        """The name under which an authenticator application files the account: that of the town."""
        return sender_name()

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:  # noqa: A002  (allauth's name)
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return "Ma clé d’accès" if not count else f"Ma clé d’accès n° {count + 1}"

    def _get_site_name(self) -> str:
        return sender_name()
