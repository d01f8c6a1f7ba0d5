"""The events of Stripe's that an account's webhook subscribes to; docs/deployment.md lists them for who sets it up."""

SNAPSHOT_EVENTS = frozenset(
    {
        "checkout.session.completed",
        "checkout.session.async_payment_succeeded",
        "checkout.session.async_payment_failed",
        "checkout.session.expired",
        "payment_intent.succeeded",
        "payment_intent.payment_failed",
        "payment_intent.canceled",
        "payment_intent.amount_capturable_updated",
        "refund.created",
        "refund.updated",
        "refund.failed",
        "charge.dispute.created",
        "charge.dispute.updated",
        "charge.dispute.closed",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.funds_reinstated",
        "transfer.created",
        "transfer.updated",
        "transfer.reversed",
        "payout.created",
        "payout.updated",
        "payout.paid",
        "payout.failed",
        "payout.canceled",
        "topup.created",
        "topup.succeeded",
        "topup.failed",
        "topup.canceled",
        "topup.reversed",
    }
)
# Version 2: they only name the account, which is fetched.
THIN_EVENTS = frozenset(
    {
        "v2.core.account[requirements].updated",
        "v2.core.account[configuration.recipient].updated",
        "v2.core.account[configuration.recipient].capability_status_updated",
        "v2.core.account.closed",
    }
)
