"""From a merchant's account at Stripe to its own bank: Stripe sends it by itself, and the bank may send it back.

Nothing of the town's ledger moves: the merchant has its money since the transfer. It has to be told all the same, for
only it can give Stripe another IBAN.
"""

import logging
from datetime import UTC, datetime

import stripe
from django.conf import settings
from django.db import transaction
from django.urls import reverse

from billing.payments import facts
from billing.payments.account_wording import bank_refusal_words
from billing.payments.gateway import StripeAccount, account_of
from conciergeries.merchants.models import MerchantAccount, MerchantPresence, RefusedPayout
from shared.locks import lock_one
from shared.notifications.services import notify
from shared.outbox.services import record_effect
from shared.tenancy import in_public, in_town
from shared.web.addresses import base_url

logger = logging.getLogger(__name__)

TEMPLATE = "payments/bank_refused"


def refresh_bank_payout(*, account_id: str, payout_id: str, alias: str, now: datetime) -> None:
    """Fetch a payout of a merchant's account that an event tells of: refused by the bank, it is told once; arrived, it
    ends what was refused before it. Never in a transaction; as often as one likes, in any order.

    One of an account that is not a merchant's of this company's Stripe (`alias`) is ignored. Raises stripe.StripeError.
    """
    with in_public():
        known = MerchantAccount.objects.select_related("company").filter(
            stripe_account_id=account_id, company__stripe_alias=alias
        )
        account = known.order_by("pk").first()
        if account is None:
            logger.warning("Stripe payout of an account that is not ours", extra={"account": account_id, "by": alias})
            return
        stripes = account_of(account.company)
        payout = stripes.client.v1.payouts.retrieve(payout_id, None, {"stripe_account": account_id})
        arrived_since = payout.status == "failed" and _arrived_since(stripes, account_id, payout)
        with transaction.atomic():
            account = lock_one(MerchantAccount.objects.select_related("merchant", "company"), pk=account.pk)
            if payout.status == "failed":
                _refused(account, payout, is_over=arrived_since, now=now)
            elif payout.status == "paid":
                waiting = RefusedPayout.objects.filter(account=account, over_at=None, sent_at__lt=_sent_at(payout))
                waiting.update(over_at=now)


def _arrived_since(stripes: StripeAccount, account_id: str, payout: stripe.Payout) -> bool:
    """Whether a later one has reached the bank: events come in any order."""
    later = stripes.client.v1.payouts.list(
        {"status": "paid", "created": {"gt": payout.created}, "limit": 1}, {"stripe_account": account_id}
    )
    return bool(later.data)


def _sent_at(payout: stripe.Payout) -> datetime:
    return datetime.fromtimestamp(payout.created, tz=UTC)


def _refused(account: MerchantAccount, payout: stripe.Payout, *, is_over: bool, now: datetime) -> None:
    refused, is_new = RefusedPayout.objects.get_or_create(
        stripe_payout_id=payout.id,
        defaults={
            "account": account,
            "amount_cents": payout.amount,
            "failure_code": (payout.failure_code or "")[:80],
            "sent_at": _sent_at(payout),
            "refused_at": now,
            "over_at": now if is_over else None,
        },
    )
    if not is_new or is_over:
        return
    page = reverse("portal:payments", urlconf=settings.PUBLIC_SCHEMA_URLCONF)
    context = {
        "merchant": account.merchant.name,
        "company": account.company.name,
        "amount_cents": refused.amount_cents,
        "why": bank_refusal_words(refused.failure_code),
        "url": base_url(settings.PLATFORM_DOMAIN) + page,
    }
    notify(to=account.merchant.contact_email, template=TEMPLATE, context=context, now=now)
    payload = {"refused_payout_id": str(refused.pk), "merchant_id": str(account.merchant_id)}
    present = MerchantPresence.objects.filter(
        merchant=account.merchant, town__operating_company=account.company, town__ready=True
    )
    for presence in present.select_related("town").order_by("town__schema_name"):
        with in_town(presence.town):
            record_effect(kind=facts.BANK_REFUSED, payload=payload, now=now)
