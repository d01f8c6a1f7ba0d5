"""What every operation is given: settings, memory, clock, and what caused it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.tools.fake_stripe.clock import Clock
from tests.tools.fake_stripe.errors import no_such
from tests.tools.fake_stripe.ids import new_id
from tests.tools.fake_stripe.store import Body, Record, Store

API_VERSION = "2026-10-28.endive"


@dataclass(frozen=True)
class Options:
    """How one stand-in is started.

    Times are seconds; `fee_bp` and `fee_cents` are what Stripe keeps of a charge, `refund_fee` of a refund,
    `dispute_fee` of a chargeback;
    `opening_balance` is cents already on the platform's balance; `available_after` is how long a charge stays pending;
    `later` is how long the bank takes to answer.
    """

    host: str = "127.0.0.1"
    port: int = 0
    data: str = ":memory:"
    webhook_url: str | None = None
    webhook_secret: str = "whsec_demonstration"
    api_key: str | None = None
    business_name: str = "La Conciergerie"
    public_url: str | None = None
    opening_balance: int = 0
    fee_bp: int = 0
    fee_cents: int = 0
    refund_fee: int = 0
    dispute_fee: int = 0
    available_after: int = 0
    retry_first: float = 1.0
    delivery_timeout: float = 10.0
    later: int = 2
    quiet: bool = True


@dataclass(frozen=True)
class Cause:
    """The request that an event says it comes from; nothing for hosted pages and scheduled changes."""

    request_id: str | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True)
class Context:
    options: Options
    store: Store
    clock: Clock
    base_url: str
    wake: Callable[[], None]
    cause: Cause = field(default_factory=Cause)

    def now(self) -> int:
        return self.clock.now()

    def add(self, kind: str, body: Body, *, parent: str | None = None, hidden: Body | None = None) -> Record:
        """Remember a new object under a new identifier; `body` already has its `id` field."""
        identifier = new_id(kind)
        return self.store.add(Record(identifier, kind, body | {"id": identifier}, hidden or {}, parent))

    def get(self, kind: str, identifier: str, *, param: str = "id", status: int = 404) -> Record:
        record = self.store.find(identifier, kind)
        if record is None:
            raise no_such(kind.removeprefix("v2.core."), identifier, param=param, status=status)
        return record
