"""Documents are kept as long as the accounts that they prove: ten years from the end of the year, so eleven at most."""

from datetime import datetime

from django.db.models import QuerySet

from billing.documents.models import Document
from shared.retention.registry import Purge, delete, register


def _past_their_time(before: datetime) -> QuerySet[Document]:
    return Document.objects.defer("content").filter(issued_on__lt=before.date())


register(Purge(key="documents", rows=_past_their_time, forget=delete))
