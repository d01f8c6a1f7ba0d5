"""Paying by card: out to Stripe's page, and back."""

import logging
from datetime import datetime
from http import HTTPStatus
from uuid import UUID

import stripe
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from billing.payments.gateway import NotConfiguredError
from billing.payments.models import Payment, PaymentState
from billing.payments.services import AlreadyPaidError, AmountTooSmallError, PaymentClosedError, open_checkout
from shared.french import APOSTROPHE, NBSP
from shared.web.addresses import absolute_url
from tenants.orders.confirming import let_go
from tenants.orders.events import CUSTOMER
from tenants.orders.models import Order
from tenants.orders.paying import NothingDueError, OrderEndedError, PaidInShopsError, ask_payment, look_at_payments
from tenants.site.orders import order_page, own_order
from tenants.site.session import town_of

logger = logging.getLogger(__name__)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def pay(request: HttpRequest, order_id: UUID) -> HttpResponseBase:
    """Open Stripe's page for what is due, and go there. The same page as long as it is open."""
    order = own_order(request, order_id)
    now = timezone.now()
    try:
        payment = _asked(request, order, now=now)
    except (NothingDueError, AlreadyPaidError):
        return redirect("site:order", order.pk)
    except PaidInShopsError:
        messages.error(request, f"Cette commande ne se paie pas en ligne{NBSP}: aucune carte n’est demandée ici.")
        return order_page(request, order, status=HTTPStatus.CONFLICT)
    except (AmountTooSmallError, OrderEndedError) as error:
        messages.info(request, str(error))
        return redirect("site:order", order.pk)
    try:
        url = open_checkout(
            payment_id=payment.pk,
            success_url=absolute_url(reverse("site:paid", args=[order.pk])),
            cancel_url=absolute_url(reverse("site:give_up", args=[order.pk])),
            customer_email=order.customer_email,
            now=now,
        )
    except PaymentClosedError as closed:
        return _closed(request, order, closed.state)
    except (stripe.StripeError, NotConfiguredError):
        logger.exception("card payment could not be opened", extra={"order": order.number})
        messages.error(
            request,
            f"Le paiement par carte ne répond pas{NBSP}: rien n{APOSTROPHE}est débité, votre commande est gardée. "
            f"Réessayez dans un instant, ou appelez la conciergerie.",
        )
        return redirect("site:order", order.pk)
    return redirect(url)


def _asked(request: HttpRequest, order: Order, *, now: datetime) -> Payment:
    """Raises what ask_payment does; PaidInShopsError too for an order of before its town stopped holding money."""
    if not town_of(request).holds_money:
        raise PaidInShopsError
    return ask_payment(order_id=order.pk, now=now)


def _closed(request: HttpRequest, order: Order, state: PaymentState) -> HttpResponseBase:
    if state == PaymentState.SUCCEEDED:
        return redirect("site:paid", order.pk)
    messages.warning(request, f"Le temps de payer était passé{NBSP}: rien n{APOSTROPHE}est débité. Recommencez.")
    return redirect("site:order", order.pk)


@never_cache
@login_required
@require_safe
def paid(request: HttpRequest, order_id: UUID) -> HttpResponseBase:
    """Back from Stripe's page: look at what became of the payment; wait, and look again, while it is not known."""
    order = own_order(request, order_id)
    if _look(order, now=timezone.now()):
        url = reverse("site:order", args=[order.pk])
        if request.headers.get("HX-Request"):
            # A part of the page asked: the whole page must go.
            return HttpResponse(headers={"HX-Redirect": url})
        return redirect(url)
    order.refresh_from_db()
    if order.cancelled_at:
        return redirect("site:order", order.pk)
    return render(request, "site/payment_pending.html", {"order": order}, status=HTTPStatus.OK)


@never_cache
@login_required
@require_safe
def give_up(request: HttpRequest, order_id: UUID) -> HttpResponseBase:
    """Back from Stripe's page without having paid: the goods go back on sale, the basket is kept.

    Stripe brings the customer back with a link, so this is a GET; it ends an unpaid order of their own, nothing else.
    """
    order = own_order(request, order_id)
    now = timezone.now()
    if _look(order, now=now):
        return redirect("site:order", order.pk)
    order.refresh_from_db()
    if order.confirmed_at:
        messages.info(request, f"Le paiement n{APOSTROPHE}a pas abouti{NBSP}: {_later(order)}.")
        return redirect("site:order", order.pk)
    let_go(order_id=order.pk, actor=CUSTOMER, reason="payment given up", now=now)
    desk = ", ou payez au comptoir" if order.hub.takes_payment else ""
    messages.warning(
        request,
        f"Le paiement n{APOSTROPHE}a pas abouti{NBSP}: rien n{APOSTROPHE}est débité, et votre panier est gardé. "
        f"Essayez une autre carte{desk}.",
    )
    return redirect("site:basket")


def _later(order: Order) -> str:
    return "vous paierez au comptoir" if order.hub.takes_payment else "payez avant de venir la retirer"


def _look(order: Order, *, now: datetime) -> bool:
    """Whether a payment of the order has succeeded; what Stripe does not say now, its events will."""
    try:
        return look_at_payments(order_id=order.pk, now=now)
    except (stripe.StripeError, NotConfiguredError):
        logger.exception("Stripe did not say what became of a payment", extra={"order": order.number})
        return False
