"""A merchant's bank account: changed with a code sent by e-mail, told to all its members, and not paid to at once.

Whoever steals an open session would change the account and wait for the next payout. So the code goes to the mailbox
of the person who asks, every member and the merchant's own address are written to, and for some days nothing is paid
to the new account: anybody of the merchant can undo the change.
"""

import secrets
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from conciergeries.merchants.models import BankAccountChange, Merchant, MerchantMember
from shared.audit.services import record
from shared.locks import lock_one
from shared.notifications.services import notify
from shared.sepa.accounts import bic_problem, compact, iban_problem, masked
from shared.web.addresses import base_url

CODE_LASTS = timedelta(minutes=15)
CODE_TRIES = 5
# More codes than this in an hour is somebody trying.
CODES_AN_HOUR = 5


class WrongCodeError(ValueError):
    """The code is not the one that was sent, or it is too old; `str()` says which in French."""


def cooling_off() -> timedelta:
    """How long a new account is not paid to."""
    return timedelta(days=settings.BANK_CHANGE_DAYS)


def is_payable(merchant: Merchant, *, now: datetime) -> bool:
    """Whether the merchant's account may be paid to: it has one, and it was not changed lately."""
    return bool(merchant.iban) and (merchant.iban_payable_from is None or merchant.iban_payable_from <= now)


def last_change(merchant: Merchant, *, now: datetime) -> BankAccountChange | None:
    """The change that is still in its quiet days, if there is one: it may be undone."""
    found = BankAccountChange.objects.filter(
        merchant=merchant, confirmed_at__gt=now - cooling_off(), undone_at=None
    ).order_by("-confirmed_at")
    return found.first()


@transaction.atomic
def ask_for_account(*, merchant: Merchant, iban: str, bic: str, user: Any, now: datetime) -> BankAccountChange:
    """Ask for another account to be paid to, and send the code to the person who asks. Call it in public.

    Raises ValidationError tied to the fields: an account that cannot be paid to, the present one, too many codes.
    """
    iban, bic = compact(iban), compact(bic)
    problem = iban_problem(iban)
    if problem:
        raise ValidationError({"iban": problem})
    problem = bic_problem(bic, iban=iban)
    if problem:
        raise ValidationError({"bic": problem})
    merchant = lock_one(Merchant.objects.all(), pk=merchant.pk)
    if (iban, bic) == (compact(merchant.iban), merchant.bic):
        raise ValidationError({"iban": "C’est déjà le compte sur lequel vous êtes payé."})
    changes = BankAccountChange.objects.filter(merchant=merchant)
    if changes.filter(asked_at__gt=now - timedelta(hours=1)).count() >= CODES_AN_HOUR:
        raise ValidationError("Trop de codes demandés : réessayez dans une heure.")
    code = f"{secrets.randbelow(10**6):06}"
    change = BankAccountChange(
        merchant=merchant,
        iban=iban,
        bic=bic,
        asked_by=str(user),
        asked_at=now,
    )
    change.code_hash = _hash(change, code)
    change.save(force_insert=True)
    context = {"merchant": merchant.name, "iban": masked(iban), "code": code}
    notify(to=user.email, template="merchants/bank_code", context=context, now=now)
    return change


def confirm_account(*, merchant: Merchant, change_id: UUID, code: str, user: Any, now: datetime) -> Merchant:
    """Pay the merchant to the account that was asked for, after the quiet days; all its members are told. In public.

    Confirmed already, it changes nothing. Raises BankAccountChange.DoesNotExist, WrongCodeError.
    """
    # A wrong code is counted in a transaction of its own, or the refusal would undo the count.
    with transaction.atomic():
        change = lock_one(BankAccountChange.objects.filter(merchant=merchant), pk=change_id)
        if change.confirmed_at is not None:
            return merchant
        wrong = _problem(change, code, now)
        if wrong:
            BankAccountChange.objects.filter(pk=change.pk).update(tries=F("tries") + 1)
    if wrong:
        raise WrongCodeError(wrong)
    with transaction.atomic():
        merchant = lock_one(Merchant.objects.all(), pk=merchant.pk)
        change = lock_one(BankAccountChange.objects.all(), pk=change_id)
        if change.confirmed_at is not None:
            return merchant
        change.previous_iban, change.previous_bic = merchant.iban, merchant.bic
        change.previous_payable_from, change.confirmed_at = merchant.iban_payable_from, now
        change.save(update_fields=["previous_iban", "previous_bic", "previous_payable_from", "confirmed_at"])
        merchant.iban, merchant.bic, merchant.iban_payable_from = change.iban, change.bic, now + cooling_off()
        _save(merchant, change, action="merchant.bank_changed", template="merchants/bank_changed", user=user, now=now)
    return merchant


@transaction.atomic
def undo_account(*, merchant: Merchant, change_id: UUID, user: Any, now: datetime) -> bool:
    """Go back to the account from before; False when it is done already, or too late. Call it in public.

    It is paid to as it was: at once, unless it was new itself. Raises BankAccountChange.DoesNotExist.
    """
    merchant = lock_one(Merchant.objects.all(), pk=merchant.pk)
    change = lock_one(BankAccountChange.objects.filter(merchant=merchant), pk=change_id)
    latest = last_change(merchant, now=now)
    if latest is None or latest.pk != change.pk:
        return False
    change.undone_at = now
    change.save(update_fields=["undone_at"])
    merchant.iban, merchant.bic = change.previous_iban, change.previous_bic
    merchant.iban_payable_from = change.previous_payable_from
    _save(merchant, change, action="merchant.bank_undone", template="merchants/bank_undone", user=user, now=now)
    return True


def _problem(change: BankAccountChange, code: str, now: datetime) -> str:
    if change.tries >= CODE_TRIES:
        return "Trop de codes faux : demandez-en un autre."
    if now > change.asked_at + CODE_LASTS:
        return "Ce code a plus d’un quart d’heure : demandez-en un autre."
    if not constant_time_compare(_hash(change, "".join(code.split())), change.code_hash):
        return "Ce n’est pas le code que nous avons envoyé."
    return ""


def _hash(change: BankAccountChange, code: str) -> str:
    return salted_hmac("conciergeries.merchants.bank", f"{change.pk}:{code}", algorithm="sha256").hexdigest()


def _save(
    merchant: Merchant, change: BankAccountChange, *, action: str, template: str, user: Any, now: datetime
) -> None:
    merchant.save(update_fields=["iban", "bic", "iban_payable_from"])
    before, after = (masked(each) for each in (change.previous_iban, change.iban))
    record(
        actor=user,
        action=action,
        target=merchant,
        details={"name": merchant.name, "before": before, "after": after},
        now=now,
    )
    context = {
        "merchant": merchant.name,
        "by": str(user),
        "iban": masked(merchant.iban),
        "payable_from": merchant.iban_payable_from,
        "url": base_url(settings.PLATFORM_DOMAIN)
        + reverse("portal:bank", args=[merchant.pk], urlconf=settings.PUBLIC_SCHEMA_URLCONF),
    }
    members = MerchantMember.objects.filter(merchant=merchant, user__is_active=True).order_by("pk")
    addresses = [merchant.contact_email, *members.values_list("user__email", flat=True)]
    for address in dict.fromkeys(each.lower() for each in addresses):
        notify(to=address, template=template, context=context, now=now)
