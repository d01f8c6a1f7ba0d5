"""The files that mails carry: a mail names them, and they are read when it leaves."""

from uuid import UUID

from billing.documents.models import Document
from shared.notifications.attachments import Attached, attaches

DOCUMENTS = "documents"


@attaches(DOCUMENTS)
def _attached(key: str) -> Attached:
    document = Document.objects.get(pk=UUID(key))
    return Attached(filename=document.filename, media_type=document.media_type, content=bytes(document.content))
