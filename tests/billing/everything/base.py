"""What the rules of the machine stand on: one example is one savepoint, undone at its end; every rule is checked."""

from abc import abstractmethod
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from hypothesis.stateful import RuleBasedStateMachine, invariant

from billing.payments.services import (
    AlreadyDecidedError,
    AlreadyPaidError,
    AmountTooSmallError,
    NotADeskMeansError,
    NotLostError,
    PaymentClosedError,
    PaymentContestedError,
    RefundClosedError,
    RefundTooLargeError,
)
from billing.settlements.services import (
    DraftClosedError,
    FiguresChangedError,
    NotReversibleError,
    PayoutCarriedError,
    ReversalTooLargeError,
)
from billing.transfers.services import ForbiddenStepError, NothingToPayError
from shared.tenancy import activate_public
from tenants.orders.cancelling import TooLateToCancelError
from tenants.orders.handing_over import HandoverError
from tenants.orders.models import Order
from tenants.orders.paid_in_shop import PaidInShopError
from tenants.orders.paying import NothingDueError, OrderEndedError, PaidInShopsError
from tenants.orders.refunding import RefundError
from tenants.orders.transitions import ForbiddenMoveError
from tenants.orders.weighing import WeightError
from tests.billing.everything import checks
from tests.billing.everything.books import AccountBook, TownBook
from tests.billing.everything.census import Census
from tests.billing.everything.world import Place, World

MINUTE = timedelta(minutes=1)


class NothingForSaleError(ValueError):
    """Whoever sells what was wanted has left the town."""


# What the domain answers when a thing cannot be done: the step is then one in which nothing happened.
REFUSALS = (
    AlreadyDecidedError,
    AlreadyPaidError,
    AmountTooSmallError,
    DraftClosedError,
    FiguresChangedError,
    ForbiddenMoveError,
    ForbiddenStepError,
    HandoverError,
    NotADeskMeansError,
    NothingDueError,
    NothingForSaleError,
    NothingToPayError,
    NotLostError,
    NotReversibleError,
    OrderEndedError,
    PaidInShopError,
    PaidInShopsError,
    PaymentClosedError,
    PaymentContestedError,
    PayoutCarriedError,
    RefundClosedError,
    RefundError,
    RefundTooLargeError,
    ReversalTooLargeError,
    TooLateToCancelError,
    ValidationError,
    WeightError,
)


class Base(RuleBasedStateMachine):
    """One example: a world as it began, and its books."""

    world: ClassVar[World]
    census: ClassVar[Census]

    def __init__(self) -> None:
        super().__init__()
        activate_public()
        self.savepoint = transaction.savepoint()
        self.world.begin()
        self.books = {place.town.schema_name: TownBook() for place in self.world.places}
        # The bank accounts of merchants, who are in no town's schema.
        self.accounts = {
            merchant.pk: [AccountBook(self.world.now, merchant.iban, None)]
            for place in self.world.places
            for merchant in place.merchants
        }
        self.touched: set[str] = set()
        self.before: dict[str, tuple[int, ...]] = {}
        self.is_sound = True

    def at(self, which: int) -> AbstractContextManager[Any]:
        """A minute later, inside one of the towns: a step that concerns it alone."""
        self.world.now += MINUTE
        place = self.place(which)
        self._note(place)
        return self.world.inside(place)

    def everywhere(self) -> None:
        """A step that concerns both towns."""
        self.world.now += MINUTE
        self.is_sound = False
        self.touched = set(self.books)

    def place(self, which: int) -> Place:
        return self.world.places[which]

    def book(self, which: int) -> TownBook:
        return self.books[self.place(which).town.schema_name]

    def has_orders(self) -> bool:
        return any(book.orders for book in self.books.values())

    def order(self, which: int, index: int) -> Order | None:
        """One of the orders of a town, whatever has become of it."""
        keys = list(self.book(which).orders)
        return Order.objects.get(pk=keys[-1 - index % len(keys)]) if keys else None

    def _note(self, place: Place) -> None:
        self.is_sound = False
        self.touched = {place.town.schema_name}
        for other in self.world.places:
            if other is not place:
                with self.world.inside(other):
                    self.before[other.town.schema_name] = checks.fingerprint()

    @invariant()
    def everything_adds_up(self) -> None:
        for place in self.world.places:
            name = place.town.schema_name
            with self.world.inside(place):
                if name in self.touched:
                    checks.check_always(self.world, place, self.books[name], self.accounts)
                elif name in self.before:
                    assert checks.fingerprint() == self.before[name]
        self.touched = set()
        self.before = {}
        self.is_sound = True

    def teardown(self) -> None:
        try:
            self.census.count(self.world)
            if self.is_sound:
                self.bring_to_an_end()
        finally:
            activate_public()
            transaction.savepoint_rollback(self.savepoint)
            # Nothing of it was committed: nobody is to be woken.
            connection.run_on_commit = []

    @abstractmethod
    def bring_to_an_end(self) -> None:
        """Have everything done that is left to do, and check that nothing is held."""
