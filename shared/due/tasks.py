"""What is due, handed out: one message for each town and kind of work."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from shared.due import services


@shared_task(name="shared.due.tasks.do_work")
def do_work(*, kind: str, subjects: list[str]) -> None:
    services.do_work(kind=kind, subjects=[UUID(subject) for subject in subjects], now=timezone.now())


@shared_task(name="shared.due.tasks.dispatch")
def dispatch() -> None:
    for (schema, kind), subjects in services.claim_due(now=timezone.now()).items():
        for start in range(0, len(subjects), services.SUBJECTS_PER_MESSAGE):
            some = [str(subject) for subject in subjects[start : start + services.SUBJECTS_PER_MESSAGE]]
            do_work.apply_async(kwargs={"kind": kind, "subjects": some}, headers={"_schema_name": schema})
