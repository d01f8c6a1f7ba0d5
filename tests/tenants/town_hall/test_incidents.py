"""What fails is told once, to the town hall and to the company."""

from typing import Any

import pytest

from billing.payments.facts import REFUND_FAILED
from billing.settlements.facts import PAYOUT_FAILED
from shared.accounts.models import User
from shared.audit.models import AuditEvent
from shared.notifications.models import Message
from shared.outbox.models import Effect
from shared.tenancy import in_town
from tenants.staff.models import Staff, StaffRole
from tenants.town_hall.incidents import incidents, tell_payout_failed, tell_refund_failed
from tests.conftest import TUESDAY
from tests.factories import Market, make_staff, run_effects
from tests.tenants.failures import make_failed_payout, make_failed_refund, make_waiting_payout

pytestmark = pytest.mark.django_db

BERNARD = "bernard@istres.example"


def letters(template: str) -> list[Message]:
    return list(Message.objects.filter(template=template).order_by("to"))


def test_a_failed_refund_is_written_about_once(market: Market, bernard: User) -> None:
    make_staff(name="Camille Roux")
    order, _refund = make_failed_refund(market=market)
    run_effects(kinds=[REFUND_FAILED])
    payload = Effect.objects.get(kind=REFUND_FAILED).payload
    tell_refund_failed(payload=payload, now=TUESDAY)
    [letter] = letters("town_hall/refund_failed")
    assert letter.to == BERNARD
    assert letter.subject == f"Un remboursement a échoué\xa0: 14,50\xa0€, {order.number}"
    assert "la carte a expiré ou n’existe plus" in letter.text
    assert "http://istres.localhost/mairie/argent/incidents/" in letter.text
    assert AuditEvent.objects.filter(action="refund.failed", actor_id=None).count() == 1


def test_with_nobody_at_the_town_hall_the_company_is_told(market: Market) -> None:
    make_failed_refund(market=market)
    run_effects(kinds=[REFUND_FAILED])
    [letter] = letters("town_hall/refund_failed")
    assert letter.to == market.town.operating_company.contact_email


def test_a_failed_payout_is_written_about_once_for_each_failure(in_istres: Any, bernard: User) -> None:
    gone = make_staff(role=StaffRole.TOWN_HALL, name="Odile", email="odile@istres.example")
    Staff.objects.filter(user=gone).update(active=False)
    make_failed_payout(town=in_istres)
    run_effects(kinds=[PAYOUT_FAILED])
    payload = Effect.objects.get(kind=PAYOUT_FAILED).payload
    tell_payout_failed(payload=payload, now=TUESDAY)
    company = in_istres.operating_company.contact_email
    assert [letter.to for letter in letters("town_hall/payout_failed")] == sorted([BERNARD, company])
    letter = letters("town_hall/payout_failed")[0]
    assert letter.subject == "Un reversement a échoué\xa0: 56,40\xa0€, Fromagerie des Alpilles"
    assert "bordereau ISTRES-2026-00001" in letter.text
    assert "Stripe répond «\xa0No such destination\xa0»." in letter.text
    tell_payout_failed(payload={**payload, "attempt": 1}, now=TUESDAY)
    assert len(letters("town_hall/payout_failed")) == 4


def test_who_is_both_gets_one(in_istres: Any) -> None:
    make_staff(role=StaffRole.TOWN_HALL, email=in_istres.operating_company.contact_email)
    make_failed_payout(town=in_istres)
    run_effects(kinds=[PAYOUT_FAILED])
    assert len(letters("town_hall/payout_failed")) == 1


def test_each_town_has_its_own(market: Market, istres: Any, viroflay: Any, bernard: User) -> None:
    make_failed_refund(market=market)
    with in_town(viroflay):
        make_waiting_payout(town=viroflay, reason="Le compte n’est pas ouvert.")
        theirs = incidents(now=TUESDAY)
        assert (len(theirs.refunds), len(theirs.payouts), theirs.failed) == (0, 1, 0)
        assert not Message.objects.filter(template="town_hall/refund_failed").exists()
    ours = incidents(now=TUESDAY)
    assert (len(ours.refunds), len(ours.payouts), ours.failed) == (1, 0, 1)
