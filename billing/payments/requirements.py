"""What Stripe asks for before a merchant's account may receive transfers, read from the account (Accounts v2)."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, cast

import stripe

ACTIVE = "active"
USER = "user"
LATER = "eventually_due"


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that Stripe asks for, in its own codes: who must act, how urgent it is, what was wrong with it."""

    code: str
    waits_for: str
    due: str
    errors: tuple[str, ...] = ()

    @property
    def is_missing(self) -> bool:
        """Somebody must give it now, or the transfers stop."""
        return self.waits_for == USER and self.due != LATER

    @property
    def comes_later(self) -> bool:
        return self.waits_for == USER and self.due == LATER

    @property
    def is_being_checked(self) -> bool:
        return self.waits_for != USER


@dataclass(frozen=True, slots=True)
class Word:
    """Stripe's word about an account: may it receive transfers, why not, what is asked for, and until when."""

    capability: str
    reason: str
    needs: tuple[Need, ...]
    required_by: datetime | None

    @property
    def is_active(self) -> bool:
        return self.capability == ACTIVE


def word_in(account: stripe.v2.core.Account) -> Word:
    """Read an account that was fetched with its recipient configuration and its requirements."""
    found: dict[str, Any] = account.to_dict()
    transfers = _within(found, "configuration", "recipient", "capabilities", "stripe_balance", "stripe_transfers")
    details = transfers.get("status_details") or [{}]
    requirements = _within(found, "requirements")
    deadline = _within(requirements, "summary", "minimum_deadline").get("time")
    return Word(
        capability="closed" if found.get("closed") else cast("str", transfers.get("status") or ""),
        reason=cast("str", details[0].get("code") or ""),
        needs=tuple(_need(entry) for entry in requirements.get("entries") or []),
        required_by=datetime.fromisoformat(deadline) if deadline else None,
    )


def _within(found: dict[str, Any], *names: str) -> dict[str, Any]:
    for name in names:
        found = found.get(name) or {}
    return found


def _need(entry: dict[str, Any]) -> Need:
    return Need(
        code=str(entry.get("description") or ""),
        waits_for=str(entry.get("awaiting_action_from") or USER),
        due=str(_within(entry, "minimum_deadline").get("status") or ""),
        errors=tuple(str(error.get("code") or "") for error in entry.get("errors") or []),
    )


def kept(needs: Iterable[Need]) -> list[dict[str, Any]]:
    """Needs as a column of JSON keeps them."""
    return [asdict(need) | {"errors": list(need.errors)} for need in needs]


def needs_of(rows: Iterable[dict[str, Any]]) -> list[Need]:
    """Needs from such a column."""
    return [Need(row["code"], row["waits_for"], row["due"], tuple(row["errors"])) for row in rows]
