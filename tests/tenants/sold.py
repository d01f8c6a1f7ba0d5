"""Two days of sales in Istres, one in Viroflay, which no figure of Istres may hold."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from billing.payments.models import Mode
from shared.tenancy import in_town
from tenants.orders import fetching
from tenants.orders.handing_over import Proof, hand_over
from tenants.orders.models import Order, PaymentMode
from tenants.reports.period import Period
from tests.conftest import TUESDAY
from tests.factories import CONCIERGE, Market, make_market, make_order, make_resident, pay_by_card

PARIS = ZoneInfo("Europe/Paris")
NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30), PARIS)
DECEMBER = Period(date(2026, 12, 1), date(2026, 12, 31), PARIS)
TUESDAY_EVENING = datetime(2026, 11, 24, 17, 30, tzinfo=UTC)
# Half past midnight on Wednesday in Istres: still Tuesday in UTC.
AFTER_MIDNIGHT = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)


def give(order: Order, *, at: datetime, means: Mode | None = None) -> None:
    """Bring an order in and hand it over."""
    for part in order.shop_orders.all():
        fetching.collect(part_id=part.pk, actor=CONCIERGE, now=at)
        fetching.arrive(part_id=part.pk, actor=CONCIERGE, now=at)
    hand_over(order_id=order.pk, proof=Proof(code=order.code, adult_seen=True), means=means, actor=CONCIERGE, now=at)


@dataclass(frozen=True, kw_only=True)
class Sold:
    """What was sold where."""

    istres: Any
    viroflay: Any
    market: Market


def sell_in_both(*, istres: Any, viroflay: Any) -> Sold:
    """Alice buys twice in Istres, Bruno once in Viroflay."""
    with in_town(viroflay):
        theirs = make_market(town=viroflay)
        bruno = make_resident(name="Bruno Tran")
        give(make_order(town=viroflay, lines=[(theirs.shirt, 3)], resident=bruno), at=TUESDAY_EVENING, means=Mode.CASH)
    with in_town(istres):
        ours = make_market(town=istres)
        alice = make_resident()
        by_card = make_order(town=istres, lines=ours.everything, resident=alice, payment_mode=PaymentMode.CARD)
        pay_by_card(order=by_card, now=TUESDAY + timedelta(minutes=1))
        give(by_card, at=TUESDAY_EVENING)
        at_desk = make_order(town=istres, lines=[(ours.shirt, 1)], resident=alice)
        give(at_desk, at=AFTER_MIDNIGHT, means=Mode.CASH)
    return Sold(istres=istres, viroflay=viroflay, market=ours)
