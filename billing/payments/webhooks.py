"""Where Stripe posts its events: one address per company's account, on the platform's host.

The body is checked against that account's secret, the event is stored in the town that its object names, and the
answer goes at once. What the event means is worked out by a worker, from the object fetched again.
"""

import json
import logging
from typing import Any

import stripe
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from billing.payments.routing import take_in

logger = logging.getLogger(__name__)

# Stripe's largest events are a few tens of kilobytes.
LARGEST_BODY = 512 * 1024


@csrf_exempt
@require_POST
def receive(request: HttpRequest, alias: str) -> HttpResponse:
    """Take one event in. 404 for an account we do not have, 413 too large, 400 not signed by it, 200 otherwise."""
    keys = settings.STRIPE.get(alias)
    if not keys:
        return HttpResponse(status=404)
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_BODY:
        return HttpResponse(status=413)
    event = _verified(request, secrets=keys.get("webhook_secret", "").replace(",", " ").split())
    if event is None:
        return HttpResponse(status=400)
    take_in(event=event, alias=alias, now=timezone.now())
    return HttpResponse(status=200)


def _verified(request: HttpRequest, *, secrets: list[str]) -> dict[str, Any] | None:
    """The event, if its raw body is signed with one of this account's secrets and less than five minutes ago.

    Stripe gives each destination a secret of its own: one for the company's events, one for its merchants' accounts.
    """
    if not secrets:
        # Anybody can sign with a secret that is empty.
        logger.error("Stripe event refused: the settings hold no webhook secret for this account")
        return None
    if not any(_is_signed(request, secret) for secret in secrets):
        logger.warning("unsigned Stripe event refused")
        return None
    try:
        event = json.loads(request.body)
    except ValueError:
        return None
    if not isinstance(event, dict) or not isinstance(event.get("id"), str) or not isinstance(event.get("type"), str):
        return None
    return event


def _is_signed(request: HttpRequest, secret: str) -> bool:
    try:
        stripe.WebhookSignature.verify_header(
            request.body, request.headers.get("Stripe-Signature"), secret, stripe.Webhook.DEFAULT_TOLERANCE
        )
    except (stripe.SignatureVerificationError, ValueError):
        return False
    return True
