"""Steps that many tests of the desk begin with."""

from datetime import datetime, timedelta

from shared.accounts.models import User
from tenants.desk import actions
from tenants.orders.models import Order

SECOND = timedelta(seconds=1)


def bring_in(order: Order, user: User, now: datetime) -> None:
    """Collect every part, then bring it to the counter: one second, then another, after `now`."""
    parts = list(order.shop_orders.values_list("pk", flat=True))
    actions.collect(part_ids=parts, user=user, now=now + SECOND)
    actions.arrive(part_ids=parts, user=user, now=now + 2 * SECOND)
