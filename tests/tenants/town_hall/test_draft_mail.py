"""Statements that wait for the town hall: it is told each morning, and on its first page."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from billing.settlements.models import Draft
from billing.settlements.schedule import DRAFTS_WAIT
from billing.settlements.services import approve_draft, hold_draft, settle
from conciergeries.merchants.models import Merchant
from conciergeries.towns.models import Town
from shared.accounts.models import User
from shared.due.models import DueWork
from shared.due.services import claim_due, do_work
from shared.notifications.models import Message
from shared.tenancy import in_town
from tests.billing.settlements.ruling import rule
from tests.billing.settlements.selling import MONDAY, SUNDAY, sell
from tests.factories import make_merchant
from tests.tenants.staff.pages import text_of

TEMPLATE = "town_hall/drafts_wait"
# Eight in the morning in Istres.
MONDAY_MORNING = datetime(2026, 11, 23, 7, tzinfo=UTC)
TUESDAY_MORNING = datetime(2026, 11, 24, 7, tzinfo=UTC)


@pytest.fixture
def merchant(in_istres: Town) -> Merchant:
    return make_merchant(name="Fromagerie des Alpilles", town=in_istres)


@pytest.fixture
def draft(in_istres: Town, merchant: Merchant) -> Draft:
    rule(review_required=True)
    sell(merchant=merchant.pk)
    settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    return Draft.objects.get()


def _morning(town: Town, now: datetime) -> list[Message]:
    """What the town hall has been told by the end of a morning, whoever claims the work and however often."""
    claim_due(now=now)
    for _ in range(2):
        do_work(kind=DRAFTS_WAIT, subjects=[town.pk], now=now)
    return list(Message.objects.filter(template=TEMPLATE).order_by("created_at"))


def test_the_town_hall_is_told_in_the_morning_and_each_one_after(in_istres: Town, bernard: User, draft: Draft) -> None:
    assert DueWork.objects.get(kind=DRAFTS_WAIT).due_at == MONDAY_MORNING
    assert not Message.objects.filter(template=TEMPLATE).exists()
    (message,) = _morning(in_istres, MONDAY_MORNING)
    assert message.to == bernard.email
    assert message.subject == "Un bordereau attend votre relecture"
    for text in (message.text, message.html):
        assert "Fromagerie des Alpilles" in text
        assert "du 16 au 22" in text
        assert "http://istres.localhost/mairie/argent/reglements/" in text
        assert "INVALID[" not in text
    assert len(_morning(in_istres, TUESDAY_MORNING)) == 2


def test_nobody_is_told_of_what_is_decided(in_istres: Town, bernard: User, draft: Draft) -> None:
    approve_draft(town=in_istres, draft_id=draft.pk, shown_net_cents=1880, actor=bernard, now=MONDAY)
    assert _morning(in_istres, MONDAY_MORNING) == []
    assert DueWork.objects.get(kind=DRAFTS_WAIT).due_at == TUESDAY_MORNING


def test_what_the_town_hall_holds_is_its_own_decision(in_istres: Town, bernard: User, draft: Draft) -> None:
    hold_draft(draft_id=draft.pk, reason="Une facture est contestée", actor=bernard, now=MONDAY)
    assert _morning(in_istres, MONDAY_MORNING) == []


def test_what_is_held_for_something_missing_is_told_with_its_reason(
    in_istres: Town, bernard: User, merchant: Merchant
) -> None:
    Merchant.objects.filter(pk=merchant.pk).update(siret="")
    sell(merchant=merchant.pk)
    settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    (message,) = _morning(in_istres, MONDAY_MORNING)
    assert "Le SIRET du commerçant manque" in message.text


def test_another_town_is_told_nothing(istres: Town, viroflay: Town, bernard: User, draft: Draft) -> None:
    with in_town(viroflay):
        assert not DueWork.objects.filter(schema="viroflay", kind=DRAFTS_WAIT).exists()
        do_work(kind=DRAFTS_WAIT, subjects=[viroflay.pk], now=MONDAY_MORNING)
        assert not Message.objects.filter(template=TEMPLATE).exists()


def test_the_first_page_says_how_many_wait(hall: Client, draft: Draft) -> None:
    assert "Des bordereaux attendent" in text_of(hall.get("/mairie/"))
    Draft.objects.filter(pk=draft.pk).delete()
    assert "Des bordereaux attendent" not in text_of(hall.get("/mairie/"))
