"""Reading a company's Stripe balance, and keeping the movements of it that are the current town's.

Only what is newer than the last reading is asked for, a week at a time from the oldest: a reading that is cut short
goes on from there. Some days are read again, since what a movement is about may be known to us later than it happened.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import stripe
from django.db import transaction
from django.db.models import Min

from billing.ledger.models import Account, Entry
from billing.payments.balance_models import BalanceMovement, BalanceReading
from billing.payments.company_money import only_town_of, posted_in
from billing.payments.gateway import StripeAccount, account_here, plain
from billing.payments.models import Payment
from shared.tenancy import current_schema

PAGE = 100
# What Stripe's own pages make, and the company's bank takes part in: no payment or transfer of ours is behind it.
OF_THE_COMPANY = ("payout", "topup")
SLICE = timedelta(days=7)
# As far back as missed events are caught up with.
AGAIN = timedelta(days=4)


@dataclass(frozen=True, slots=True)
class _Movement:
    """One movement of Stripe's balance: the object of ours that it counts for, and that object's own names."""

    stripe_id: str
    kind: str
    about: str
    cents: int
    at: datetime
    town: str
    payment_intent: str
    transfer: str
    alias: str

    @property
    def is_the_companys(self) -> bool:
        return bool(self.about) and self.kind.startswith(OF_THE_COMPANY)


def read_balance(*, now: datetime) -> None:
    """Keep what moved on the company's balance since the last reading. Never in a transaction.

    Raises NotConfiguredError, stripe.StripeError: what was read until then is kept, and the next reading goes on.
    """
    account = account_here()
    for start, end in _slices(account.alias, now=now):
        movements = [_movement(each) for each in _listed(account, start, end)]
        with transaction.atomic():
            _keep(_of_this_town(movements, alias=account.alias))
            BalanceReading.objects.update_or_create(alias=account.alias, defaults={"read_to": end or now})


def _slices(alias: str, *, now: datetime) -> Iterator[tuple[datetime, datetime | None]]:
    """From the last reading, or from the town's first card, to now; the last has no end, clocks being what they are."""
    known = BalanceReading.objects.filter(alias=alias).first()
    start = (min(known.read_to, now) if known else _beginning(now)) - AGAIN
    while (end := start + SLICE) < now:
        yield start, end
        start = end
    yield start, None


def _beginning(now: datetime) -> datetime:
    """When money of this town first moved at Stripe."""
    moments = (
        Payment.objects.aggregate(first=Min("created_at"))["first"],
        Entry.objects.filter(postings__account=Account.STRIPE.value).aggregate(first=Min("at"))["first"],
    )
    return min((moment for moment in moments if moment is not None), default=now)


def _listed(account: StripeAccount, start: datetime, end: datetime | None) -> Iterator[stripe.BalanceTransaction]:
    """Every page of the movements of a time."""
    created: stripe.params.BalanceTransactionListParamsCreated = {"gte": int(start.timestamp())}
    if end is not None:
        created["lt"] = int(end.timestamp())
    listed = account.client.v1.balance_transactions.list({"limit": PAGE, "created": created, "expand": ["data.source"]})
    yield from listed.auto_paging_iter()


def _movement(moved: stripe.BalanceTransaction) -> _Movement:
    source = moved.source
    found: dict[str, Any] = {"id": source or ""} if isinstance(source, str | None) else plain(source)
    name, intent, transfer = found["id"], _name(found.get("payment_intent")), _name(found.get("transfer"))
    about = name
    if found.get("object") == "charge":
        about = intent or name
    elif found.get("object") == "transfer_reversal":
        about = transfer or name
    return _Movement(
        stripe_id=moved.id,
        kind=moved.type,
        about=about,
        cents=moved.amount - moved.fee,
        at=datetime.fromtimestamp(moved.created, tz=UTC),
        town=(found.get("metadata") or {}).get("town", ""),
        payment_intent=intent,
        transfer=transfer,
        alias=name if about != name else "",
    )


def _name(value: Any) -> str:
    """The name of an object that may be written out in full."""
    return str(value.get("id", "")) if isinstance(value, dict) else str(value or "")


def _of_this_town(movements: list[_Movement], *, alias: str) -> list[_Movement]:
    """Those whose object says so, or belongs to a payment or a transfer of this town: a refund made by hand on Stripe's
    pages is found too. Whose a payout to the company's bank or a top-up from it is, `town_of_company_object` says.
    """
    here = current_schema()
    names = {name for each in movements for name in (each.about, each.transfer) if name}
    intents = set(
        Payment.objects.filter(stripe_intent_id__in={each.payment_intent for each in movements}).values_list(
            "stripe_intent_id", flat=True
        )
    )
    known = {
        *Entry.objects.filter(stripe_id__in=names).values_list("stripe_id", flat=True),
        *BalanceMovement.objects.filter(about__in=names).values_list("about", flat=True),
        *(each.about for each in movements if each.town == here),
    }
    posted = posted_in([each.about for each in movements if each.is_the_companys], alias=alias)
    alone = only_town_of(alias)
    return [
        each
        for each in movements
        if (
            (posted.get(each.about) or each.town or alone) == here
            if each.is_the_companys
            else each.town == here or each.payment_intent in intents or each.transfer in known or each.about in known
        )
    ]


def _keep(movements: list[_Movement]) -> None:
    rows = [
        BalanceMovement(
            stripe_id=each.stripe_id,
            kind=each.kind[:60],
            about=each.about[:100],
            alias=each.alias[:100],
            cents=each.cents,
            at=each.at,
        )
        for each in movements
    ]
    BalanceMovement.objects.bulk_create(rows, ignore_conflicts=True)
