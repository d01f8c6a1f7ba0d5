"""Two of everything at the same instant: real transactions that commit, in a town of their own, thrown away after."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Event, Thread
from time import monotonic
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import InternalError, connection, transaction

from billing.ledger.models import Account, Entry
from billing.ledger.queries import balance, unbalanced
from billing.ledger.services import credit, debit, post
from billing.numbering.models import Counter
from billing.numbering.series import Kind, lock_counter, take_number
from billing.payments.deposit_models import Deposit
from billing.payments.deposits import (
    ChequeNotHereError,
    DepositError,
    DepositTooLargeError,
    DepositUndoneError,
    undo_deposit,
)
from billing.payments.inbox import Incoming, store_event
from billing.payments.models import Mode, Payment, PaymentState, Refund, RefundState, WebhookEvent
from billing.payments.reconciliation import Seen, apply
from billing.payments.services import (
    AlreadyPaidError,
    RefundTooLargeError,
    prepare_card_payment,
    request_refund,
    retry_refund,
    take_at_desk,
)
from billing.settlements.counting import day_that_counts, lock_merchant
from billing.settlements.documents import is_intact
from billing.settlements.models import Adjustment, Draft, Payout, PayoutState, SettledUntil, SettlementRules, Statement
from billing.settlements.outstanding import outstanding
from billing.settlements.payouts import _failed as fail
from billing.settlements.services import PayoutCarriedError, add_adjustment, approve_draft, retry_payout, settle
from billing.settlements.settling import settle_period
from conciergeries.merchants.models import Merchant
from conciergeries.towns.models import Town
from conciergeries.towns.schemas.making import make_schema
from shared.due.models import DueWork
from shared.due.services import claim_due, plan
from shared.outbox.models import Effect
from shared.snapshot import one_snapshot
from shared.tenancy import activate_public, in_town
from tests.billing.payments.depositing import deposited, deposited_cheques, took
from tests.billing.settlements.ruling import rule
from tests.billing.settlements.selling import MONDAY, SUNDAY, sell, unsettled
from tests.factories import make_merchant

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
AT_ONCE = 4


@pytest.fixture(scope="module")
def town(django_db_setup: None, django_db_blocker: Any) -> Iterator[Town]:
    """A town that nobody else sees; what is committed in it goes with its schema."""
    with django_db_blocker.unblock():
        activate_public()
        town = Town(
            schema_name="a_la_fois",
            slug="a-la-fois",
            insee="99000",
            name="À-la-Fois",
            department="99",
            operating_company=Town.objects.get(schema_name="istres").operating_company,
            ready=True,
        )
        town.save()
        make_schema(schema=town.schema_name, now=NOW)
        merchants = [make_merchant(name=f"Commerce {letter}").pk for letter in "ABC"]
        yield town
        activate_public()
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA a_la_fois CASCADE")
        DueWork.objects.filter(schema="a_la_fois").delete()
        merchants += Merchant.objects.filter(name__in=["Relu en mairie", "Regardé"]).values_list("pk", flat=True)
        Merchant.objects.filter(pk__in=merchants)._raw_delete("default")  # noqa: SLF001  (a cascade would visit towns' tables, which public has not)
        Town.objects.filter(pk=town.pk)._raw_delete("default")  # noqa: SLF001  (the same)


@pytest.fixture
def merchants(town: Town) -> list[UUID]:
    return sorted(Merchant.objects.filter(name__startswith="Commerce ").values_list("pk", flat=True))


def at_once(town: Town, *works: Callable[[], Any]) -> list[Any]:
    """Run each work in a thread and a connection of its own, all from the same instant; results, or what was raised."""
    barrier = Barrier(len(works))
    results: list[Any] = [None] * len(works)

    def run(index: int, work: Callable[[], Any]) -> None:
        try:
            with in_town(town):
                connection.ensure_connection()
                barrier.wait(timeout=10)
                results[index] = work()
        except Exception as error:  # noqa: BLE001  (the test looks at whatever was raised)
            results[index] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=(index, work)) for index, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


def capture() -> Entry:
    with transaction.atomic():
        return post(
            kind="card_captured",
            key="payment:at-once",
            label="",
            reference=UUID(int=1),
            postings=[debit(Account.STRIPE, 6000), credit(Account.CUSTOMERS, 6000)],
            at=NOW,
        )


def test_one_event_posted_by_all_is_posted_once(town: Town) -> None:
    entries = at_once(town, *[capture] * AT_ONCE)
    with in_town(town):
        assert {entry.pk for entry in entries} == {Entry.objects.get(key="payment:at-once").pk}
        assert balance(account=Account.STRIPE) == 6000


def test_one_order_is_taken_once_at_the_desk(town: Town) -> None:
    order = uuid4()

    def take() -> Payment:
        return take_at_desk(reference=order, amount_cents=2000, means=Mode.CHEQUE, actor="Camille", now=NOW)

    results = at_once(town, *[take] * AT_ONCE)
    assert [type(result) for result in results].count(Payment) == 1
    assert [type(result) for result in results].count(AlreadyPaidError) == AT_ONCE - 1
    with in_town(town):
        assert balance(account=Account.CHEQUES) == 2000


def test_what_is_in_the_drawer_is_taken_to_the_bank_once_and_undone_once(town: Town) -> None:
    with in_town(town):
        took(cents=2000, means=Mode.CASH, now=NOW)
        cheque = took(cents=1200, means=Mode.CHEQUE, now=NOW)
        held = {account: balance(account=account) for account in (Account.CASH, Account.CHEQUES)}

    def cash() -> Deposit:
        return deposited(town=town, cents=held[Account.CASH], now=NOW, day=NOW.date())

    def cheques() -> Deposit:
        return deposited_cheques(town=town, payments=[cheque], now=NOW, day=NOW.date())

    works: list[tuple[Callable[[], Deposit], type[DepositError], Account]] = [
        (cash, DepositTooLargeError, Account.CASH),
        (cheques, ChequeNotHereError, Account.CHEQUES),
    ]
    for work, error, account in works:
        results = at_once(town, *[work] * AT_ONCE)
        assert [type(result) for result in results].count(error) == AT_ONCE - 1
        (deposit,) = [result for result in results if isinstance(result, Deposit)]
        with in_town(town):
            assert balance(account=account) == held[account] - deposit.amount_cents

        def undo(key: UUID = deposit.pk) -> Deposit:
            return undo_deposit(deposit_id=key, reason="saisie en double", actor=None, now=NOW)

        results = at_once(town, *[undo] * AT_ONCE)
        assert [type(result) for result in results].count(DepositUndoneError) == AT_ONCE - 1
        with in_town(town):
            assert balance(account=account) == held[account]


def test_two_refunds_never_give_back_more_than_was_paid(town: Town) -> None:
    with in_town(town):
        payment = take_at_desk(reference=uuid4(), amount_cents=6000, means=Mode.CASH, actor="Camille", now=NOW)

    def refund() -> Refund:
        with transaction.atomic():
            return request_refund(
                payment_id=payment.pk, reference=uuid4(), amount_cents=3500, reason="ligne refusée", now=NOW
            )

    results = at_once(town, *[refund] * AT_ONCE)
    assert [type(result) for result in results].count(Refund) == 1
    assert [type(result) for result in results].count(RefundTooLargeError) == AT_ONCE - 1
    with in_town(town):
        payment.refresh_from_db()
        assert payment.refunded_cents == 3500


def test_the_same_refund_asked_for_by_all_is_one(town: Town) -> None:
    with in_town(town):
        payment = take_at_desk(reference=uuid4(), amount_cents=6000, means=Mode.CASH, actor="Camille", now=NOW)
    line = uuid4()

    def refund() -> UUID:
        with transaction.atomic():
            return request_refund(
                payment_id=payment.pk, reference=line, amount_cents=1000, reason="ligne refusée", now=NOW
            ).pk

    results = at_once(town, *[refund] * AT_ONCE)
    assert len(set(results)) == 1
    with in_town(town):
        payment.refresh_from_db()
        assert payment.refunded_cents == 1000


def test_one_payment_is_prepared(town: Town) -> None:
    order = uuid4()

    def prepare() -> UUID:
        with transaction.atomic():
            return prepare_card_payment(reference=order, amount_cents=900, label="Commande", now=NOW).pk

    assert len(set(at_once(town, *[prepare] * AT_ONCE))) == 1


def test_a_payment_succeeds_once_however_many_look(town: Town) -> None:
    with in_town(town), transaction.atomic():
        payment = prepare_card_payment(reference=uuid4(), amount_cents=900, label="Commande", now=NOW)
    seen = Seen(state=PaymentState.SUCCEEDED, session_id=f"cs_{payment.pk}", intent_id=f"pi_{payment.pk}")

    def look() -> str:
        return apply(payment_id=payment.pk, seen=seen, now=NOW).state

    assert at_once(town, *[look] * AT_ONCE) == ["succeeded"] * AT_ONCE
    with in_town(town):
        assert Effect.objects.filter(kind="payment.succeeded", payload__payment_id=str(payment.pk)).count() == 1
        assert Entry.objects.filter(key=f"payment:{payment.pk}:captured").count() == 1


def test_an_event_delivered_twice_at_once_is_stored_once(town: Town) -> None:
    incoming = Incoming("evt_at_once", "checkout.session.completed", "cs_1", {"town": town.schema_name}, NOW)

    def store() -> bool:
        return store_event(incoming=incoming, now=NOW)

    assert sorted(at_once(town, *[store] * AT_ONCE)) == [False] * (AT_ONCE - 1) + [True]
    with in_town(town):
        assert WebhookEvent.objects.filter(stripe_id="evt_at_once").count() == 1


def test_numbers_taken_at_once_have_no_gap_and_no_double(town: Town) -> None:
    def take() -> list[str]:
        taken = []
        for attempt in range(6):
            with transaction.atomic():
                taken.append(take_number(counter=lock_counter(town=town, kind=Kind.CREDIT_NOTE, on=NOW.date())))
                # One in three is taken back.
                transaction.set_rollback(attempt % 3 == 2)
                if attempt % 3 == 2:
                    taken.pop()
        return taken

    results = at_once(town, *[take] * AT_ONCE)
    assert sorted(number for taken in results for number in taken) == [
        f"AV-A-LA-FOIS-2026-{rank:05}" for rank in range(1, 4 * AT_ONCE + 1)
    ]
    with in_town(town):
        Counter.objects.filter(series="AV-A-LA-FOIS-2026").delete()


def test_settling_at_once_issues_one_statement_each(town: Town, merchants: list[UUID]) -> None:
    with in_town(town), transaction.atomic():
        for rank, merchant in enumerate(merchants, start=1):
            sell(merchant=merchant, cents=1000 * rank)

    def run() -> list[str]:
        return [statement.number for statement in settle(town=town, period_end=SUNDAY, now=MONDAY)]

    results = at_once(town, *[run] * AT_ONCE)
    numbers = [f"A-LA-FOIS-2026-{rank:05}" for rank in range(1, len(merchants) + 1)]
    assert not [result for result in results if isinstance(result, BaseException)]
    assert max(results, key=len) == numbers
    with in_town(town):
        assert sorted(Statement.objects.values_list("number", flat=True)) == numbers
        assert Payout.objects.count() == len(merchants)
        assert Counter.objects.get(series="A-LA-FOIS-2026").value == len(merchants)
        assert unbalanced() == []


def test_two_who_approve_at_once_issue_one_statement(town: Town) -> None:
    with in_town(town):
        merchant = make_merchant(name="Relu en mairie").pk
        rule(review_required=True)
        with transaction.atomic():
            sell(merchant=merchant)
        settle(town=town, period_end=SUNDAY, now=MONDAY)
        draft = Draft.objects.get(merchant_id=merchant)

    def approve() -> Statement | None:
        return approve_draft(town=town, draft_id=draft.pk, shown_net_cents=1880, actor=None, now=MONDAY)

    results = at_once(town, *[approve] * AT_ONCE)
    with in_town(town):
        SettlementRules.objects.all().delete()
        issued = Statement.objects.get(merchant_id=merchant)
        assert results == [issued] * AT_ONCE
        assert Payout.objects.filter(merchant_id=merchant).count() == 1
        assert Statement.objects.count() == Counter.objects.get(series="A-LA-FOIS-2026").value


def test_work_that_is_due_is_handed_to_one_of_those_who_ask(town: Town) -> None:
    with in_town(town):
        plan(kind="tests.at_once", subject=UUID(int=7), due_at=NOW - timedelta(days=400))

    def claim() -> bool:
        with transaction.atomic():
            return (town.schema_name, "tests.at_once") in claim_due(now=NOW - timedelta(days=399))

    results = at_once(town, *[claim] * AT_ONCE)
    DueWork.objects.filter(schema=town.schema_name, kind="tests.at_once").delete()
    assert sorted(results) == [False] * (AT_ONCE - 1) + [True]


def test_a_handover_during_the_settlement_is_in_one_statement_or_the_next(town: Town, merchants: list[UUID]) -> None:
    """Sales commit while their merchant is being settled: each is counted once, and no balance is invented."""
    first, second = SUNDAY + timedelta(days=7), SUNDAY + timedelta(days=14)
    during = MONDAY + timedelta(days=2)

    def selling() -> int:
        for _ in range(15):
            with transaction.atomic():
                sell(merchant=merchants[0], cents=777, at=during)
        return 15

    def settling() -> int:
        return len(settle(town=town, period_end=first, now=MONDAY + timedelta(days=7)))

    results = at_once(town, selling, settling, selling, settling)
    assert not [result for result in results if isinstance(result, BaseException)]
    settle(town=town, period_end=second, now=MONDAY + timedelta(days=14))
    with in_town(town):
        assert unsettled().count() == 0
        issued = Statement.objects.filter(merchant_id=merchants[0], period_end__gte=first).order_by("period_end")
        assert sum(statement.gross_cents for statement in issued) == 30 * 777
        assert {statement.opening_cents for statement in issued} == {0}
        assert balance(account=Account.MERCHANTS, merchant_id=merchants[0]) == 0
        assert unbalanced() == []


def test_a_sale_noted_while_its_week_is_settled_waits_and_counts_in_the_next(town: Town, merchants: list[UUID]) -> None:
    """The settlement has read its figures and is not committed; the sale is of that very week."""
    week = timedelta(days=70)
    sunday, monday = SUNDAY + week, MONDAY + week
    with in_town(town), transaction.atomic():
        sell(merchant=merchants[2], cents=1000, at=monday - timedelta(days=3))
    issued, noting = Event(), Event()

    def settling() -> Statement | None:
        with transaction.atomic():
            statement = settle_period(town=town, merchant_id=merchants[2], period_end=sunday, now=monday)
            issued.set()
            assert noting.wait(timeout=10)
            assert waits_for_a_lock()
            return statement

    def selling() -> date:
        assert issued.wait(timeout=10)
        noting.set()
        with transaction.atomic():
            return sell(merchant=merchants[2], cents=777, at=monday - timedelta(days=3)).counts_on

    statement, counted = at_once(town, settling, selling)
    assert (statement.gross_cents, counted) == (1000, sunday + timedelta(days=1))
    with in_town(town):
        assert is_intact(statement)
        following = settle_period(
            town=town, merchant_id=merchants[2], period_end=sunday + timedelta(days=7), now=monday + timedelta(days=7)
        )
        assert following is not None
        assert (following.gross_cents, following.opening_cents) == (777, 0)


def test_two_handovers_of_the_same_merchants_wait_for_nobody(town: Town) -> None:
    """Two orders of the same two merchants, the other way round: each holds one while it asks for the other."""
    both, first, second = Barrier(2), uuid4(), uuid4()
    with in_town(town), transaction.atomic():
        SettledUntil.objects.bulk_create([SettledUntil(merchant_id=merchant) for merchant in (first, second)])

    def selling(*order: UUID) -> None:
        with transaction.atomic():
            for merchant in order:
                day_that_counts(merchant_id=merchant, at=MONDAY)
                both.wait(timeout=10)

    assert at_once(town, lambda: selling(first, second), lambda: selling(second, first)) == [None, None]


def test_who_looks_at_what_is_owed_waits_for_nobody_and_keeps_nobody_waiting(town: Town) -> None:
    """A settlement has locked the merchant; somebody opens «Mon argent», and locks no row of anything."""
    with in_town(town), transaction.atomic():
        merchant = make_merchant(name="Regardé")
        sell(merchant=merchant.pk, cents=2000)
        adjust: dict[str, Any] = {"reason": "Geste", "borne_by": Adjustment.BorneBy.COMPANY, "actor": None, "now": NOW}
        add_adjustment(key=uuid4(), merchant=merchant, amount_cents=500, **adjust)
    locked, looked = Event(), Event()

    def settling() -> None:
        with transaction.atomic():
            lock_merchant(merchant.pk)
            locked.set()
            assert looked.wait(timeout=10)

    def looking() -> tuple[int, set[str]]:
        assert locked.wait(timeout=10)
        with one_snapshot():
            found = outstanding(town=town, merchant_id=merchant.pk, now=NOW)
            with connection.cursor() as cursor:
                cursor.execute("SELECT mode FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'relation'")
                modes = {mode for (mode,) in cursor.fetchall()}
        looked.set()
        return found.net_cents, modes

    _none, (net, modes) = at_once(town, settling, looking)
    assert (net, modes) == (2380, {"AccessShareLock"})
    with in_town(town):
        assert Adjustment.objects.get(merchant_id=merchant.pk).statement_id is None, "it is claimed by nobody"
        with one_snapshot(), pytest.raises(InternalError, match="read-only"), transaction.atomic():
            lock_merchant(merchant.pk)
        # Settled, so that nobody else's settlement finds it.
        assert settle_period(town=town, merchant_id=merchant.pk, period_end=SUNDAY, now=NOW) is not None


def waits_for_a_lock() -> bool:
    """Whether, within seconds, somebody waits for what this transaction has locked."""
    until = monotonic() + 10
    while monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid)))"
            )
            if cursor.fetchone()[0]:
                return True
    return False


def test_a_failed_refund_is_asked_for_again_once(town: Town) -> None:
    with in_town(town), transaction.atomic():
        payment = prepare_card_payment(reference=uuid4(), amount_cents=6000, label="Commande", now=NOW)
    seen = Seen(state=PaymentState.SUCCEEDED, session_id=f"cs_{payment.pk}", intent_id=f"pi_{payment.pk}")
    with in_town(town), transaction.atomic():
        apply(payment_id=payment.pk, seen=seen, now=NOW)
        refund = request_refund(
            payment_id=payment.pk, reference=uuid4(), amount_cents=1000, reason="ligne refusée", now=NOW
        )
        Payment.objects.filter(pk=payment.pk).update(refunded_cents=0)
        Refund.objects.filter(pk=refund.pk).update(state=RefundState.FAILED, closed_at=NOW)

    def retry() -> bool:
        return retry_refund(refund_id=refund.pk, actor=None, now=NOW)

    assert sorted(at_once(town, *[retry] * AT_ONCE)) == [False] * (AT_ONCE - 1) + [True]
    with in_town(town):
        payment.refresh_from_db()
        assert payment.refunded_cents == 1000
        assert Refund.objects.filter(reference=refund.reference, state=RefundState.PENDING).count() == 1


def test_an_adjustment_made_during_a_settlement_is_on_the_next_statement(town: Town, merchants: list[UUID]) -> None:
    """It would be in the net of a statement that does not name it, and named by the next one, which takes it off."""
    week = timedelta(days=84)
    sunday, monday = SUNDAY + week, MONDAY + week
    with in_town(town), transaction.atomic():
        sell(merchant=merchants[2], cents=1000, at=monday - timedelta(days=3))
    issued, adding = Event(), Event()

    def settling() -> Statement | None:
        with transaction.atomic():
            statement = settle_period(town=town, merchant_id=merchants[2], period_end=sunday, now=monday)
            issued.set()
            assert adding.wait(timeout=10)
            assert waits_for_a_lock()
            return statement

    def adjusting() -> Adjustment:
        assert issued.wait(timeout=10)
        adding.set()
        return add_adjustment(
            key=uuid4(),
            merchant=Merchant.objects.get(pk=merchants[2]),
            amount_cents=500,
            reason="Casse à la collecte",
            borne_by=Adjustment.BorneBy.COMPANY,
            actor=None,
            now=monday,
        )

    statement, adjustment = at_once(town, settling, adjusting)
    with in_town(town):
        following = settle_period(
            town=town, merchant_id=merchants[2], period_end=sunday + timedelta(days=7), now=monday + timedelta(days=7)
        )
        assert following is not None
        adjustment.refresh_from_db()
        assert adjustment.statement_id == following.pk
        assert (statement.adjustments_cents, following.adjustments_cents, following.other_cents) == (0, 500, 0)


def test_a_failed_payout_is_sent_again_or_stated_again_never_both(town: Town, merchants: list[UUID]) -> None:
    """The town hall clicks twice while beat settles the next week."""
    week = timedelta(days=21)
    with in_town(town):
        with transaction.atomic():
            sell(merchant=merchants[1], cents=6000, at=MONDAY + week - timedelta(days=3))
        settle(town=town, period_end=SUNDAY + week, now=MONDAY + week)
        payout = Payout.objects.get(statement__period_end=SUNDAY + week)
        Payout.objects.filter(pk=payout.pk).update(state=PayoutState.SENDING)
        fail(tried=payout, reason="compte fermé", now=MONDAY + week)

    def retry() -> bool:
        return retry_payout(payout_id=payout.pk, actor=None, now=MONDAY + 2 * week)

    def settling() -> int:
        return len(settle(town=town, period_end=SUNDAY + 2 * week, now=MONDAY + 2 * week))

    results = at_once(town, retry, settling, retry, settling)
    with in_town(town):
        again = Payout.objects.filter(pk=payout.pk, state=PayoutState.WAITING).count()
        stated = Statement.objects.filter(period_end=SUNDAY + 2 * week).count()
        assert (again + stated, unbalanced()) == (1, [])
        assert balance(account=Account.MERCHANTS, merchant_id=merchants[1]) == 0
    raised = [type(result) for result in results if isinstance(result, BaseException)]
    assert raised == ([] if again else [PayoutCarriedError] * 2)
