"""Keeping what a check of the ledger found, and telling the operator: once of each thing, however long it lasts."""

import hashlib
import logging
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from billing.ledger.checking import Finding, Kind, Report
from billing.ledger.models import Difference, LedgerCheck
from conciergeries.towns.models import Operator, Town
from shared.notifications.services import notify
from shared.tenancy import in_public
from shared.web.addresses import base_url

logger = logging.getLogger(__name__)

TEMPLATE = "ledger_differences"
# A mail is no ledger: beyond this many it says how many more the command lists.
SHOWN = 20


def keep(*, report: Report, town: Town, now: datetime) -> list[Difference]:
    """Write down what a check of the current town found, and write to the operators about what is new; gives that.

    What is no longer found is closed; found once more after that, it is new. A comparison that could not be made
    closes nothing.
    """
    with transaction.atomic():
        new = [row for finding in report.findings if (row := _seen(finding, now)) is not None]
        gone = Difference.objects.filter(closed_at=None).exclude(
            fingerprint__in=[_fingerprint(finding) for finding in report.findings]
        )
        gone.exclude(kind__in=list(report.impossible)).update(closed_at=now)
        LedgerCheck.objects.create(
            at=now,
            entries=report.entries,
            unbalanced=report.count(Kind.UNBALANCED) or 0,
            orphans=report.count(Kind.ORPHAN) or 0,
            differences_with_orders=report.count(Kind.ORDERS),
            differences_with_stripe=report.count(Kind.STRIPE),
        )
        if new:
            _write(new, town=town, now=now)
    for row in new:
        extra = {"town": town.schema_name, "kind": row.kind, "subject": row.subject, "said": row.message}
        logger.error("the ledger differs", extra=extra)
    for kind, why in report.impossible.items():
        logger.error("the ledger could not be compared", extra={"town": town.schema_name, "kind": kind, "why": why})
    return new


def _fingerprint(finding: Finding) -> str:
    return hashlib.sha256(f"{finding.kind}|{finding.subject}|{finding.message}".encode()).hexdigest()


def _seen(finding: Finding, now: datetime) -> Difference | None:
    """Note that it was found; its row when it was not known, or was thought to be over."""
    row = Difference(
        fingerprint=_fingerprint(finding),
        kind=finding.kind,
        subject=finding.subject[:120],
        message=finding.message,
        first_seen_at=now,
        last_seen_at=now,
    )
    Difference.objects.bulk_create([row], ignore_conflicts=True)
    kept = Difference.objects.select_for_update().get(fingerprint=row.fingerprint)
    if kept.pk == row.pk:
        return kept
    was_closed = kept.closed_at is not None
    kept.last_seen_at, kept.closed_at = now, None
    kept.save(update_fields=["last_seen_at", "closed_at"])
    return kept if was_closed else None


def _write(new: list[Difference], *, town: Town, now: datetime) -> None:
    """One message about the town to each operator, from the platform."""
    page = reverse("console:town", args=[town.pk], urlconf=settings.PUBLIC_SCHEMA_URLCONF)
    context = {
        "name": town.name,
        "slug": town.slug,
        "differences": new[:SHOWN],
        "more": max(len(new) - SHOWN, 0),
        "count": len(new),
        "url": base_url(settings.PLATFORM_DOMAIN) + page,
    }
    with in_public():
        for operator in Operator.objects.select_related("user").filter(user__is_active=True).order_by("user__email"):
            notify(to=operator.user.email, template=TEMPLATE, context=context, now=now)
