"""Statements that are not issued yet: to be looked at, or held for a reason. One is open for each merchant at most."""

from datetime import datetime
from uuid import UUID

from stdnum.fr import siret as siret_rules

from billing.payments.gateway import current_town
from billing.settlements.calendar import next_morning
from billing.settlements.models import DRAFT_TRANSITIONS, Draft, DraftState, Statement
from billing.settlements.periods import Period
from billing.settlements.schedule import DRAFTS_WAIT
from conciergeries.merchants.models import Merchant
from shared.due.services import plan
from shared.locks import lock

SIRET_MISSING = "Le SIRET du commerçant manque ou n’est pas valide : sans lui, aucun bordereau ne peut être émis."
OPEN = (DraftState.PENDING, DraftState.HELD)


class ForbiddenDraftError(ValueError):
    """A draft cannot go from its state to that one."""


def obstacle(merchant: Merchant) -> str:
    """Why nothing can be issued to a merchant, in French; empty when nothing stands in the way."""
    return "" if siret_rules.is_valid(merchant.siret) else SIRET_MISSING


def held_for_an_obstacle(merchant_id: UUID) -> bool:
    """Whether a merchant's statement waits for something that is missing, not for somebody."""
    return Draft.objects.filter(merchant_id=merchant_id, state=DraftState.HELD, decided_by="").exists()


def open_draft(*, merchant_id: UUID, period: Period, obstacle: str, now: datetime) -> Draft:
    """Have a period's statement wait; what waited before is taken into it. Locked by the caller: the town's counter.

    With an obstacle it is held for it. Called again for the same period, it changes nothing but that.
    """
    for older in lock(Draft.objects.filter(merchant_id=merchant_id, state__in=OPEN, period_end__lt=period.last)):
        move_draft(older, DraftState.ABSORBED)
    draft, made = Draft.objects.get_or_create(
        merchant_id=merchant_id,
        period_end=period.last,
        defaults={"period_start": period.first, "drafted_at": now},
    )
    if made:
        town = current_town()
        plan(kind=DRAFTS_WAIT, subject=town.pk, due_at=next_morning(town, now))
    if obstacle and draft.state == DraftState.PENDING:
        draft.reason, draft.decided_at = obstacle, now
        draft.save(update_fields=["reason", "decided_at"])
        move_draft(draft, DraftState.HELD)
    elif not obstacle and not made and draft.state == DraftState.HELD and not draft.decided_by:
        # What the platform held it for is over.
        Draft.objects.filter(pk=draft.pk).update(state=DraftState.PENDING, reason="", decided_at=None)
        draft.refresh_from_db()
    return draft


def close_drafts(*, statement: Statement, decided_by: str, now: datetime) -> None:
    """Note that a statement was issued: its own draft is that, and what waited before is in it."""
    waiting = Draft.objects.filter(
        merchant_id=statement.merchant_id, state__in=OPEN, period_end__lte=statement.period_end
    )
    for draft in lock(waiting):
        if draft.period_end != statement.period_end:
            move_draft(draft, DraftState.ABSORBED)
            continue
        draft.statement, draft.decided_at, draft.decided_by = statement, now, decided_by
        move_draft(draft, DraftState.ISSUED)


def move_draft(draft: Draft, state: DraftState) -> None:
    """Move a *locked* draft, and save it. Raises ForbiddenDraftError."""
    if state not in DRAFT_TRANSITIONS[DraftState(draft.state)]:
        raise ForbiddenDraftError(f"draft {draft.pk}: {draft.state} to {state}")
    draft.state = state
    draft.save()
