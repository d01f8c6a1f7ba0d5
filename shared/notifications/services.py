"""Writing to people: one template, two forms (MJML and plain text), sent after the fact is committed.

A template `orders/confirmed` is three files: `mail/orders/confirmed.mjml` (extends `mail/base.mjml`),
`mail/orders/confirmed.txt` and `mail/orders/confirmed.subject.txt`.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.template import Context
from django.template.loader import get_template, render_to_string
from mjml import mjml2html

from shared.french import of
from shared.notifications.models import Message
from shared.outbox.services import record_effect
from shared.tenancy import current_town
from shared.web.addresses import absolute_url

SEND = "notifications.send"


def sender_name() -> str:
    """Who writes: the conciergerie of the current town, or the platform."""
    town = current_town()
    return f"La Conciergerie {of(town.name)}" if town else "Conciergeries"


def _plain(name: str, context: dict[str, Any]) -> str:
    """Render plain text: nothing in it is HTML, so nothing is escaped."""
    return str(get_template(name).template.render(Context(context, autoescape=False)))  # type: ignore[attr-defined]  # Django's own backend


def notify(
    *,
    to: str,
    template: str,
    context: dict[str, Any],
    now: datetime,
    then: str = "",
    attachments: Sequence[tuple[str, str]] = (),
) -> Message:
    """Write a message to an e-mail address in the current transaction; a worker sends it after the commit.

    Once it has left, an effect of the kind `then` is recorded, with its `message_id`. `attachments` are
    sources and keys of files (shared.notifications.attachments).

    Raises shared.outbox.services.OutsideTransactionError, TemplateDoesNotExist.
    """
    town = current_town()
    full = {
        "town": town,
        "sender": sender_name(),
        "accent": town.accent if town else settings.PLATFORM_ACCENT,
        "home_url": absolute_url("/"),
        "demo": settings.DEMO,
        **context,
    }
    # One line; not str.split(), which would break the no-break spaces.
    subject = re.sub(r"[ \r\n\t]+", " ", _plain(f"mail/{template}.subject.txt", full)).strip()
    message = Message.objects.create(
        to=to,
        template=template,
        subject=subject[:250],
        text=_plain(f"mail/{template}.txt", full).strip() + "\n",
        html=mjml2html(render_to_string(f"mail/{template}.mjml", {**full, "subject": subject})),
        then=then,
        attachments=[{"source": source, "key": key} for source, key in attachments],
        created_at=now,
    )
    record_effect(kind=SEND, payload={"message_id": str(message.pk)}, now=now)
    return message
