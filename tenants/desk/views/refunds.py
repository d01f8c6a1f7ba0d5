"""Giving money back: asking for it, line by line, and handing it over."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from billing.payments.models import Mode, Refund, RefundState
from billing.payments.services import (
    CashLimitError,
    ChequeGoneError,
    ChequeNotPaidError,
    PaymentContestedError,
    RefundClosedError,
    give_by_hand,
    refund_at_desk,
)
from billing.payments.wording import CONTESTED
from shared.accounts.permissions import require_role
from shared.french import NBSP, money
from tenants.desk.actions import actor_of
from tenants.desk.refund_forms import GiveForm, RefundForm
from tenants.desk.views.common import ROLE, order_or_404
from tenants.orders.models import Order, RefundRequest
from tenants.orders.refunding import RefundError, refund_lines
from tenants.staff.requests import staff_of, town_of


@require_role(ROLE)
@require_http_methods(["GET", "HEAD", "POST"])
def refund(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Ask that part of an order be given back: at once below the ceiling, else by the town hall."""
    order, town = order_or_404(order_id), town_of(request)
    form = RefundForm(request.POST if request.method == "POST" else None, order=order)
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        try:
            asked = refund_lines(
                order_id=order.pk,
                lines=form.wanted(),
                reason=form.chosen_reason,
                words=form.cleaned_data["words"],
                token=form.form_token,
                actor=actor_of(staff_of(request)),
                town=town,
                now=now,
            )
        except RefundError as error:
            form.add_error(None, str(error))
        else:
            _say(request, asked, again=asked.asked_at != now)
            return redirect("desk:order", order_id=order.pk)
    context = {"order": order, "form": form, "ceiling_cents": town.refund_ceiling_cents}
    return render(request, "desk/refund.html", context, status=422 if form.errors else 200)


def _say(request: HttpRequest, asked: RefundRequest, *, again: bool) -> None:
    amount = money(asked.amount_cents)
    if again:
        messages.info(request, f"Ces {amount} étaient déjà demandés{NBSP}: rien n’est demandé deux fois.")
    elif asked.is_waiting:
        messages.info(request, f"{amount} attendent l’accord de la mairie, qui est prévenue.")
    else:
        messages.success(request, f"{amount} sont accordés au client.")


@require_role(ROLE)
@require_http_methods(["GET", "HEAD", "POST"])
def give(request: HttpRequest, refund_id: UUID) -> HttpResponse:
    """Give back over the counter what was taken there, or what a card could not take."""
    found = Refund.objects.select_related("payment").filter(pk=refund_id).first()
    order = Order.objects.filter(pk=found.payment.reference).first() if found else None
    if found is None or order is None:
        raise Http404
    by_hand = found.mode == Mode.CARD
    if found.state != (RefundState.FAILED if by_hand else RefundState.PENDING):
        messages.info(request, f"Il n’y a rien à rendre au comptoir{NBSP}: {_became(found)}.")
        return redirect("desk:order", order_id=order.pk)
    form = GiveForm(request.POST if request.method == "POST" else None, refund=found)
    if request.method == "POST" and form.is_valid():
        service = give_by_hand if by_hand else refund_at_desk
        actor = actor_of(staff_of(request))
        try:
            service(refund_id=found.pk, means=form.cleaned_data["means"], actor=actor, now=timezone.now())
        except RefundClosedError:
            messages.info(request, f"Ces {money(found.amount_cents)} ont déjà été rendus{NBSP}: ne les rendez pas.")
            return redirect("desk:order", order_id=order.pk)
        except PaymentContestedError:
            form.add_error(None, CONTESTED)
        except (CashLimitError, ChequeNotPaidError) as error:
            form.add_error("means", str(error))
        except ChequeGoneError:
            form.add_error("means", "Ce chèque vient d’être remis en banque : rendez l’argent autrement.")
        else:
            amount = money(found.amount_cents)
            if form.without_money:
                messages.success(request, f"La perte est réduite de {amount}{NBSP}: il n’y avait rien à rendre.")
            else:
                messages.success(request, f"{amount} sont rendus à {order.customer_name}.")
            return redirect("desk:order", order_id=order.pk)
    context = {"refund": found, "order": order, "form": form, "by_hand": by_hand}
    return render(request, "desk/give.html", context, status=422 if form.errors else 200)


def _became(refund: Refund) -> str:
    if refund.state == RefundState.SUCCEEDED:
        return "c’est déjà rendu"
    return "le remboursement revient sur la carte" if refund.mode == Mode.CARD else "le remboursement a échoué"
