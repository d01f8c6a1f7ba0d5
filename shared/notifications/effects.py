"""Sending what was written."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction

from shared.notifications.attachments import attached
from shared.notifications.models import Message
from shared.notifications.services import SEND, sender_name
from shared.outbox.registry import handles
from shared.outbox.services import record_effect
from shared.tenancy import current_schema

# Sign-in codes, links that set a password, invitations: the database keeps such keys as hashes, or not at all.
CARRIES_A_KEY = ("account/", "merchants/bank_code")


@handles(SEND)
def send(*, payload: dict[str, Any], now: datetime) -> None:
    """Send one message once. A worker killed between the sending and this row's update may send it again."""
    message = Message.objects.filter(pk=payload["message_id"], sent_at=None).first()
    if message is None:
        return
    mail = EmailMultiAlternatives(
        subject=message.subject,
        body=message.text,
        from_email=f'"{sender_name()}" <{settings.PLATFORM_EMAIL}>',
        to=[message.to],
        # The identifier is the row's: a mail sent twice is one mail to a good mail reader.
        headers={"Message-ID": f"<{message.pk}@{settings.PLATFORM_DOMAIN}>", "X-Town": current_schema()},
    )
    mail.attach_alternative(message.html, "text/html")
    for named in message.attachments:
        file = attached(source=named["source"], key=named["key"])
        mail.attach(file.filename, file.content, file.media_type)
    mail.send()
    with transaction.atomic():
        Message.objects.filter(pk=message.pk).update(sent_at=now)
        if message.then:
            record_effect(kind=message.then, payload={"message_id": str(message.pk)}, now=now)
    if message.template.startswith(CARRIES_A_KEY):
        Message.objects.filter(pk=message.pk).update(text="", html="")
