"""The last page before an order: when, who, and the two buttons that order and pay."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from billing.commissions.queries import NoTermsError
from billing.payments.reconciliation import HELD_FOR, TAKEN_BEFORE_END
from billing.payments.services import AmountTooSmallError
from shared.french import APOSTROPHE, NBSP, phone
from tenants.hubs.membership import offered_to
from tenants.hubs.models import MAX_FEE_CENTS
from tenants.hubs.ticket import at_place
from tenants.orders import placing
from tenants.orders.basket import adopt
from tenants.orders.events import CUSTOMER
from tenants.orders.models import Basket, Channel, Order, PaymentMode
from tenants.orders.payment_modes import modes_of
from tenants.orders.promising import Prospects, prospects
from tenants.orders.rates import sells
from tenants.residents.models import Resident
from tenants.residents.services import rectify
from tenants.site.basket import ALL_WINDOWS, HUB, WINDOW, Filled, chosen_hub, filled, windows_context
from tenants.site.forms import CheckoutForm
from tenants.site.moved import next_choice, what_moved
from tenants.site.promises import FEW, Offer, offer, sooner_without, ticket_of
from tenants.site.session import current_basket, signed_in_resident, town_of
from tenants.site.standstill import Standstill, standstill

PAYMENT = "paiement"
FEE = "frais"
LONGEST_FEE = len(str(MAX_FEE_CENTS))
LOOK = "voir"
_TYPED = ("name", "phone", "note", "adult", "token")
_GONE = f"Cette heure ne peut plus être promise{NBSP}: choisissez-en une autre."
_LOST_HUB = (
    f"Le point de retrait que vous aviez choisi ne vous est plus proposé{NBSP}: voici ce que nous promettons {{}}."
)
_TOO_SMALL = f"C{APOSTROPHE}est trop peu pour une carte{NBSP}: complétez votre panier, ou retirez-le ailleurs."
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
        ready = _prepare(request, resident=resident, now=now)
        if LOOK in request.POST:
            return _look(request, ready)
        if request.method == "POST":
            return _order(request, resident=resident, ready=ready, now=now)
    except _NothingToOrderError as nothing:
        # The other click of a double click may have made the order since, and emptied the basket.
        already = _already_sent(request, resident) if request.method == "POST" else None
        if already is not None:
            return already
        messages.add_message(request, nothing.level, str(nothing))
        return redirect("site:basket")
    asked = request.GET.get(WINDOW, "")
    form = _unsent(request, ready, initial=CheckoutForm.first(resident, window=asked))
    status = HTTPStatus.CONFLICT if ready.standstill else HTTPStatus.OK
    return _page(request, form=form, ready=ready, moved=ready.moved_from(asked), status=status)


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


@dataclass(frozen=True)
class _Ready:
    """A basket that can be ordered, and what is promised of it; `lost_hub` says that the hub asked for is no more."""

    found: Filled
    prospect: Prospects
    promised: Offer
    lost_hub: str

    @property
    def standstill(self) -> Standstill | None:
        return standstill(self.prospect, self.promised.hub)

    def moved_from(self, value: str) -> str:
        """What changed since a window was chosen; empty when it can be had as it was said."""
        return self.lost_hub or what_moved(self.prospect, self.promised.hub, value)


def _prepare(request: HttpRequest, *, resident: Resident, now: datetime) -> _Ready:
    """The basket and what can be promised for it. Raises _NothingToOrderError."""
    found = filled(adopt(basket=current_basket(request), resident=resident, now=now))
    if found is None:
        raise _NothingToOrderError(
            f"Votre panier est vide{NBSP}: il n{APOSTROPHE}y a rien à commander.", level=messages.INFO
        )
    if found.changes:
        raise _NothingToOrderError(_changed(change.message for change in found.changes), level=messages.WARNING)
    prospect = prospects(town=town_of(request), products=found.products, now=now, besides=found.unpaid_ids)
    hubs = offered_to(resident, prospect.hubs)
    hub = chosen_hub(request, hubs)
    if hub is None or not sells(timezone.localdate(now)):
        raise _NothingToOrderError("La conciergerie ne prend pas encore de commandes en ligne.", level=messages.ERROR)
    asked = request.GET.get(HUB) or request.POST.get(HUB)
    lost = _LOST_HUB.format(at_place(hub.name)) if asked and asked != hub.slug else ""
    return _Ready(found.at(hub), prospect, offer(prospect, hub), lost)


def _order(request: HttpRequest, *, resident: Resident, ready: _Ready, now: datetime) -> HttpResponseBase:
    value = request.POST.get("window", "")
    moved = ready.moved_from(value)
    if moved or not ready.promised.choices:
        return _proposed(request, ready, moved=moved)
    form = _filled_in(request, ready, window=value)
    choice = ready.promised.choice(value)
    if not form.is_valid() or choice is None:
        return _page(request, form=form, ready=ready, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    person = {"name": form.cleaned_data["name"], "phone": form.cleaned_data["phone"]}
    resident = rectify(resident_id=resident.pk, **person)
    wish = placing.Wish(
        hub=ready.promised.hub,
        window_start=choice.start,
        payment_mode=PaymentMode(request.POST[PAYMENT]),
        channel=Channel.WEB,
        token=form.cleaned_data["token"],
        fee_cents=_fee_shown(request),
        note=form.cleaned_data["note"],
    )
    try:
        order = placing.place_order(
            town=town_of(request), basket=ready.found.basket, resident=resident, wish=wish, actor=CUSTOMER, now=now
        )
    except placing.WindowGoneError:
        # Taken, or closed, since this page began: what can be promised is read again.
        again = _prepare(request, resident=resident, now=now)
        return _proposed(request, again, moved=again.moved_from(value) or _GONE)
    except (placing.FeeChangedError, placing.NobodyToPayError) as changed:
        again = _prepare(request, resident=resident, now=now)
        form = _filled_in(request, again, window=value)
        form.add_error(None, str(changed))
        return _page(request, form=form, ready=again, status=HTTPStatus.CONFLICT)
    except tuple(_REFUSALS) as refusal:
        return _refused(request, refusal, form=form, ready=ready)
    return _next_page(order)


def _fee_shown(request: HttpRequest) -> int:
    """The hub's fee, in cents, that the page said when it was sent."""
    said = request.POST.get(FEE, "")
    return int(said) if said.isascii() and said.isdigit() and len(said) <= LONGEST_FEE else 0


def _look(request: HttpRequest, ready: _Ready) -> HttpResponse:
    """Show the road of another window; what was typed stays as it is, and nothing is ordered."""
    asked = request.POST.get("window", "")
    form = _unsent(request, ready, initial={name: request.POST.get(name, "") for name in _TYPED} | {"window": asked})
    return _page(request, form=form, ready=ready, moved=ready.moved_from(asked))


def _unsent(request: HttpRequest, ready: _Ready, *, initial: dict[str, Any]) -> CheckoutForm:
    """The form before it is sent: its window is the one asked for, or what comes instead."""
    windows = windows_context(ready.promised, asked=initial["window"], every=_shows_all(request))
    return CheckoutForm(
        initial=initial | {"window": windows["chosen"]},
        choices=[choice for choice, _is_chosen in windows["radios"]],
        has_alcohol=ready.found.has_alcohol,
    )


def _shows_all(request: HttpRequest) -> bool:
    return ALL_WINDOWS in request.GET or ALL_WINDOWS in request.POST


def _filled_in(request: HttpRequest, ready: _Ready, *, window: str) -> CheckoutForm:
    """The form as it was sent, for a window."""
    sent = request.POST.copy()
    sent["window"] = window
    form = CheckoutForm(sent, choices=ready.promised.choices, has_alcohol=ready.found.has_alcohol)
    if sent.get(PAYMENT, "") not in PaymentMode.values:
        form.add_error(None, f"Choisissez comment payer{NBSP}: un bouton pour chaque moyen.")
    return form


def _proposed(request: HttpRequest, ready: _Ready, *, moved: str) -> HttpResponse:
    """Say what changed since the page was read, and propose what comes next; nothing is ordered, nothing is lost."""
    proposed = next_choice(ready.promised, request.POST.get("window", ""))
    form = _filled_in(request, ready, window=proposed.value if proposed else "")
    form.fields["window"].required = proposed is not None
    if proposed:
        moved += f" Nous vous proposons {proposed.said}{NBSP}: vérifiez, puis validez de nouveau."
    form.add_error("window" if proposed else None, moved or _GONE)
    return _page(request, form=form, ready=ready, status=HTTPStatus.CONFLICT)


def _next_page(order: Order) -> HttpResponseBase:
    """By card: on to the payment. At the desk, or paid already: the order's own page."""
    return redirect("site:order" if order.confirmed_at or order.cancelled_at else "site:pay", order.pk)


# What each refusal of `place_order` says; the basket is kept in every case.
_REFUSALS: dict[type[Exception], Callable[[Exception], str]] = {
    placing.BasketChangedError: str,
    placing.TooMuchError: str,
    placing.ModeRefusedError: str,
    AmountTooSmallError: str,
    placing.EmptyBasketError: lambda _: f"Votre panier est vide{NBSP}: rien n{APOSTROPHE}a été commandé.",
    placing.StaleFormError: lambda _: _TOO_OLD,
    Basket.DoesNotExist: lambda _: f"Votre panier a changé{NBSP}: vérifiez-le et recommencez.",
    NoTermsError: lambda _: "La conciergerie ne prend pas encore de commandes en ligne.",
}


def _refused(request: HttpRequest, refusal: Exception, *, form: CheckoutForm, ready: _Ready) -> HttpResponseBase:
    said = _REFUSALS[type(refusal)](refusal)
    if isinstance(refusal, AmountTooSmallError):
        # The button that pays at the desk is on the same page, where somebody is there to be paid.
        form.add_error(None, said if ready.promised.hub.takes_payment else _TOO_SMALL)
        return _page(request, form=form, ready=ready, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if isinstance(refusal, placing.ModeRefusedError):
        form.add_error(None, said)
        return _page(request, form=form, ready=ready, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if isinstance(refusal, placing.TooMuchError):
        town = town_of(request)
        form.add_error(None, f"{said} ({phone(town.phone)})" if town.phone else said)
        return _page(request, form=form, ready=ready, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if isinstance(refusal, placing.BasketChangedError):
        said = _changed(change.message for change in refusal.changes)
    messages.warning(request, said)
    return redirect("site:basket")


def _changed(said: Iterable[str]) -> str:
    return f"Votre panier a changé, rien n{APOSTROPHE}est payé. " + " ".join(said)


def _page(
    request: HttpRequest, *, form: CheckoutForm, ready: _Ready, moved: str = "", status: int = HTTPStatus.OK
) -> HttpResponse:
    promised, found = ready.promised, ready.found
    every = _shows_all(request)
    more_choices = not every and len(promised.choices) > FEW
    chosen = promised.choice(form["window"].value() or "")
    if form.is_bound:
        form.show(promised.shown(FEW, chosen=chosen.value if chosen else ""))
    context = {
        "form": form,
        "found": found,
        "hub": promised.hub,
        "at_place": at_place(promised.hub.name),
        "hub_field": HUB,
        "payment_field": PAYMENT,
        "pays_shops": PaymentMode.SHOP in modes_of(town_of(request))
        and (promised.hub.takes_payment or not promised.hub.fee_cents),
        "fee_field": FEE,
        "look_field": LOOK,
        "all_windows": ALL_WINDOWS,
        "shows_all": every,
        "more_choices": more_choices,
        # All of them are read week by week; the first few need no heading.
        "by_week": not more_choices and not form.is_bound,
        "chosen": chosen,
        "ticket": ticket_of(ready.prospect, promised.hub, chosen) if chosen else None,
        "moved": moved,
        "is_late": chosen is not None and chosen.start > timezone.now() + HELD_FOR - TAKEN_BEFORE_END,
        "sooner": sooner_without(ready.prospect, promised.hub, found.products),
        "standstill": ready.standstill,
    }
    return render(request, "site/checkout.html", context, status=status)
