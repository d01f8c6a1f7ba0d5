"""How a merchant's account stands at Stripe, as pages and letters say it: in French, from what Stripe last said."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from billing.payments.account_wording import bank_refusal_words, missing_words, refused_words, state_words
from billing.payments.requirements import Need, needs_of
from conciergeries.merchants.models import MerchantAccount, RefusedPayout

# Merchants and towns of France alike; towns overseas read Paris's date of a deadline that is Stripe's.
PARIS = ZoneInfo("Europe/Paris")


class Stand(StrEnum):
    """What there is to do about an account."""

    NONE = "none"
    READY = "ready"
    MISSING = "missing"
    CHECKING = "checking"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to give: what, and what was wrong with what was given."""

    words: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A payout that the merchant's bank refused: how much, when, why and what to do."""

    amount_cents: int
    refused_at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class Standing:
    """`sentence` says it in one line; `required_by` is the day before which `missing` and `later` are to be given."""

    stand: Stand
    sentence: str
    missing: tuple[Item, ...] = ()
    later: tuple[Item, ...] = ()
    is_checking: bool = False
    required_by: date | None = None
    refused: tuple[Refusal, ...] = ()

    @property
    def is_ready(self) -> bool:
        return self.stand == Stand.READY

    @property
    def asks(self) -> bool:
        """Whether the merchant has something to do at Stripe."""
        return bool(self.missing or self.later or self.refused) or self.stand == Stand.MISSING

    @property
    def badge(self) -> tuple[str, str]:
        """The kind and the words of its badge."""
        if self.refused:
            return "closed", "IBAN à corriger"
        return {
            Stand.NONE: ("closed", "À ouvrir"),
            Stand.READY: ("soon", "Prêt, à compléter") if self.missing or self.required_by else ("open", "Prêt"),
            Stand.MISSING: ("soon", "À compléter"),
            Stand.CHECKING: ("soon", "En vérification"),
            Stand.BLOCKED: ("closed", "Bloqué"),
        }[self.stand]


NOT_OPENED = Standing(Stand.NONE, "Le compte n’est pas encore ouvert.")


def standing_of(account: MerchantAccount | None, *, refused: Iterable[RefusedPayout] = ()) -> Standing:
    """How an account stands; `refused` are payouts that its merchant's bank sent back and that are not over."""
    if account is None:
        return NOT_OPENED
    needs = needs_of(account.requirements)
    missing = items(need for need in needs if need.is_missing)
    checking = any(need.is_being_checked for need in needs) or account.capability == "pending"
    stand, sentence = _stand(account, bool(missing), is_checking=checking)
    return Standing(
        stand=stand,
        sentence=sentence,
        missing=missing,
        later=items(need for need in needs if need.comes_later),
        is_checking=checking and stand is not Stand.CHECKING,
        required_by=day_of(account.required_by),
        refused=tuple(
            Refusal(each.amount_cents, each.refused_at, bank_refusal_words(each.failure_code)) for each in refused
        ),
    )


def _stand(account: MerchantAccount, has_missing: bool, *, is_checking: bool) -> tuple[Stand, str]:  # noqa: FBT001  (read beside its name)
    if account.transfers_active:
        return Stand.READY, "Les prochains bordereaux y seront payés sans rien faire."
    if has_missing or account.asked_at is None:
        return Stand.MISSING, "Stripe attend encore de quoi valider votre compte. Vos ventes sont gardées en attendant."
    words = state_words(capability=account.capability, reason=account.capability_reason)
    return (Stand.CHECKING if is_checking else Stand.BLOCKED), words


def items(needs: Iterable[Need]) -> tuple[Item, ...]:
    """Needs in words, each said once: Stripe asks for a date of birth in three parts."""
    notes: dict[str, list[str]] = {}
    for need in needs:
        said = notes.setdefault(missing_words(need.code), [])
        said += [words for error in need.errors if (words := refused_words(error)) not in said]
    return tuple(Item(words, tuple(said)) for words, said in notes.items())


def day_of(deadline: datetime | None) -> date | None:
    return deadline.astimezone(PARIS).date() if deadline else None


def refused_by_account(accounts: Iterable[MerchantAccount]) -> dict[UUID, list[RefusedPayout]]:
    """The payouts that banks refused and that are not over, the latest first."""
    found: dict[UUID, list[RefusedPayout]] = {}
    waiting = RefusedPayout.objects.filter(account__in=list(accounts), over_at=None)
    for each in waiting.order_by("-refused_at", "pk"):
        found.setdefault(each.account_id, []).append(each)
    return found
