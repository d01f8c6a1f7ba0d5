"""Account 517 beside Stripe's own balance: every movement of this town's there is here, and the other way round.

One Stripe account serves every town of a company. A movement is this town's when its object says so in its metadata,
or belongs to a payment or a transfer of this town: a refund made by hand on Stripe's pages is found too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import stripe
from django.db.models import Sum

from billing.ledger.checking import CheckImpossibleError, Finding, Kind, compares, owns_entries
from billing.ledger.models import Account, Posting
from billing.payments.gateway import NotConfiguredError, account_here, plain
from billing.payments.models import Mode, Payment, Refund
from shared.french import money
from shared.tenancy import current_schema

owns_entries(Payment, Refund)

# What Stripe did since then may still be on its way to us: its events come late.
ON_ITS_WAY = timedelta(minutes=15)
PAGE = 100


@dataclass(frozen=True, slots=True)
class _Movement:
    """One movement of Stripe's balance: the object of ours that it counts for, and that object's own names."""

    about: str
    cents: int
    at: datetime
    town: str
    payment_intent: str
    transfer: str
    alias: str


@compares(Kind.STRIPE)
def differences_with_stripe(*, now: datetime) -> list[Finding]:
    """Compare what 517 says of each Stripe object with what Stripe's balance says of it, fees included."""
    # Read before and after: what is posted while Stripe answers is neither missing there nor here.
    before = _posted()
    if not before and not Payment.objects.filter(mode=Mode.CARD).exists():
        return []
    try:
        movements = _movements()
    except NotConfiguredError as error:
        raise CheckImpossibleError("La configuration n’a pas de clé Stripe pour l’exploitant de la commune.") from error
    except stripe.StripeError as error:
        raise CheckImpossibleError(f"Stripe n’a pas donné ses mouvements ({type(error).__name__}).") from error
    aliases = {each.alias: each.about for each in movements if each.alias}
    ours = _by_object(before, aliases), _by_object(_posted(), aliases)
    theirs: dict[str, int] = {}
    latest: dict[str, datetime] = {}
    for each in _of_this_town(movements, known={*ours[0], *ours[1]}):
        theirs[each.about] = theirs.get(each.about, 0) + each.cents
        latest[each.about] = max(each.at, latest.get(each.about, each.at))
    settling = {about for about, at in latest.items() if now - at < ON_ITS_WAY}
    return [
        _finding(about, here=ours[1].get(about, 0), there=theirs.get(about))
        for about in sorted({*ours[0], *theirs})
        if theirs.get(about, 0) not in {ours[0].get(about, 0), ours[1].get(about, 0)} and about not in settling
    ]


def _posted() -> dict[str, int]:
    """What 517 says of each Stripe object; of none, where an entry names none."""
    rows = Posting.objects.filter(account=Account.STRIPE.value).order_by().values("entry__stripe_id")
    return {row["entry__stripe_id"]: row["total"] for row in rows.annotate(total=Sum("amount_cents"))}


def _by_object(posted: Mapping[str, int], aliases: Mapping[str, str]) -> dict[str, int]:
    """The same by the name that movements go by: a charge is its payment, a reversal its transfer."""
    found: dict[str, int] = {}
    for name, cents in posted.items():
        about = aliases.get(name, name)
        found[about] = found.get(about, 0) + cents
    return found


def _movements() -> list[_Movement]:
    """Every movement of the company's balance, all pages of it. Never in a transaction."""
    listed = account_here().client.v1.balance_transactions.list({"limit": PAGE, "expand": ["data.source"]})
    return [_movement(each) for each in listed.auto_paging_iter()]


def _movement(transaction: stripe.BalanceTransaction) -> _Movement:
    source = transaction.source
    found: dict[str, Any] = {"id": source or ""} if isinstance(source, str | None) else plain(source)
    name, intent, transfer = found["id"], _name(found.get("payment_intent")), _name(found.get("transfer"))
    about = name
    if found.get("object") == "charge":
        about = intent or name
    elif found.get("object") == "transfer_reversal":
        about = transfer or name
    return _Movement(
        about=about,
        cents=transaction.amount - transaction.fee,
        at=datetime.fromtimestamp(transaction.created, tz=UTC),
        town=(found.get("metadata") or {}).get("town", ""),
        payment_intent=intent,
        transfer=transfer,
        alias=name if about != name else "",
    )


def _name(value: Any) -> str:
    """The name of an object that may be written out in full."""
    return str(value.get("id", "")) if isinstance(value, dict) else str(value or "")


def _of_this_town(movements: list[_Movement], *, known: set[str]) -> list[_Movement]:
    intents = set(Payment.objects.exclude(stripe_intent_id=None).values_list("stripe_intent_id", flat=True))
    here = current_schema()
    transfers = known | {each.about for each in movements if each.town == here}
    return [
        each
        for each in movements
        if each.town == here
        or each.payment_intent in intents
        or (each.transfer and each.transfer in transfers)
        or (each.about and each.about in known)
    ]


def _finding(about: str, *, here: int, there: int | None) -> Finding:
    if not about:
        message = f"Des écritures du compte 517, pour {money(here)}, ne nomment aucun objet de Stripe."
    elif there is None:
        message = f"Stripe ne connaît pas {about}, que le compte 517 compte pour {money(here)}."
    elif not here:
        message = f"Stripe compte {money(there)} pour {about}, dont le compte 517 ne sait rien."
    else:
        message = f"Pour {about}, Stripe compte {money(there)} et le compte 517 {money(here)}."
    return Finding(kind=Kind.STRIPE, subject=about or "517", message=message)
