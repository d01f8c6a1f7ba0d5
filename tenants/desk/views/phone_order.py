"""An order taken for somebody else, in three pages: who, what and when, read it back.

In under a minute for a regular: the number, the goods, «Relire», «Confirmer».
"""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from shared.accounts.permissions import require_role
from tenants.desk import calls, windows
from tenants.desk.calls import Call, NoSuchCallError
from tenants.desk.catalogue import find_products
from tenants.desk.forms import AddForm, CallerForm, KnownCallerForm, WishForm
from tenants.desk.ordering import CANNOT_PLACE, place, why_not
from tenants.desk.views.common import ROLE
from tenants.hubs.models import MAX_FEE_CENTS
from tenants.orders import basket as baskets
from tenants.orders.models import Basket, BasketLine, PaymentMode
from tenants.orders.payment_modes import modes_of
from tenants.orders.placing import BasketChangedError, StaleFormError, WindowGoneError
from tenants.residents.finding import find_residents
from tenants.shops.models import Product
from tenants.staff.requests import staff_of, town_of

LONGEST_FEE = len(str(MAX_FEE_CENTS))
_REFUSALS = (baskets.NotForSaleError, baskets.NotEnoughError, baskets.QuantityError, baskets.FullBasketError)


@require_role(ROLE)
@require_http_methods(["GET", "HEAD", "POST"])
def who(request: HttpRequest) -> HttpResponse:
    """Who is calling: found by number or name, or noted down."""
    text = request.GET.get("q", "").strip()[:80]
    form, status = CallerForm.guessed(text), 200
    if request.method == "POST":
        known = KnownCallerForm(request.POST)
        if "resident" in request.POST and not known.is_valid():
            raise Http404
        form = CallerForm(request.POST)
        if "resident" in request.POST:
            return _started(request, calls.caller_of(known.cleaned_data["resident"]))
        if form.is_valid():
            return _started(request, form.cleaned_data)
        status = 422
    context = {
        "q": text,
        "residents": find_residents(text) if text else [],
        "form": form,
        "calls": calls.open_calls(request.session),
    }
    return render(request, "desk/who.html", context, status=status)


def _started(request: HttpRequest, caller: dict[str, str]) -> HttpResponse:
    key = uuid4()
    calls.start(session=request.session, key=key, caller=caller, now=timezone.now())
    return redirect("desk:call", call_id=key)


@require_role(ROLE)
@require_http_methods(["GET", "HEAD", "POST"])
def call(request: HttpRequest, call_id: UUID) -> HttpResponse:
    """What is wanted, and when."""
    known = _call_or_404(request, call_id)
    if known.order:
        return redirect("desk:placed", order_id=known.order)
    basket = _basket_or_404(known)
    if request.method != "POST":
        return _call_page(request, known, basket)
    verb = request.POST.get("verb", "")
    if verb == "forget":
        calls.forget(session=request.session, call=known)
        messages.info(request, f"L’appel de {known.name} est refermé : rien n’a été commandé.")
        return redirect("desk:today")
    if verb == "review":
        return _to_review(request, known, basket)
    problem = _fill(request, verb, basket, timezone.now())
    if problem:
        return _call_page(request, known, basket, problem=problem)
    return redirect(_address(known, request.POST.get("q", "")))


def _fill(request: HttpRequest, verb: str, basket: Basket, now: datetime) -> str:
    """Put in, change, take out; what is wrong, in French."""
    form = AddForm({"product": request.POST.get("product"), "quantity": _quantity(request, verb)})
    if not form.is_valid():
        if "product" in form.errors or verb not in {"add", "set"}:
            raise Http404
        return str(form.errors["quantity"][0])
    product = Product.objects.filter(pk=form.cleaned_data["product"]).first()
    if product is None:
        raise Http404
    quantity = form.cleaned_data["quantity"]
    try:
        if verb == "add":
            baskets.add(basket=basket, product=product, quantity=quantity, now=now)
        elif verb == "set":
            baskets.put(basket=basket, product=product, quantity=quantity, now=now)
        elif verb == "remove":
            baskets.take_out(basket=basket, product_id=product.pk, now=now)
        else:
            raise Http404
    except _REFUSALS as error:
        return str(error)
    return ""


def _quantity(request: HttpRequest, verb: str) -> str:
    """The number typed, moved by the − or + that was pressed."""
    typed = request.POST.get("quantity", "1") if verb != "remove" else "1"
    step = {"less": -1, "more": 1}.get(request.POST.get("change", ""), 0)
    return str(int(typed) + step) if typed.isdigit() else typed


def _to_review(request: HttpRequest, known: Call, basket: Basket) -> HttpResponse:
    now = timezone.now()
    slots = _slots(request, known, _products(basket), now)
    form = WishForm(request.POST, **_choices(slots, now))
    if not form.is_valid():
        return _call_page(request, known, basket, form=form)
    if not basket.lines.exists():
        return _call_page(request, known, basket, form=form, problem="Ajoutez au moins un produit.")
    known.window, known.channel, known.note = (form.cleaned_data[name] for name in ("window", "channel", "note"))
    known.overbook = form.cleaned_data["overbook"]
    calls.keep(session=request.session, call=known)
    return redirect("desk:review", call_id=known.key)


def _call_page(
    request: HttpRequest, known: Call, basket: Basket, *, form: WishForm | None = None, problem: str = ""
) -> HttpResponse:
    now = timezone.now()
    text = (request.POST if request.method == "POST" else request.GET).get("q", "").strip()[:80]
    lines = _lines(basket)
    slots = _slots(request, known, [line.product for line in lines], now)
    if form is None:
        initial = {
            "window": known.window,
            "channel": known.channel,
            "note": known.note,
            "overbook": known.overbook,
        }
        form = WishForm(initial=initial, **_choices(slots, now))
    hits = find_products(text)
    context = {
        "call": known,
        "q": text,
        "products": hits.products,
        "more": hits.more,
        "lines": lines,
        "total": _total(lines),
        "form": form,
        "slots": slots,
        "problem": problem,
    }
    wrong = bool(problem or form.errors)
    return render(request, "desk/call.html", context, status=422 if wrong else 200)


@require_role(ROLE)
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, call_id: UUID) -> HttpResponse:
    """Read the order back to the person, then confirm it; confirmed twice, it is one order."""
    known = _call_or_404(request, call_id)
    if known.order:
        return redirect("desk:placed", order_id=known.order)
    basket, now, town = _basket_or_404(known), timezone.now(), town_of(request)
    slot = windows.slot_of(known.window, _slots(request, known, _products(basket), now))
    if request.method != "POST":
        if slot is None or (slot.full and not known.overbook):
            return _back_to_call(request, known, why_not(WindowGoneError()))
        lines = _lines(basket)
        return render(
            request,
            "desk/review.html",
            {
                "call": known,
                "lines": lines,
                "fee": slot.hub.fee_cents,
                "here": slot.hub.fee_cents + (_total(lines) if town.holds_money else 0),
                "may_pay_shops": town.holds_money and PaymentMode.SHOP in modes_of(town),
                "total": _total(lines) + slot.hub.fee_cents,
                "slot": slot,
                "adult": _has_alcohol(lines),
            },
        )
    try:
        order = place(
            town=town,
            call=known,
            basket=basket,
            fee_cents=_fee_said(request),
            in_shops=request.POST.get("paiement") == PaymentMode.SHOP,
            user=staff_of(request),
            now=now,
        )
    except StaleFormError as error:
        raise Http404 from error
    except CANNOT_PLACE as error:
        if isinstance(error, BasketChangedError):
            baskets.accept_changes(basket=basket, now=now)
        return _back_to_call(request, known, why_not(error))
    known.order = str(order.pk)
    calls.keep(session=request.session, call=known)
    return redirect("desk:placed", order_id=order.pk)


def _fee_said(request: HttpRequest) -> int:
    """The hub's fee, in cents, that the page had the concierge read out."""
    said = request.POST.get("fee", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) <= LONGEST_FEE else 0


def _slots(request: HttpRequest, known: Call, products: list[Product], now: datetime) -> list[windows.Slot]:
    resident = calls.known_resident(known)
    return windows.slots(town=town_of(request), products=products, now=now, resident=resident)


def _choices(slots: list[windows.Slot], now: datetime) -> dict[str, Any]:
    """What the form is told of the slots."""
    return {
        "windows": windows.choices(slots, today=timezone.localdate(now)),
        "full": [slot.value for slot in slots if slot.full],
    }


def _back_to_call(request: HttpRequest, known: Call, problem: str) -> HttpResponse:
    messages.error(request, problem)
    return redirect("desk:call", call_id=known.key)


def _call_or_404(request: HttpRequest, call_id: UUID) -> Call:
    try:
        return calls.find(session=request.session, key=call_id)
    except NoSuchCallError as error:
        raise Http404 from error


def _basket_or_404(known: Call) -> Basket:
    try:
        return calls.basket_of(known)
    except NoSuchCallError as error:
        raise Http404 from error


def _address(known: Call, text: str) -> str:
    page = resolve_url("desk:call", call_id=known.key)
    return f"{page}?{urlencode({'q': text})}" if text else page


def _lines(basket: Basket) -> list[BasketLine]:
    return list(BasketLine.objects.filter(basket=basket).select_related("product__shop"))


def _products(basket: Basket) -> list[Product]:
    return [line.product for line in _lines(basket)]


def _total(lines: list[BasketLine]) -> int:
    return sum(line.amount_cents for line in lines)


def _has_alcohol(lines: list[BasketLine]) -> bool:
    return any(line.product.age_restricted for line in lines)
