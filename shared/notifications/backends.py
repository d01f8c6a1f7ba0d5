"""The demo's post: one file a mail, on disk because the worker sends too."""

import uuid
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone


class FolderBackend(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = Path(settings.MAIL_FOLDER)
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            name = f"{timezone.now():%Y%m%dT%H%M%S%f}-{uuid.uuid4().hex[:8]}"
            draft = folder / f"{name}.part"
            draft.write_bytes(message.message().as_bytes())
            # Renamed when whole: the mailbox page never reads half a mail.
            draft.rename(folder / f"{name}.eml")
        return len(email_messages)
