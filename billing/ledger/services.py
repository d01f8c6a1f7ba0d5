"""Posting to the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from billing.ledger.models import LONGEST_PIECE, Account, Entry, Posting


@dataclass(frozen=True, slots=True)
class PostingLine:
    """A line to post: `amount_cents` is positive for a debit, negative for a credit, never zero."""

    account: Account
    amount_cents: int
    merchant_id: UUID | None = None


def debit(account: Account, cents: int, merchant_id: UUID | None = None) -> PostingLine:
    """A debit of a positive number of cents (a negative number is the credit that undoes one)."""
    return PostingLine(account, cents, merchant_id)


def credit(account: Account, cents: int, merchant_id: UUID | None = None) -> PostingLine:
    """A credit of a positive number of cents (a negative number is the debit that undoes one)."""
    return PostingLine(account, -cents, merchant_id)


class NotInTransactionError(RuntimeError):
    """A posting was tried with no transaction open: it could stand without the fact it accounts for."""


class UnbalancedEntryError(ValueError):
    """The lines do not add up to zero, or there are none."""


class KeyReusedError(ValueError):
    """The key already names another event: different lines, kind or reference."""


def post(
    *,
    kind: str,
    key: str,
    label: str,
    reference: UUID,
    postings: Sequence[PostingLine],
    at: datetime,
    piece: str = "",
    stripe_id: str | None = None,
) -> Entry:
    """Post an entry in the caller's transaction, or return the one already posted under this key.

    `piece` is the number of the paper that justifies it, as an accountant looks for it. What moves account 517 names
    what moved at Stripe: `stripe_id` is the payment intent, refund, transfer (also of its reversal) or dispute,
    whatever the number of entries about it. Lines of zero cents are left out, so that a rate of 0 % needs no special
    case. Raises NotInTransactionError, UnbalancedEntryError, KeyReusedError;
    django.db.IntegrityError for an account that names no merchant and should.
    """
    if not connection.in_atomic_block:
        raise NotInTransactionError(key)
    lines = [line for line in postings if line.amount_cents]
    if not lines or sum(line.amount_cents for line in lines) != 0:
        raise UnbalancedEntryError(key)
    entry = Entry(
        key=key,
        kind=kind,
        label=label[:200],
        reference=reference,
        piece=piece[:LONGEST_PIECE],
        at=at,
        stripe_id=stripe_id or "",
        posting_count=len(lines),
    )
    # ON CONFLICT DO NOTHING waits for a concurrent transaction posting the same key, and then sees its entry.
    Entry.objects.bulk_create([entry], ignore_conflicts=True)
    kept = Entry.objects.get(key=key)
    if kept.pk != entry.pk:
        _check_same_event(kept=kept, kind=kind, reference=reference, lines=lines)
        return kept
    Posting.objects.bulk_create(
        [
            Posting(
                entry=entry, account=line.account.value, merchant_id=line.merchant_id, amount_cents=line.amount_cents
            )
            for line in lines
        ]
    )
    return entry


def _check_same_event(*, kept: Entry, kind: str, reference: UUID, lines: Sequence[PostingLine]) -> None:
    posted = sorted(
        (posting.account, str(posting.merchant_id), posting.amount_cents)
        for posting in Posting.objects.filter(entry=kept)
    )
    asked = sorted((line.account.value, str(line.merchant_id), line.amount_cents) for line in lines)
    if (kept.kind, kept.reference, posted) != (kind, reference, asked):
        raise KeyReusedError(kept.key)
