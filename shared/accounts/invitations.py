"""Inviting somebody to a role, and taking the role up."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.urls import reverse

from shared.accounts.models import Invitation, User
from shared.accounts.roles import grant, role
from shared.audit.services import record
from shared.notifications.services import notify
from shared.web.addresses import absolute_url

VALID_FOR = timedelta(days=7)


class InvitationClosedError(ValueError):
    """The invitation is unknown here, taken, withdrawn or too old."""


@dataclass(frozen=True)
class Invited:
    invitation: Invitation
    token: str


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def invite(
    *, email: str, role_key: str, invited_by: Any, now: datetime, context: dict[str, Any] | None = None
) -> Invited:
    """Offer a role by e-mail for seven days; an earlier offer of the same role to the same address is withdrawn.

    `invited_by` is a user, or None for the platform itself. Raises UnknownRoleError.
    """
    offered = role(role_key)
    inviter = settings.PLATFORM_PUBLISHER if invited_by is None else str(invited_by)
    email = User.objects.normalize_email(email)
    Invitation.objects.filter(
        email=email, role=role_key, context=context or {}, accepted_at=None, revoked_at=None
    ).update(revoked_at=now)
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        email=email,
        role=role_key,
        context=context or {},
        token_hash=_hash(token),
        invited_by=inviter,
        created_at=now,
        expires_at=now + VALID_FOR,
    )
    notify(
        to=email,
        template="account/invitation",
        context={
            "role": offered.label,
            "merchant": (context or {}).get("merchant", ""),
            "invited_by": inviter,
            "url": absolute_url(reverse("invitation", args=[token])),
            "expires_at": invitation.expires_at,
        },
        now=now,
    )
    record(actor=invited_by, action="invited", target=invitation, details={"role": role_key, "email": email}, now=now)
    return Invited(invitation, token)


def open_invitation(*, token: str, now: datetime) -> Invitation:
    """The invitation that `token` opens on this host. Raises InvitationClosedError."""
    invitation = Invitation.objects.filter(token_hash=_hash(token)).first()
    if invitation is None or not invitation.is_open(now):
        raise InvitationClosedError
    return invitation


def account_of(email: str) -> User | None:
    """The account that this address opens on this host: its own, or one whose second address it is."""
    found = EmailAddress.objects.select_related("user").filter(email=email, verified=True).first()
    return found.user if found else User.objects.filter(email=email).first()


@transaction.atomic
def accept(*, token: str, name: str, password: str | None, now: datetime) -> User:
    """Take the role up: the account is made if there is none, the address is known to be theirs.

    `password` is for a new account: an invitation is no way round the sign-in of one that exists. Raises
    InvitationClosedError, also for the second of two who try at once.
    """
    invitation = Invitation.objects.select_for_update(of=("self",)).filter(token_hash=_hash(token)).first()
    if invitation is None or not invitation.is_open(now):
        raise InvitationClosedError
    user = account_of(invitation.email)
    if user is None:
        user = User.objects.create_user(invitation.email, name=name, password=password)
    has_primary = EmailAddress.objects.filter(user=user, primary=True).exists()
    EmailAddress.objects.update_or_create(
        user=user,
        email=invitation.email,
        defaults={"verified": True},
        create_defaults={"verified": True, "primary": not has_primary},
    )
    grant(user=user, key=invitation.role, context=invitation.context, now=now)
    invitation.accepted_at = now
    invitation.save(update_fields=["accepted_at"])
    record(actor=user, action="accepted", target=invitation, details={"role": invitation.role}, now=now)
    return user


@transaction.atomic
def revoke(*, invitation: Invitation, actor: Any, now: datetime) -> bool:
    """Withdraw an open invitation; False when it was no longer open."""
    changed = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, revoked_at=None).update(revoked_at=now)
    if changed:
        record(actor=actor, action="revoked", target=invitation, now=now)
    return bool(changed)
