"""What must be true after every step, in each town."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, Q, Sum

from billing.ledger.checking import Kind, check_here
from billing.ledger.models import Account, Posting
from billing.ledger.queries import balances, balances_by_merchant, unbalanced
from billing.payments.checking import differences_with_stripe
from billing.payments.models import Dispute, DisputeState, Payment, PaymentState, Refund, RefundState
from billing.settlements.checking import differences_with_settlements
from billing.settlements.models import Adjustment, Means, Payout, PayoutState, Sale, Statement
from billing.transfers.models import LineState, TransferLine
from tenants.orders.checking import differences_with_orders
from tenants.orders.models import Order, ShopOrder
from tests.billing.everything.books import AccountBook, TownBook, commission_on
from tests.billing.everything.world import Place, World, account_of
from tests.billing.settlements.selling import as_if_committed, unsettled
from tests.tools.fake_stripe.balance import PLATFORM

Accounts = Mapping[UUID, list[AccountBook]]
# What is somebody's, and on its way to them: nothing of it is left at the end.
HELD = (Account.CUSTOMERS, Account.IN_TRANSIT, Account.DISPUTES, Account.MERCHANT_INVOICES)
TABLES = (
    "ledger_entry",
    "payments_payment",
    "payments_refund",
    "settlements_sale",
    "settlements_statement",
    "settlements_payout",
)


def check_always(world: World, place: Place, book: TownBook, accounts: Accounts) -> None:
    """Everything that no step may break. Inside the town."""
    as_if_committed()
    check_ledger(world)
    check_customers()
    check_merchants(place, book)
    check_transfers(accounts)


def check_ledger(world: World) -> None:
    assert unbalanced() == [], unbalanced()
    held = balances()
    assert (sum(held.values()), held.get(Account.MERCHANT_INVOICES, 0)) == (0, 0)
    found = [*differences_with_orders(now=world.now), *differences_with_settlements(now=world.now)]
    assert found == [], found


def check_customers() -> None:
    """Nobody got back more than they paid: of one payment, and of one order over all its payments."""
    paid: dict[UUID, int] = defaultdict(int)
    back: dict[UUID, int] = defaultdict(int)
    lost = _sums(Dispute.objects.filter(state=DisputeState.LOST), "payment", "withdrawn_cents")
    given = _sums(Refund.objects.filter(state=RefundState.SUCCEEDED), "payment", "amount_cents")
    asked = _sums(Refund.objects.exclude(state=RefundState.FAILED), "payment", "amount_cents")
    for payment in Payment.objects.filter(state=PaymentState.SUCCEEDED).order_by("pk"):
        went_back = given.get(payment.pk, 0) + lost.get(payment.pk, 0)
        assert went_back <= payment.amount_cents, f"{payment.label}: {went_back} of {payment.amount_cents}"
        # What failed may be asked for again; what is on its way may not.
        assert asked.get(payment.pk, 0) == payment.refunded_cents, payment.label
        paid[payment.reference] += payment.amount_cents
        back[payment.reference] += went_back
    assert all(back[order] <= cents for order, cents in paid.items())


def check_merchants(place: Place, book: TownBook) -> None:
    """Each merchant is owed what it sold, less the commission and what it bears, less what it was paid: never twice.

    The same is said by its statements: their nets, what they did not have yet, and what was paid, are its 46712.
    """
    statements = list(Statement.objects.order_by("period_end", "number"))
    check_numbers(place, statements, book)
    owed = balances_by_merchant(account=Account.MERCHANTS)
    sales = _sums(Sale.objects.all(), "merchant_id", "gross_cents")
    not_stated = _sums(unsettled().filter(held=True), "merchant_id", "gross_cents")
    added = _sums(Adjustment.objects.filter(statement=None), "merchant_id", "amount_cents")
    payouts = Payout.objects.exclude(state=PayoutState.FAILED).annotate(out=F("amount_cents") - F("reversed_cents"))
    paid = _sums(payouts, "merchant_id", "out")
    for merchant in place.merchants:
        key = merchant.pk
        issued = [statement for statement in statements if statement.merchant_id == key]
        assert sales.get(key, 0) == book.sold[key] - book.given_back[key], merchant.name
        by_hand = book.earned(key) - sum(each.commission_ttc_cents for each in issued) - paid.get(key, 0)
        borne = book.disputed[key] + sum(each.other_cents for each in issued)
        by_statements = (
            sum(each.net_cents - each.opening_cents for each in issued)
            + (not_stated.get(key, 0) + added.get(key, 0) - borne)
            - paid.get(key, 0)
        )
        assert (by_hand, by_statements) == (-owed.get(key, 0),) * 2, f"{merchant.name}: {owed.get(key, 0)}"


def check_numbers(place: Place, statements: list[Statement], book: TownBook) -> None:
    """No gap and no double in any year; each commission is the rates of what the statement sold, each rounded once."""
    by_year: dict[str, list[str]] = defaultdict(list)
    sales = list(Sale.objects.order_by("pk"))
    for statement in statements:
        by_rate: dict[int, int] = defaultdict(int)
        for sale in sales:
            if sale.merchant_id == statement.merchant_id and (
                statement.period_start <= sale.counts_on <= statement.period_end
            ):
                by_rate[book.rate_of[sale.shop_order_id]] += sale.gross_cents
        assert (statement.commission_ht_cents, statement.vat_cents) == commission_on(by_rate), statement.number
        by_year[statement.number.rsplit("-", 2)[1]].append(statement.number)
    for year, numbers in by_year.items():
        prefix = f"{place.town.slug.upper()}-{year}"
        assert sorted(numbers) == [f"{prefix}-{rank:05}" for rank in range(1, len(numbers) + 1)]


def check_transfers(accounts: Accounts) -> None:
    """No payout is in two files that may be paid; none goes to an account too new, or to one that nobody chose."""
    lines = TransferLine.objects.select_related("batch", "payout")
    still: dict[UUID, int] = defaultdict(int)
    for line in lines.order_by("batch__made_at", "position"):
        still[line.payout_id] += line.state in {LineState.PENDING, LineState.CONFIRMED}
        assert line.amount_cents == line.payout.amount_cents
        *before, now = [each for each in accounts[line.merchant_id] if each.since <= line.batch.made_at]
        is_now = line.iban == now.iban and (now.payable_from is None or now.payable_from <= line.batch.made_at)
        assert is_now or (line.payout.iban_kept and line.iban in {each.iban for each in before}), line.end_to_end_id
    assert all(number <= 1 for number in still.values()), still


def check_apart(places: list[Place], books: dict[str, TownBook], inside: Any) -> None:
    """Nothing of one town is in the other: its orders, its merchants, its objects at Stripe."""
    for place in places:
        with inside(place):
            orders = set(Order.objects.values_list("pk", flat=True))
            assert orders == set(books[place.town.schema_name].orders)
            parts = set(ShopOrder.objects.values_list("pk", flat=True))
            assert set(Payment.objects.values_list("reference", flat=True)) <= orders
            assert set(Sale.objects.values_list("shop_order_id", flat=True)) <= parts
            owners = Posting.objects.exclude(merchant_id=None).values_list("merchant_id", flat=True)
            assert set(owners) <= {merchant.pk for merchant in place.merchants}
        for kind in ("payment_intent", "refund", "transfer"):
            with place.fake.store.transaction():
                towns = {record.body["metadata"].get("town") for record in place.fake.store.newest_first(kind)}
            assert towns <= {place.town.schema_name}


def fingerprint() -> tuple[int, ...]:
    """What of a town's money a step in the other one could have touched."""
    counts = ", ".join(f"(SELECT count(*) FROM {table})" for table in TABLES)  # noqa: S608  (the names above)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {counts}")
        return tuple(cursor.fetchone())


def check_at_rest(world: World, place: Place) -> None:
    """Everything was brought, done, decided and paid: what is held is nobody's, and Stripe says the same. Inside."""
    report = check_here(now=world.now)
    assert report.findings == [], report.findings
    assert report.impossible == {}, report.impossible
    assert {kind: report.count(kind) for kind in Kind} == dict.fromkeys(Kind, 0)
    assert differences_with_stripe(now=world.now) == []
    assert not Payment.objects.filter(state__in=[PaymentState.PENDING, PaymentState.AUTHORISED]).exists()
    held = balances()
    for account in HELD:
        assert held.get(account, 0) == 0, f"{account.label}: {held[account]}"
    assert held.get(Account.STRIPE, 0) == _at_stripe(place)
    # A merchant may owe, and is never owed.
    assert all(cents >= 0 for cents in balances_by_merchant(account=Account.MERCHANTS).values())
    assert not Payout.objects.filter(Q(state=PayoutState.WAITING) | Q(state=PayoutState.SENDING)).exists()
    for merchant in place.merchants:
        destination = account_of(place, merchant).stripe_account_id
        sent = Payout.objects.filter(merchant_id=merchant.pk, means=Means.STRIPE, state=PayoutState.SENT)
        assert _transferred(place, destination) == sum(
            payout.amount_cents - payout.reversed_cents for payout in sent.order_by("pk")
        )


def _at_stripe(place: Place) -> int:
    """The company's balance there, less what was put on it before everything began."""
    with place.fake.store.transaction():
        moved = [record.body for record in place.fake.store.children(PLATFORM, "balance_transaction")]
    return sum(each["net"] for each in moved if each["type"] != "topup")


def _transferred(place: Place, destination: str) -> int:
    with place.fake.store.transaction():
        transfers = [record.body for record in place.fake.store.newest_first("transfer")]
    return sum(
        transfer["amount"] - transfer["amount_reversed"]
        for transfer in transfers
        if transfer["destination"] == destination
    )


def _sums(rows: Any, by: str, column: str) -> dict[UUID, int]:
    return {row[by]: row["total"] for row in rows.order_by().values(by).annotate(total=Sum(column))}
