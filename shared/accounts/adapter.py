"""Sign-in, as allauth does it, with our own rules."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from shared.accounts.roles import roles_of
from shared.notifications.services import notify
from shared.tenancy import in_public_schema


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # the library has no types
    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002  (allauth's signature)
        """Residents sign up in their town; on the platform's host people come by invitation only."""
        return not in_public_schema()

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        held = roles_of(request.user)
        return reverse(held[0].home) if held else str(super().get_login_redirect_url(request))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send allauth's mails as ours: one look, one outbox, one trace."""
        template = template_prefix.rsplit("/", 1)[-1].removesuffix("_message")
        with transaction.atomic():
            notify(to=email, template=f"account/{template}", context=context, now=timezone.now())
