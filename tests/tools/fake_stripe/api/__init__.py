"""The endpoints, one file a resource; importing this package registers them all."""

from tests.tools.fake_stripe.api import (
    accounts,
    balance,
    charges,
    checkout_sessions,
    disputes,
    events,
    payment_intents,
    payment_methods,
    payouts,
    refunds,
    topups,
    transfers,
)

__all__ = [
    "accounts",
    "balance",
    "charges",
    "checkout_sessions",
    "disputes",
    "events",
    "payment_intents",
    "payment_methods",
    "payouts",
    "refunds",
    "topups",
    "transfers",
]
