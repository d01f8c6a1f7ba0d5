"""Asking a merchant, by letter, for what it owes: the sum, its causes, and where to pay it."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from billing.settlements.debts import Debt, debts
from billing.settlements.models import PaymentReminder, Statement
from conciergeries.merchants.models import Merchant
from conciergeries.towns.models import Town
from shared.audit.services import name_of, record
from shared.french import NBSP, calendar_day
from shared.locks import lock_one
from shared.notifications.services import notify
from shared.sepa.accounts import spaced

TEMPLATE = "payment_reminder"
# A letter a week at most: more is no reminder any more.
REMINDER_EVERY = timedelta(days=7)


class NothingToAskError(ValueError):
    """The merchant owes nothing, or its next sales make up for it; `str()` says so in French."""


class RemindedLatelyError(ValueError):
    """It was written to less than a week ago; `str()` says when it may be again, in French."""

    def __init__(self, last: PaymentReminder) -> None:
        again = calendar_day(timezone.localtime(last.reminded_at + REMINDER_EVERY))
        when = calendar_day(timezone.localtime(last.reminded_at))
        super().__init__(f"Déjà relancé le {when}{NBSP}: attendez le {again}.")


def last_reminders() -> dict[UUID, PaymentReminder]:
    """The latest letter to each merchant that was written to."""
    found = PaymentReminder.objects.order_by("merchant_id", "-reminded_at").distinct("merchant_id")
    return {each.merchant_id: each for each in found}


@transaction.atomic
def remind(*, town: Town, merchant: Merchant, actor: Any, now: datetime) -> PaymentReminder:
    """Write to a merchant for what it is asked to pay. Raises NothingToAskError, RemindedLatelyError."""
    # Two people who remind at once wait for each other.
    lock_one(Merchant.objects.all(), pk=merchant.pk)
    last = PaymentReminder.objects.filter(merchant_id=merchant.pk).order_by("-reminded_at").first()
    if last is not None and last.reminded_at > now - REMINDER_EVERY:
        raise RemindedLatelyError(last)
    debt = debts().get(merchant.pk)
    if debt is None or not debt.asked_cents:
        raise NothingToAskError(f"Rien n’est à demander à {merchant.name}.")
    notify(to=merchant.contact_email, template=TEMPLATE, context=letter(debt, merchant, town), now=now)
    reminder = PaymentReminder.objects.create(
        merchant_id=merchant.pk,
        asked_cents=debt.asked_cents,
        owed_cents=debt.cents,
        reminded_at=now,
        reminded_by=name_of(actor),
    )
    record(
        actor=actor,
        action="settlement.reminded",
        target=reminder,
        details={"name": merchant.name, "amount_cents": debt.asked_cents},
        now=now,
    )
    return reminder


def letter(debt: Debt, merchant: Merchant, town: Town) -> dict[str, Any]:
    """What the letter says; the page shows the same before it is sent."""
    last = Statement.objects.filter(merchant_id=merchant.pk).order_by("-period_end").first()
    return {
        "merchant": merchant,
        "debt": debt,
        "company": town.operating_company,
        "iban": spaced(town.operating_company.iban),
        "statement": last,
    }
