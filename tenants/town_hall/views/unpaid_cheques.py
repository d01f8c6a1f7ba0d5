"""Cheques that the bank sent back unpaid: noting it, then how each is over."""

from http import HTTPStatus
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from billing.payments.deposit_models import ChequeMadeGood, DepositedCheque, UnpaidCheque
from billing.payments.deposit_queries import becomes, ending_of
from billing.payments.deposits import DepositDayError, DepositError
from billing.payments.services import CashLimitError
from billing.payments.unpaid_cheques import make_good, note_unpaid, undo_made_good
from shared.accounts.permissions import require_role
from shared.french import NBSP, money
from shared.web.posted import posted
from tenants.orders.models import Order
from tenants.staff.models import StaffRole
from tenants.staff.requests import staff_of, town_of
from tenants.town_hall.forms.deposits import MadeGoodForm, ReasonForm, UnpaidForm


@require_role(StaffRole.TOWN_HALL)
@require_http_methods(["GET", "HEAD", "POST"])
def came_back(request: HttpRequest, cheque_id: UUID) -> HttpResponse:
    """Note that the bank sent a cheque back. A second click changes nothing."""
    cheque = get_object_or_404(DepositedCheque.objects.select_related("payment", "deposit"), pk=cheque_id)
    town, now = town_of(request), timezone.now()
    form = UnpaidForm(posted(request), today=now.astimezone(ZoneInfo(town.timezone)).date())
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            unpaid = note_unpaid(
                cheque_id=cheque.pk,
                town=town,
                returned_on=data["returned_on"],
                reason=data["reason"],
                fee_cents=data["fee"],
                actor=staff_of(request),
                now=now,
            )
        except DepositError as error:
            form.add_error("returned_on" if isinstance(error, DepositDayError) else None, str(error))
        else:
            messages.success(request, f"Le chèque de {money(cheque.payment.amount_cents)} est noté impayé.")
            return redirect("town_hall:unpaid_cheque", unpaid.pk)
    context = {"cheque": cheque, "order": _order(cheque), "form": form}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "town_hall/cheque_came_back.html", context, status=status)


@require_role(StaffRole.TOWN_HALL)
@require_http_methods(["GET", "HEAD", "POST"])
def unpaid_cheque(request: HttpRequest, unpaid_id: UUID) -> HttpResponse:
    """What became of it; while nothing did, how it is over. A second click changes nothing."""
    unpaid = get_object_or_404(UnpaidCheque.objects.select_related("cheque__payment", "cheque__deposit"), pk=unpaid_id)
    form = MadeGoodForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            make_good(
                key=form.cleaned_data["key"],
                unpaid_id=unpaid.pk,
                how=form.chosen,
                note=form.cleaned_data["note"],
                actor=staff_of(request),
                now=timezone.now(),
            )
        except CashLimitError as error:
            form.add_error("how", str(error))
        except DepositError as error:
            # It is over meanwhile: the page says how.
            messages.info(request, str(error))
            return redirect("town_hall:unpaid_cheque", unpaid.pk)
        else:
            messages.success(request, "C’est noté.")
            return redirect("town_hall:unpaid_cheque", unpaid.pk)
    order = _order(unpaid.cheque)
    context = {
        "unpaid": unpaid,
        "payment": unpaid.cheque.payment,
        "order": order,
        "becomes": becomes(unpaid),
        "ending": ending_of(unpaid),
        "form": form,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "town_hall/unpaid_cheque.html", context, status=status)


@require_role(StaffRole.TOWN_HALL)
@require_http_methods(["GET", "HEAD", "POST"])
def undo_ending(request: HttpRequest, made_good_id: UUID) -> HttpResponse:
    """Why what was noted of an unpaid cheque is taken back. A second click changes nothing."""
    made = get_object_or_404(ChequeMadeGood.objects.select_related("unpaid__cheque__payment"), pk=made_good_id)
    form = ReasonForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            undo_made_good(
                made_good_id=made.pk,
                town=town_of(request),
                reason=form.cleaned_data["reason"],
                actor=staff_of(request),
                now=timezone.now(),
            )
        except DepositError as error:
            messages.info(request, str(error))
        else:
            messages.success(request, f"C’est annulé{NBSP}: ce chèque est de nouveau à régler.")
        return redirect("town_hall:unpaid_cheque", made.unpaid_id)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "town_hall/undo_made_good.html", {"made": made, "form": form}, status=status)


def _order(cheque: DepositedCheque) -> Order | None:
    return Order.objects.filter(pk=cheque.payment.reference).first()
