"""The town hall looks at a statement before it is issued: it approves it as it was shown, or holds it for a reason."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction

from billing.numbering.series import Kind, lock_counter
from billing.settlements.calendar import day_in
from billing.settlements.drafts import OPEN, move_draft
from billing.settlements.models import Draft, DraftState, Statement
from billing.settlements.settling import settle_period
from conciergeries.merchants.models import Merchant
from conciergeries.towns.models import Town
from shared.audit.services import name_of, record
from shared.locks import lock_one

APPROVED, HELD = "settlement.approved", "settlement.held"


class FiguresChangedError(ValueError):
    """The statement is no longer what was shown: a sale or a refund came in between."""


class DraftClosedError(ValueError):
    """Somebody has issued it, or a later period has taken it."""


def open_drafts() -> list[Draft]:
    """What waits for the town hall, or for something missing, the oldest first."""
    return list(Draft.objects.filter(state__in=OPEN).order_by("period_end", "pk"))


@transaction.atomic
def approve_draft(*, town: Town, draft_id: UUID, shown_net_cents: int, actor: Any, now: datetime) -> Statement | None:
    """Issue a draft as it was shown, also one that was held. Inside the town; two people at once issue one statement.

    None when nothing is left to state, and when something is missing: the draft then says what. Raises
    Draft.DoesNotExist, DraftClosedError for what a later period has taken, FiguresChangedError.
    """
    # The counter first, as a settlement does.
    lock_counter(town=town, kind=Kind.STATEMENT, on=day_in(town, now))
    draft = lock_one(Draft.objects.all(), pk=draft_id)
    if draft.state == DraftState.ISSUED:
        return draft.statement
    if not draft.is_open:
        raise DraftClosedError(str(draft.pk))
    statement = settle_period(
        town=town, merchant_id=draft.merchant_id, period_end=draft.period_end, now=now, approved_by=name_of(actor)
    )
    draft.refresh_from_db()
    if statement is None:
        if not draft.reason:
            move_draft(draft, DraftState.ABSORBED)
        return None
    if statement.net_cents != shown_net_cents:
        raise FiguresChangedError(str(draft.pk))
    details = {"name": statement.merchant_name, "statement": statement.number, "amount_cents": statement.net_cents}
    record(actor=actor, action=APPROVED, target=draft, details=details, now=now)
    return statement


@transaction.atomic
def hold_draft(*, draft_id: UUID, reason: str, actor: Any, now: datetime) -> bool:
    """Hold a draft for a reason: nothing is lost, its sales go with the next statement. False when it is held already.

    Raises Draft.DoesNotExist, DraftClosedError, ValidationError without a reason.
    """
    reason = reason.strip()
    if not reason:
        raise ValidationError({"reason": "Dites pourquoi : le commerçant le lira."})
    draft = lock_one(Draft.objects.all(), pk=draft_id)
    if draft.state == DraftState.HELD:
        return False
    if not draft.is_open:
        raise DraftClosedError(str(draft.pk))
    draft.reason, draft.decided_by, draft.decided_at = reason[:300], name_of(actor), now
    move_draft(draft, DraftState.HELD)
    name = Merchant.objects.get(pk=draft.merchant_id).name
    record(actor=actor, action=HELD, target=draft, details={"name": name, "reason": reason[:300]}, now=now)
    return True
