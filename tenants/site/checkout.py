"""The last page before an order: when, who, and the two buttons that order and pay."""

from collections.abc import Callable, Iterable
from datetime import datetime
from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from billing.commissions.queries import NoTermsError
from billing.payments.services import AmountTooSmallError
from shared.french import APOSTROPHE, NBSP, phone
from tenants.orders import placing
from tenants.orders.basket import adopt
from tenants.orders.events import CUSTOMER
from tenants.orders.models import Basket, Channel, Order, PaymentMode
from tenants.orders.promising import prospects
from tenants.orders.rates import sells
from tenants.residents.models import Resident
from tenants.residents.services import rectify
from tenants.site.basket import ALL_WINDOWS, HUB, Filled, chosen_hub, filled, windows_context
from tenants.site.forms import CheckoutForm
from tenants.site.promises import FEW, Offer, offer
from tenants.site.session import current_basket, signed_in_resident, town_of

PAYMENT = "paiement"
_TOO_OLD = f"Cette page était trop ancienne{NBSP}: vérifiez votre commande et recommencez."


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def checkout(request: HttpRequest) -> HttpResponseBase:
    """Show the form; on POST place the order, once however often it is sent."""
    now = timezone.now()
    resident = signed_in_resident(request, now=now)
    already = _already_sent(request, resident) if request.method == "POST" else None
    if already is not None:
        return already
    try:
        found, promised = _prepare(request, resident=resident, now=now)
    except _NothingToOrderError as nothing:
        # The other click of a double click may have made the order since, and emptied the basket.
        already = _already_sent(request, resident) if request.method == "POST" else None
        if already is not None:
            return already
        messages.add_message(request, nothing.level, str(nothing))
        return redirect("site:basket")
    if request.method == "POST":
        return _order(request, resident=resident, found=found, promised=promised, now=now)
    windows = windows_context(request, promised)
    initial = CheckoutForm.first(resident, window=windows["chosen"])
    form = CheckoutForm(initial=initial, choices=windows["choices"], has_alcohol=found.has_alcohol)
    return _page(request, form=form, found=found, promised=promised)


def _already_sent(request: HttpRequest, resident: Resident) -> HttpResponseBase | None:
    """Answer a form that was sent before (a double click, a reload, the back button), or that lost its token."""
    try:
        token = UUID(request.POST.get("token", ""))
    except ValueError:
        messages.warning(request, _TOO_OLD)
        return redirect("site:checkout")
    made = Order.objects.filter(checkout_token=token, resident=resident).first()
    return None if made is None else _next_page(made)


class _NothingToOrderError(Exception):
    """The basket cannot be ordered as it is; `str()` says why in French, `level` how much it matters."""

    def __init__(self, said: str, *, level: int) -> None:
        super().__init__(said)
        self.level = level


def _prepare(request: HttpRequest, *, resident: Resident, now: datetime) -> tuple[Filled, Offer]:
    """The basket and what can be promised for it. Raises _NothingToOrderError."""
    found = filled(adopt(basket=current_basket(request), resident=resident, now=now))
    if found is None:
        raise _NothingToOrderError(
            f"Votre panier est vide{NBSP}: il n{APOSTROPHE}y a rien à commander.", level=messages.INFO
        )
    if found.changes:
        raise _NothingToOrderError(_changed(change.message for change in found.changes), level=messages.WARNING)
    prospect = prospects(town=town_of(request), products=found.products, now=now, besides=found.unpaid_ids)
    hub = chosen_hub(request, prospect.hubs)
    if hub is None or not sells(timezone.localdate(now)):
        raise _NothingToOrderError("La conciergerie ne prend pas encore de commandes en ligne.", level=messages.ERROR)
    return found, offer(prospect, hub)


def _order(
    request: HttpRequest, *, resident: Resident, found: Filled, promised: Offer, now: datetime
) -> HttpResponseBase:
    form = CheckoutForm(request.POST, choices=promised.choices, has_alcohol=found.has_alcohol)
    mode = request.POST.get(PAYMENT, "")
    if mode not in PaymentMode.values:
        form.add_error(None, "Choisissez de payer par carte, ou au comptoir.")
    if not form.is_valid():
        return _page(request, form=form, found=found, promised=promised, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    choice = promised.choice(form.cleaned_data["window"])
    if choice is None:
        raise AssertionError("the form's choices are the offer's")
    person = {"name": form.cleaned_data["name"], "phone": form.cleaned_data["phone"]}
    resident = rectify(resident_id=resident.pk, **person)
    wish = placing.Wish(
        hub=promised.hub,
        window_start=choice.window.start,
        payment_mode=PaymentMode(mode),
        channel=Channel.WEB,
        token=form.cleaned_data["token"],
        note=form.cleaned_data["note"],
    )
    try:
        order = placing.place_order(
            town=town_of(request), basket=found.basket, resident=resident, wish=wish, actor=CUSTOMER, now=now
        )
    except tuple(_REFUSALS) as refusal:
        return _refused(request, refusal, form=form, found=found, promised=promised)
    return _next_page(order)


def _next_page(order: Order) -> HttpResponseBase:
    """By card: on to the payment. At the desk, or paid already: the order's own page."""
    return redirect("site:order" if order.confirmed_at or order.cancelled_at else "site:pay", order.pk)


# What each refusal of `place_order` says; the basket is kept in every case.
_REFUSALS: dict[type[Exception], Callable[[Exception], str]] = {
    placing.BasketChangedError: str,
    placing.TooMuchError: str,
    AmountTooSmallError: str,
    placing.EmptyBasketError: lambda _: f"Votre panier est vide{NBSP}: rien n{APOSTROPHE}a été commandé.",
    placing.StaleFormError: lambda _: _TOO_OLD,
    Basket.DoesNotExist: lambda _: f"Votre panier a changé{NBSP}: vérifiez-le et recommencez.",
    NoTermsError: lambda _: "La conciergerie ne prend pas encore de commandes en ligne.",
    placing.WindowGoneError: lambda _: f"Cette heure ne peut plus être promise{NBSP}: choisissez-en une autre.",
}


def _refused(
    request: HttpRequest, refusal: Exception, *, form: CheckoutForm, found: Filled, promised: Offer
) -> HttpResponseBase:
    said = _REFUSALS[type(refusal)](refusal)
    if isinstance(refusal, placing.WindowGoneError):
        form.add_error("window", said)
        return _page(request, form=form, found=found, promised=promised, status=HTTPStatus.CONFLICT)
    if isinstance(refusal, AmountTooSmallError):
        # The button that pays at the desk is on the same page.
        form.add_error(None, said)
        return _page(request, form=form, found=found, promised=promised, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if isinstance(refusal, placing.TooMuchError):
        town = town_of(request)
        form.add_error(None, f"{said} ({phone(town.phone)})" if town.phone else said)
        return _page(request, form=form, found=found, promised=promised, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if isinstance(refusal, placing.BasketChangedError):
        said = _changed(change.message for change in refusal.changes)
    messages.warning(request, said)
    return redirect("site:basket")


def _changed(said: Iterable[str]) -> str:
    return f"Votre panier a changé, rien n{APOSTROPHE}est payé. " + " ".join(said)


def _page(
    request: HttpRequest, *, form: CheckoutForm, found: Filled, promised: Offer, status: int = HTTPStatus.OK
) -> HttpResponse:
    if form.is_bound:
        form.show_only(FEW)
    context = {
        "form": form,
        "found": found,
        "hub": promised.hub,
        "hub_field": HUB,
        "payment_field": PAYMENT,
        "all_windows": ALL_WINDOWS,
        **windows_context(request, promised),
    }
    return render(request, "site/checkout.html", context, status=status)
