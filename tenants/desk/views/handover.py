"""Handing an order over."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from billing.payments.cheques import unpaid_in_the_drawer
from billing.payments.models import DESK_MODES, DisputeState, Mode
from billing.payments.queries import disputes_of, held_cents
from shared.accounts.permissions import require_role
from shared.french import money
from tenants.desk import actions
from tenants.desk.board import board, ordered_lines
from tenants.desk.forms import HandoverForm
from tenants.desk.search import find_orders, is_like_a_code
from tenants.desk.views.common import ROLE, order_or_404
from tenants.orders.handing_over import CODE_TRIES, HandoverError, Proof
from tenants.orders.models import Order
from tenants.orders.queries import due_cents
from tenants.orders.states import ENDED_WITHOUT_GOODS, ShopOrderState
from tenants.staff.requests import staff_of, town_of

_HOW = {Mode.CASH: "en espèces", Mode.CHEQUE: "par chèque", Mode.TERMINAL: "par carte"}


@require_role(ROLE)
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """Find an order by what its customer says; without a question, the orders that wait.

    The question is sent as a form, because it may be a code: addresses stay in histories and logs. A name or a number
    then goes on to an address of its own, which can be come back to.
    """
    asked = request.POST if request.method == "POST" else request.GET
    text = asked.get("q", "").strip()[:80]
    now = timezone.now()
    if request.method == "POST" and not is_like_a_code(text):
        return redirect(f"{resolve_url('desk:handover')}?{urlencode({'q': text})}" if text else "desk:handover")
    if not text:
        return render(
            request, "desk/find.html", {"q": "", "waiting": board(town=town_of(request), now=now).to_hand_over}
        )
    found = find_orders(text=text, now=now)
    living = [each for each in found if each.order.handed_over_at is None]
    if request.method == "POST" and len(living) == 1 and living[0].by_code:
        # The code was said: the order opens with it.
        order = order_or_404(living[0].order.pk)
        restricted = _is_restricted(order)
        form = HandoverForm(initial={"code": order.code}, customer=order.customer_name, restricted=restricted)
        return render(request, "desk/handover.html", _context(order, form, restricted=restricted))
    return render(request, "desk/find.html", {"q": text, "found": found})


@require_role(ROLE)
@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """One order: what is in it, what is due, and the proof that it goes to the right person."""
    order = order_or_404(order_id)
    restricted = _is_restricted(order)
    customer, status = order.customer_name, 200
    form = HandoverForm(customer=customer, restricted=restricted)
    if request.method == "POST":
        form = HandoverForm(request.POST, customer=customer, restricted=restricted)
        if form.is_valid():
            proof = Proof(
                code=form.cleaned_data["code"],
                identity_seen=form.cleaned_data["identity_seen"],
                adult_seen=form.cleaned_data.get("adult_seen", False),
            )
            means = form.cleaned_data["means"]
            try:
                actions.hand_over(
                    order_id=order.pk, proof=proof, means=means, user=staff_of(request), now=timezone.now()
                )
            except HandoverError as error:
                form.add_error(None, str(error))
                order.refresh_from_db()
            else:
                messages.success(request, f"{order.number} est remise à {customer}.")
                return redirect("desk:today")
        status = 422
    return render(request, "desk/handover.html", _context(order, form, restricted=restricted), status=status)


def _is_restricted(order: Order) -> bool:
    """Whether something in it is for adults only."""
    return any(
        line.age_restricted
        for part in order.shop_orders.all()
        if part.state not in ENDED_WITHOUT_GOODS
        for line in ordered_lines(part)
    )


def _context(order: Order, form: HandoverForm, *, restricted: bool) -> dict[str, object]:
    parts = [part for part in order.shop_orders.all() if part.state not in ENDED_WITHOUT_GOODS]
    due = due_cents(order)
    contested = {dispute.state for dispute in disputes_of(reference=order.pk)}
    return {
        "order": order,
        "form": form,
        "parts": parts,
        "unpaid": [part for part in parts if part.unpaid_in_shop_cents],
        "missing": [part for part in parts if part.state != ShopOrderState.AT_HUB],
        "to_weigh": [part for part in parts if part.awaits_weight],
        "held": held_cents(reference=order.pk),
        "taken_back": DisputeState.LOST in contested,
        "contested": DisputeState.OPEN in contested,
        "unpaid_cheque_cents": sum(
            each.cheque.payment.amount_cents for each in unpaid_in_the_drawer(reference=order.pk)
        ),
        "restricted": restricted,
        "due": due,
        "means": [(mode.value, f"{money(due)} {_HOW[mode]}") for mode in DESK_MODES],
        "locked": order.code_failures >= CODE_TRIES,
    }
