"""Reading the ledger."""

from uuid import UUID

from django.db.models import Count, F, Q, Sum

from billing.ledger.models import Account, Entry, Posting


def balance(*, account: Account, merchant_id: UUID | None = None) -> int:
    """The balance of an account, of one merchant's part of it when given: cents, positive when it is in debit."""
    postings = Posting.objects.filter(account=account.value)
    if merchant_id is not None:
        postings = postings.filter(merchant_id=merchant_id)
    return int(postings.aggregate(total=Sum("amount_cents", default=0))["total"])


def balances_by_merchant(*, account: Account) -> dict[UUID, int]:
    """What each merchant's part of an account comes to, in cents, positive in debit; merchants at zero left out."""
    rows = (
        Posting.objects.filter(account=account.value, merchant_id__isnull=False)
        .order_by()
        .values("merchant_id")
        .annotate(total=Sum("amount_cents"))
        .exclude(total=0)
    )
    return {row["merchant_id"]: row["total"] for row in rows if row["merchant_id"]}


def balances() -> dict[Account, int]:
    """Every account's balance in cents, positive in debit; they add up to zero."""
    rows = Posting.objects.order_by().values("account").annotate(total=Sum("amount_cents"))
    return {Account(row["account"]): row["total"] for row in rows}


def entries_count() -> int:
    return Entry.objects.count()


def unbalanced() -> list[Entry]:
    """Entries whose postings do not add up to zero or are not as many as were written: none, unless PostgreSQL's
    triggers were taken away. For the health page and the nightly check.
    """
    return list(
        Entry.objects.annotate(total=Sum("postings__amount_cents", default=0), lines=Count("postings"))
        .filter(~Q(total=0) | ~Q(lines=F("posting_count")))
        .order_by("at", "id")
    )
