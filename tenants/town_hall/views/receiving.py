"""What merchants owe: why, noting what they paid, asking them again, giving up what is lost."""

from http import HTTPStatus
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from billing.settlements.debts import Debt, debts
from billing.settlements.models import Adjustment
from billing.settlements.receiving import (
    NotOwedError,
    StillHereError,
    receive_payment,
    received,
    undo_receipt,
    write_off,
)
from billing.settlements.reminding import (
    REMINDER_EVERY,
    NothingToAskError,
    RemindedLatelyError,
    last_reminders,
    letter,
    remind,
)
from billing.settlements.wishes import WishChangedError
from conciergeries.merchants.models import Merchant
from shared.accounts.permissions import require_role
from shared.french import NBSP, money
from shared.web.posted import posted
from tenants.staff.models import StaffRole
from tenants.staff.requests import staff_of, town_of
from tenants.town_hall.forms.receiving import ReceiptForm
from tenants.town_hall.forms.writing_off import WriteOffForm

# The latest; the accounts keep them all.
SHOWN = 30


@require_role(StaffRole.TOWN_HALL)
@require_http_methods(["GET", "HEAD", "POST"])
def to_receive(request: HttpRequest) -> HttpResponse:
    """Who owes what and why, and noting that something came."""
    if request.method == "POST" and (noted := _noted(request.POST.get("key", ""))):
        # The second of two clicks, or a form that was gone back to.
        messages.info(
            request,
            f"Ce formulaire a déjà noté {money(noted.amount_cents)}{NBSP}: pour un autre règlement, recommencez ici.",
        )
        return redirect("town_hall:to_receive")
    town, now = town_of(request), timezone.now()
    owing = _owing()
    form = ReceiptForm(
        posted(request),
        owing=[(merchant, debt.cents) for merchant, debt in owing],
        today=now.astimezone(ZoneInfo(town.timezone)).date(),
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            receive_payment(
                key=data["key"],
                merchant=form.of,
                amount_cents=data["amount"],
                received_on=data["received_on"],
                actor=staff_of(request),
                now=now,
            )
        except NotOwedError as error:
            form.add_error("amount", str(error))
        except WishChangedError as error:
            form.add_error(None, _already(error))
        else:
            messages.success(request, f"{form.of.name}{NBSP}: {money(data['amount'])} reçus.")
            return redirect("town_hall:to_receive")
    reminders = last_reminders()
    latest = received()[:SHOWN]
    merchants = Merchant.objects.in_bulk({each.merchant_id for each in latest})
    context = {
        "owing": [(merchant, debt, reminders.get(merchant.pk)) for merchant, debt in owing],
        "may_remind_since": now - REMINDER_EVERY,
        "form": form,
        "received": [(each, merchants[each.merchant_id]) for each in latest],
        "company": town.operating_company,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "town_hall/to_receive.html", context, status=status)


def _already(error: WishChangedError) -> str:
    return f"Ce formulaire a déjà servi pour {money(error.asked_cents)}{NBSP}: rechargez la page."


def _noted(key: str) -> Adjustment | None:
    try:
        return Adjustment.objects.filter(pk=UUID(key)).first()
    except ValueError:
        return None


def _owing() -> list[tuple[Merchant, Debt]]:
    owed = debts()
    known = Merchant.objects.in_bulk(owed)
    return sorted(((known[key], debt) for key, debt in owed.items()), key=lambda row: (row[0].name, row[0].pk))


@require_role(StaffRole.TOWN_HALL)
@require_http_methods(["GET", "HEAD", "POST"])
def reminder(request: HttpRequest, merchant_id: UUID) -> HttpResponse:
    """The letter as it would leave, then the letter; a second click writes no second one."""
    merchant = get_object_or_404(Merchant, pk=merchant_id, presences__town=town_of(request))
    if request.method == "POST":
        try:
            sent = remind(town=town_of(request), merchant=merchant, actor=staff_of(request), now=timezone.now())
        except (NothingToAskError, RemindedLatelyError) as error:
            messages.info(request, str(error))
        else:
            messages.success(request, f"{merchant.name} est relancé{NBSP}: {money(sent.asked_cents)} demandés.")
        return redirect("town_hall:to_receive")
    debt = debts().get(merchant.pk)
    if debt is None or not debt.asked_cents:
        messages.info(request, f"Rien n’est à demander à {merchant.name}.")
        return redirect("town_hall:to_receive")
    return render(request, "town_hall/remind.html", letter(debt, merchant, town_of(request)))


@require_role(StaffRole.TOWN_HALL)
@require_http_methods(["GET", "HEAD", "POST"])
def give_up(request: HttpRequest, merchant_id: UUID) -> HttpResponse:
    """Write off what a merchant that has left still owes; a second click changes nothing."""
    merchant = get_object_or_404(Merchant, pk=merchant_id, presences__town=town_of(request))
    debt = debts().get(merchant.pk)
    form = WriteOffForm(posted(request), owed_cents=debt.cents if debt else 0)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            write_off(
                key=data["key"],
                merchant=merchant,
                amount_cents=data["amount"],
                reason=data["reason"],
                actor=staff_of(request),
                now=timezone.now(),
            )
        except (NotOwedError, StillHereError) as error:
            form.add_error("amount", str(error))
        except WishChangedError as error:
            form.add_error(None, _already(error))
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(request, f"{money(data['amount'])} de {merchant.name} sont passés en perte.")
            return redirect("town_hall:to_receive")
    elif request.method != "POST" and (debt is None or debt.left_at is None):
        messages.info(request, f"{merchant.name} vend encore ici, ou ne doit rien{NBSP}: il n’y a rien à abandonner.")
        return redirect("town_hall:to_receive")
    context = {"merchant": merchant, "debt": debt, "form": form, "company": town_of(request).operating_company}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "town_hall/give_up.html", context, status=status)


@require_role(StaffRole.TOWN_HALL)
@require_POST
def undo(request: HttpRequest, receipt_id: UUID) -> HttpResponse:
    """Take back what was noted by mistake: the opposite entry is posted."""
    try:
        undone = undo_receipt(receipt_id=receipt_id, actor=staff_of(request), now=timezone.now())
    except Adjustment.DoesNotExist as error:
        raise Http404 from error
    messages.success(request, f"{money(-undone.amount_cents)} ne sont plus comptés comme reçus.")
    return redirect("town_hall:to_receive")
