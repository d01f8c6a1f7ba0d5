"""What a town's payments forget: never a payment or a refund, which the accounts keep for ten years."""

from datetime import datetime

from django.db.models import QuerySet

from billing.payments.models import Payment, PaymentState, WebhookEvent
from shared.retention.registry import Purge, empty, register


def _requests_of_ended_payments(before: datetime) -> QuerySet[Payment]:
    """What was sent to Stripe to open its page names the customer; over, it will not be sent again."""
    return Payment.objects.exclude(state=PaymentState.PENDING).filter(
        closed_at__lt=before, checkout_request__isnull=False
    )


def _old_bodies(before: datetime) -> QuerySet[WebhookEvent]:
    """The row stays: it is how an event that is sent twice is known. A dispute is over within the year."""
    return WebhookEvent.objects.filter(processed_at__lt=before).exclude(metadata={})


register(Purge(key="payment_requests", rows=_requests_of_ended_payments, forget=empty(checkout_request=None)))
register(Purge(key="webhook_events", rows=_old_bodies, forget=empty(metadata={})))
