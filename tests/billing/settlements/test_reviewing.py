"""Statements that the town hall looks at before they are issued, and those that something is missing for."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from billing.settlements.drafts import SIRET_MISSING
from billing.settlements.models import Draft, DraftState, Payout, Statement
from billing.settlements.previewing import preview, preview_draft
from billing.settlements.reviewing import open_drafts
from billing.settlements.services import DraftClosedError, FiguresChangedError, approve_draft, hold_draft, settle
from billing.settlements.settling import LOOK_AGAIN, settle_merchant
from conciergeries.merchants.models import Merchant
from conciergeries.towns.models import Town
from shared.audit.models import AuditEvent
from shared.notifications.models import Message
from shared.tenancy import in_town
from tests.billing.settlements.ruling import rule
from tests.billing.settlements.selling import (
    MONDAY,
    NEXT_MONDAY,
    NEXT_SUNDAY,
    SUNDAY,
    THURSDAY_EVENING,
    as_if_committed,
    check_ledger,
    sell,
    unsettled,
)
from tests.factories import make_merchant


@pytest.fixture
def merchant(in_istres: Town) -> Merchant:
    return make_merchant(town=in_istres)


@pytest.fixture
def draft(in_istres: Town, merchant: Merchant) -> Draft:
    """A week of 20.00 € that waits for the town hall."""
    rule(review_required=True)
    sell(merchant=merchant.pk)
    assert settle(town=in_istres, period_end=SUNDAY, now=MONDAY) == []
    return Draft.objects.get()


def test_nothing_is_issued_before_the_town_hall_has_looked(in_istres: Town, draft: Draft) -> None:
    as_if_committed()
    settle(town=in_istres, period_end=SUNDAY, now=MONDAY + timedelta(hours=1))
    assert open_drafts() == [draft]
    assert (Statement.objects.count(), Payout.objects.count(), Message.objects.count()) == (0, 0, 0)
    assert unsettled().count() == 1
    shown = preview_draft(town=in_istres, draft=draft, now=MONDAY)
    assert shown is not None
    assert (shown.statement.net_cents, shown.payout_cents, shown.outcome) == (1880, 1880, "review")


def test_what_was_shown_is_issued_once(in_istres: Town, viroflay: Town, draft: Draft) -> None:
    issued = [
        approve_draft(town=in_istres, draft_id=draft.pk, shown_net_cents=1880, actor=None, now=MONDAY) for _ in range(2)
    ]
    draft.refresh_from_db()
    statement = Statement.objects.get()
    assert issued == [statement, statement]
    assert (draft.state, draft.statement, statement.number) == (DraftState.ISSUED, statement, "ISTRES-2026-00001")
    assert AuditEvent.objects.filter(action="settlement.approved").count() == 1
    assert statement.payout.amount_cents == 1880
    check_ledger()
    with in_town(viroflay), pytest.raises(Draft.DoesNotExist):
        approve_draft(town=viroflay, draft_id=draft.pk, shown_net_cents=1880, actor=None, now=MONDAY)


def test_figures_that_changed_since_are_shown_again_first(in_istres: Town, draft: Draft) -> None:
    sell(merchant=draft.merchant_id, cents=1000)
    with pytest.raises(FiguresChangedError):
        approve_draft(town=in_istres, draft_id=draft.pk, shown_net_cents=1880, actor=None, now=MONDAY)
    draft.refresh_from_db()
    assert (draft.state, Statement.objects.count()) == (DraftState.PENDING, 0)
    assert approve_draft(town=in_istres, draft_id=draft.pk, shown_net_cents=2820, actor=None, now=MONDAY) is not None


def test_what_is_held_goes_with_the_next_statement(in_istres: Town, draft: Draft) -> None:
    assert hold_draft(draft_id=draft.pk, reason="Litige sur un plateau", actor=None, now=MONDAY)
    assert not hold_draft(draft_id=draft.pk, reason="Encore", actor=None, now=MONDAY)
    sell(merchant=draft.merchant_id, cents=1000, at=THURSDAY_EVENING + timedelta(days=7))
    settle(town=in_istres, period_end=NEXT_SUNDAY, now=NEXT_MONDAY)
    (then,) = open_drafts()
    draft.refresh_from_db()
    assert (draft.state, draft.reason) == (DraftState.ABSORBED, "Litige sur un plateau")
    assert (then.period_start, then.period_end) == (THURSDAY_EVENING.date(), NEXT_SUNDAY)
    with pytest.raises(DraftClosedError):
        approve_draft(town=in_istres, draft_id=draft.pk, shown_net_cents=1880, actor=None, now=NEXT_MONDAY)
    statement = approve_draft(town=in_istres, draft_id=then.pk, shown_net_cents=2820, actor=None, now=NEXT_MONDAY)
    assert statement is not None
    assert (statement.gross_cents, statement.sales_count) == (3000, 2)


def test_what_is_held_may_be_approved_after_all(in_istres: Town, draft: Draft) -> None:
    hold_draft(draft_id=draft.pk, reason="Litige", actor=None, now=MONDAY)
    assert approve_draft(town=in_istres, draft_id=draft.pk, shown_net_cents=1880, actor=None, now=MONDAY) is not None
    with pytest.raises(DraftClosedError):
        hold_draft(draft_id=draft.pk, reason="Trop tard", actor=None, now=MONDAY)


def test_nothing_is_held_without_a_reason(draft: Draft) -> None:
    with pytest.raises(ValidationError):
        hold_draft(draft_id=draft.pk, reason="  ", actor=None, now=MONDAY)


def test_without_a_siret_nothing_is_issued_and_nothing_is_lost(in_istres: Town, merchant: Merchant) -> None:
    siret = merchant.siret
    Merchant.objects.filter(pk=merchant.pk).update(siret="")
    sell(merchant=merchant.pk)
    again = settle_merchant(town=in_istres, merchant_id=merchant.pk, now=MONDAY)
    held = Draft.objects.get()
    assert (held.state, held.reason, again) == (DraftState.HELD, SIRET_MISSING, MONDAY + LOOK_AGAIN)
    assert approve_draft(town=in_istres, draft_id=held.pk, shown_net_cents=1880, actor=None, now=MONDAY) is None
    assert (Statement.objects.count(), unsettled().count()) == (0, 1)
    Merchant.objects.filter(pk=merchant.pk).update(siret=siret)
    settle_merchant(town=in_istres, merchant_id=merchant.pk, now=again)
    held.refresh_from_db()
    assert (held.state, held.statement) == (DraftState.ISSUED, Statement.objects.get())


def test_a_dry_run_says_what_would_be_and_does_nothing(in_istres: Town, merchant: Merchant) -> None:
    sell(merchant=merchant.pk)
    chloe = make_merchant(name="Chloé", town=in_istres)
    Merchant.objects.filter(pk=chloe.pk).update(siret="1")
    sell(merchant=chloe.pk, cents=1000)
    shown = preview(town=in_istres, now=MONDAY)
    assert [(each.statement.merchant_name, each.statement.net_cents, each.outcome) for each in shown] == [
        ("Chloé", 940, "held"),
        (merchant.name, 1880, "issued"),
    ]
    as_if_committed()
    assert (Statement.objects.count(), Draft.objects.count(), unsettled().count()) == (0, 0, 2)
    (issued,) = settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    assert issued.net_cents == shown[1].statement.net_cents
