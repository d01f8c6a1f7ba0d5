"""What the desk holds, taken to the bank: what there is to take, what was taken, and undoing it."""

from collections.abc import Iterable
from datetime import date
from http import HTTPStatus
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from billing.ledger.queries import balance
from billing.payments.cheques import in_the_drawer, unpaid_in_the_drawer
from billing.payments.deposit_models import Deposit, DepositMeans
from billing.payments.deposit_queries import cheques_of, deposits, moves_with_stripe, to_deposit
from billing.payments.deposits import (
    ChequeNotHereError,
    DepositDayError,
    DepositEndedError,
    DepositError,
    DepositTooLargeError,
    DepositUndoneError,
    deposit_cheques,
    note_deposit,
    undo_deposit,
)
from billing.payments.drawers import ACCOUNT_OF
from billing.payments.models import Payment, Refund, RefundState
from shared.accounts.permissions import require_role
from shared.french import NBSP, money, short_date
from shared.web.posted import posted
from tenants.orders.models import Order
from tenants.staff.models import StaffRole
from tenants.staff.requests import staff_of, town_of
from tenants.town_hall.forms.deposits import AmountForm, ChequeChoice, ChequesForm, ReasonForm

PER_PAGE = 30
SHOWN_OF_STRIPE = 10
# As addresses name what is taken.
MEANS = {"especes": DepositMeans.CASH, "cheques": DepositMeans.CHEQUE, "cartes": DepositMeans.TERMINAL}
_FIELD_OF: tuple[tuple[type[DepositError], str], ...] = (
    (DepositDayError, "deposited_on"),
    (DepositTooLargeError, "amount"),
    (ChequeNotHereError, "cheques"),
)


@require_role(StaffRole.TOWN_HALL)
@require_safe
def all_deposits(request: HttpRequest) -> HttpResponse:
    """What there is to take, and what was, the latest first."""
    context = {
        "held": to_deposit(),
        "unpaid": unpaid_in_the_drawer(),
        "page": Paginator(deposits(), PER_PAGE).get_page(request.GET.get("page")),
        "moves": moves_with_stripe(count=SHOWN_OF_STRIPE),
        "company": town_of(request).operating_company,
    }
    return render(request, "town_hall/deposits.html", context)


@require_role(StaffRole.TOWN_HALL)
@require_http_methods(["GET", "HEAD", "POST"])
def note(request: HttpRequest, means_name: str) -> HttpResponse:
    """Note that it was taken. A second click changes nothing."""
    means = MEANS.get(means_name)
    if means is None:
        raise Http404
    today = timezone.now().astimezone(ZoneInfo(town_of(request).timezone)).date()
    form = _form(request, means, today)
    if request.method == "POST" and form.is_valid():
        try:
            deposit = _note(request, form)
        except DepositError as error:
            field = next((name for kind, name in _FIELD_OF if isinstance(error, kind)), None)
            form.add_error(field, str(error))
        else:
            messages.success(request, f"{money(deposit.amount_cents)} sont notés comme remis en banque.")
            return redirect("town_hall:deposit", deposit.pk)
    held = balance(account=ACCOUNT_OF[means])
    context = {"form": form, "means": means, "held_cents": held, "company": town_of(request).operating_company}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "town_hall/note_deposit.html", context, status=status)


def _form(request: HttpRequest, means: DepositMeans, today: date) -> AmountForm | ChequesForm:
    if means is DepositMeans.CHEQUE:
        # A form sent twice names cheques that are at the bank since: the service says whether it is the same.
        sent = request.POST.getlist("cheques")
        here = list(in_the_drawer())
        known = {payment.pk for payment in here}
        gone = Payment.objects.filter(pk__in=_keys(sent) - known, deposited__isnull=False).order_by("pk").distinct()
        return ChequesForm(posted(request), cheques=_choices([*here, *gone]), today=today)
    return AmountForm(posted(request), means=means, held_cents=balance(account=ACCOUNT_OF[means]), today=today)


def _keys(sent: Iterable[str]) -> set[UUID]:
    found = set()
    for text in sent:
        try:
            found.add(UUID(text))
        except ValueError:
            continue
    return found


def _choices(payments: list[Payment]) -> list[ChequeChoice]:
    """Each with who wrote it; with why it may have to stay."""
    orders = Order.objects.in_bulk({payment.reference for payment in payments})
    pending = Refund.objects.filter(payment__in=payments, state=RefundState.PENDING)
    awaited = set(pending.filter(amount_cents=F("payment__amount_cents")).values_list("payment_id", flat=True))
    unpaid = {each.cheque.payment_id: each.returned_on for each in unpaid_in_the_drawer()}
    found = []
    for payment in payments:
        order = orders.get(payment.reference)
        since = f"{payment.label}, reçu le {short_date(payment.closed_at or payment.created_at)}"
        if payment.pk in unpaid:
            since += f". Revenu impayé le {short_date(unpaid[payment.pk])}"
        if payment.pk in awaited:
            since += f". Un remboursement attend son client{NBSP}: rendez-lui plutôt ce chèque"
        name = order.customer_name if order else payment.label
        found.append(ChequeChoice(payment.pk, name, since, money(payment.amount_cents)))
    return found


def _note(request: HttpRequest, form: AmountForm | ChequesForm) -> Deposit:
    data = form.cleaned_data
    town, actor, now = town_of(request), staff_of(request), timezone.now()
    if isinstance(form, ChequesForm):
        return deposit_cheques(
            key=data["key"],
            town=town,
            payment_ids=form.payment_ids,
            deposited_on=data["deposited_on"],
            slip=data["slip"],
            note=data["note"],
            actor=actor,
            now=now,
        )
    return note_deposit(
        key=data["key"],
        town=town,
        means=form.means,
        amount_cents=data["amount"],
        fee_cents=data["fee"],
        deposited_on=data["deposited_on"],
        slip=data["slip"],
        note=data["note"],
        actor=actor,
        now=now,
    )


@require_role(StaffRole.TOWN_HALL)
@require_safe
def deposit(request: HttpRequest, deposit_id: UUID) -> HttpResponse:
    """One deposit, with its cheques: to be printed, too."""
    found = get_object_or_404(Deposit, pk=deposit_id)
    cheques = cheques_of(found)
    orders = Order.objects.in_bulk({each.payment.reference for each, _unpaid in cheques})
    context = {
        "deposit": found,
        "cheques": [(each, unpaid, orders.get(each.payment.reference)) for each, unpaid in cheques],
        "may_undo": found.undone_at is None and not any(unpaid for _each, unpaid in cheques),
        "company": town_of(request).operating_company,
    }
    return render(request, "town_hall/deposit.html", context)


@require_role(StaffRole.TOWN_HALL)
@require_http_methods(["GET", "HEAD", "POST"])
def undo(request: HttpRequest, deposit_id: UUID) -> HttpResponse:
    """Why, then the opposite entry. A second click changes nothing."""
    found = get_object_or_404(Deposit, pk=deposit_id)
    form = ReasonForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            undo_deposit(
                deposit_id=found.pk, reason=form.cleaned_data["reason"], actor=staff_of(request), now=timezone.now()
            )
        except (DepositUndoneError, DepositEndedError) as error:
            messages.info(request, str(error))
        else:
            amount = money(found.amount_cents)
            messages.success(request, f"La remise de {amount} est annulée{NBSP}: l’argent est de nouveau à remettre.")
        return redirect("town_hall:deposit", found.pk)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "town_hall/undo_deposit.html", {"deposit": found, "form": form}, status=status)
