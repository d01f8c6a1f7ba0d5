"""What a merchant's pages show, gathered from each of its towns in turn.

Plain rows, in the town's own time and words: nothing lazy leaves a town's schema.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from uuid import UUID

from billing.settlements.models import Means, Statement, payout_of
from billing.settlements.queries import owed, statement_years, statements
from conciergeries.portal.access import Access, there
from conciergeries.towns.models import Town
from shared.french import clock, day, span
from tenants.hubs.ticket import at_place
from tenants.orders.models import RefundLine, ShopOrder, Substitution, SubstitutionState
from tenants.orders.queries import parts_of_merchants, window_of
from tenants.orders.states import ShopOrderState

S = ShopOrderState

TO_DO = (S.PLACED, S.ACCEPTED, S.READY)
PAST_FOR = timedelta(days=60)
PAST_AT_MOST = 100

# A state in the merchant's words, and the badge that carries it.
WORDS = {
    S.PLACED: ("soon", "À accepter"),
    S.ACCEPTED: ("accent", "À préparer"),
    S.READY: ("open", "Prête"),
    S.COLLECTED: ("neutral", "Ramassée"),
    S.AT_HUB: ("neutral", "Au comptoir"),
    S.HANDED_OVER: ("open", "Remise au client"),
    S.SETTLED: ("open", "Reversée"),
    S.REFUSED: ("closed", "Refusée"),
    S.CANCELLED: ("closed", "Annulée"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class RefundRow:
    """What the merchant bears of a line that was given back to its customer, and why."""

    amount_cents: int
    on: date
    said: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ProposalRow:
    """A replacement that its customer has not decided; `is_to_pay`: accepted, its supplement is awaited."""

    id: UUID
    said: str
    price_cents: int
    before: str
    is_to_pay: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class LineRow:
    id: UUID
    name: str
    unit: str
    quantity: int
    amount_cents: int
    awaits_weight: bool
    refused: bool
    reason: str
    refunds: list[RefundRow]
    proposal: ProposalRow | None


@dataclass(frozen=True, kw_only=True, slots=True)
class InShop:
    """Of an order whose customer pays the merchant itself: what is still to pay, or when it was noted and by whom.

    `give_back_cents` is what the merchant gives back itself; `can_undo`: until the goods are handed over.
    """

    unpaid_cents: int
    paid_cents: int
    paid_on: date | None
    paid_by: str
    give_back_cents: int
    can_undo: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class PartRow:
    """One part of an order, as its merchant sees it: its own lines, when they leave, never who ordered."""

    id: UUID
    number: str
    shop: str
    state: str
    badge: str
    words: str
    day: str
    when: str
    where: str
    note: str
    total_cents: int
    lines: list[LineRow]
    in_shop: "InShop | None" = None

    @property
    def is_to_accept(self) -> bool:
        return self.state == S.PLACED

    @property
    def is_to_prepare(self) -> bool:
        return self.state == S.ACCEPTED

    @property
    def is_refusable(self) -> bool:
        return self.state in TO_DO

    @property
    def is_to_weigh(self) -> bool:
        """Whether something sold by weight has no weight yet: it is weighed before it is ready."""
        return self.state in TO_DO and any(line.awaits_weight for line in self.lines)

    @property
    def awaits_customer(self) -> bool:
        """Whether the customer is being asked about a replacement: until then it is not ready."""
        return any(line.proposal for line in self.lines)

    @property
    def has_several_lines(self) -> bool:
        """Refusing the only line left is refusing the order: one button for both."""
        return sum(not line.refused for line in self.lines) > 1


@dataclass(frozen=True, kw_only=True, slots=True)
class TownParts:
    """A town, and what there is for the merchant in it."""

    town: Town
    parts: list[PartRow]


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    to_accept: int
    to_prepare: int
    ready: int


def to_do(*, access: Access, now: datetime) -> list[TownParts]:
    """Everything still to answer, prepare or hand to the concierge, town by town, the most urgent first."""
    return _by_town(access, states=TO_DO, now=now)


def past(*, access: Access, now: datetime) -> list[TownParts]:
    """What has left the shop or will not, in the last two months, the latest first."""
    return _by_town(access, states=[state for state in WORDS if state not in TO_DO], now=now, past=True)


def counts(groups: Iterable[TownParts]) -> Counts:
    states = [part.state for group in groups for part in group.parts]
    return Counts(to_accept=states.count(S.PLACED), to_prepare=states.count(S.ACCEPTED), ready=states.count(S.READY))


def part_row(*, part: ShopOrder, town: Town, now: datetime) -> PartRow:
    """A part in its town's time. Call it inside the town."""
    window = window_of(part.order, town=town)
    state = ShopOrderState(part.state)
    badge, words = WORDS[state]
    today = now.astimezone(window.start.tzinfo).date()
    return PartRow(
        id=part.pk,
        number=part.order.number,
        shop=part.shop.name,
        state=state,
        badge=badge,
        words=words,
        day=day(window.start.date(), today),
        when=span(window.start, window.end),
        where=at_place(part.order.hub.name),
        note=part.order.note,
        total_cents=part.total_cents,
        lines=[
            LineRow(
                id=line.pk,
                name=line.name,
                unit=line.measure,
                quantity=line.quantity,
                amount_cents=line.amount_cents,
                awaits_weight=line.awaits_weight,
                refused=line.has_left,
                reason=line.why_left,
                refunds=[_refund_row(each, zone=window.start.tzinfo) for each in line.borne],  # type: ignore[attr-defined]  # prefetched
                proposal=_proposal_row(line.proposed, zone=window.start.tzinfo, today=today),  # type: ignore[attr-defined]  # prefetched
            )
            for line in part.lines.all()
        ],
        in_shop=_in_shop(part, zone=window.start.tzinfo),
    )


def _in_shop(part: ShopOrder, *, zone: tzinfo | None) -> InShop | None:
    if not part.order.is_paid_in_shops:
        return None
    borne = sum(
        each.amount_cents
        for line in part.lines.all()
        for each in line.borne  # type: ignore[attr-defined]  # prefetched
        if each.request.after_handover
    )
    paid_at = part.paid_in_shop_at
    return InShop(
        unpaid_cents=part.unpaid_in_shop_cents,
        paid_cents=part.paid_in_shop_cents,
        paid_on=paid_at.astimezone(zone).date() if paid_at else None,
        paid_by=part.paid_in_shop_by,
        give_back_cents=part.overpaid_in_shop_cents + borne if paid_at else 0,
        can_undo=paid_at is not None and part.handed_over_at is None,
    )


def _proposal_row(proposed: list[Substitution], *, zone: tzinfo | None, today: date) -> ProposalRow | None:
    if not proposed:
        return None
    # There is one at a time.
    each = proposed[0]
    limit = each.answer_before.astimezone(zone)
    return ProposalRow(
        id=each.pk,
        said=str(each),
        price_cents=each.price_cents,
        before=f"{day(limit.date(), today)}, {clock(limit)}",
        is_to_pay=each.state == SubstitutionState.TO_PAY,
    )


def _refund_row(each: RefundLine, *, zone: tzinfo | None) -> RefundRow:
    decided = each.request.decided_at or each.request.asked_at
    return RefundRow(
        amount_cents=each.amount_cents,
        on=decided.astimezone(zone).date(),
        said=each.request.said,
    )


def _by_town(access: Access, *, states: Iterable[str], now: datetime, past: bool = False) -> list[TownParts]:
    groups = []
    for town in access.towns():
        with there(town):
            mine = parts_of_merchants(access.merchants).filter(state__in=list(states))
            if past:
                mine = mine.filter(order__placed_at__gt=now - PAST_FOR).order_by("-order__placed_at", "pk")
                mine = mine[:PAST_AT_MOST]
            rows = [part_row(part=part, town=town, now=now) for part in mine]
        if not past:
            # What waits for a word first; the sort keeps the most urgent first within each.
            rows.sort(key=lambda row: TO_DO.index(ShopOrderState(row.state)))
        groups.append(TownParts(town=town, parts=rows))
    return groups


# --- Money ---


@dataclass(frozen=True, kw_only=True, slots=True)
class StatementRow:
    statement: Statement
    badge: str
    words: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TownStatements:
    """A town's statements for one merchant, and what it is owed there today."""

    town: Town
    merchant: str
    unsettled_cents: int
    on_its_way_cents: int
    carried_cents: int
    rows: list[StatementRow]


PAYOUT_WORDS = {
    "waiting": ("soon", "Versement en attente"),
    "sending": ("soon", "Versement en cours"),
    "sent": ("open", "Versé"),
    "confirmed": ("open", "Versé"),
    "failed": ("closed", "Versement échoué"),
}
TO_PAY = ("soon", "À nous régler")
CARRIED = ("neutral", "Reporté")
TAKEN_BACK = ("neutral", "Versement repris")
# The bank has the file, and has not said that it paid.
ORDERED = ("soon", "Virement demandé")


def payout_words(statement: Statement) -> tuple[str, str]:
    """The badge and the words of a statement's payout."""
    payout = payout_of(statement)
    if payout is None:
        return TO_PAY if statement.due_cents else CARRIED
    if payout.was_taken_back:
        return TAKEN_BACK
    return ORDERED if payout.means == Means.SEPA and payout.state == "sent" else PAYOUT_WORDS[payout.state]


def statement_years_of(access: Access) -> list[int]:
    """The years of the statements of every merchant in every town, the latest first."""
    found: set[int] = set()
    for town in access.towns():
        with there(town):
            found |= statement_years(merchant_ids=access.merchants)
    return sorted(found, reverse=True)


def all_statements(access: Access, *, year: int | None) -> list[TownStatements]:
    """A year's statements of every merchant in every town, the latest first; without a year, none."""
    groups = []
    for town in access.towns():
        with there(town):
            for merchant in sorted(access.merchants.values(), key=str):
                rows = []
                for statement in statements(merchant_id=merchant.pk, year=year) if year else []:
                    badge, words = payout_words(statement)
                    rows.append(StatementRow(statement=statement, badge=badge, words=words))
                due = owed(merchant_id=merchant.pk)
                if rows or due.unsettled_cents or due.carried_cents or not access.has_several:
                    groups.append(
                        TownStatements(
                            town=town,
                            merchant=merchant.name,
                            unsettled_cents=due.unsettled_cents,
                            on_its_way_cents=due.on_its_way_cents,
                            carried_cents=due.carried_cents,
                            rows=rows,
                        )
                    )
    return groups
