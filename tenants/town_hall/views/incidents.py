"""Refunds and payouts that failed or wait, and trying them again."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from billing.payments import services as payments
from billing.payments.models import AmountMismatch, Mode, Refund
from billing.payments.services import (
    CashLimitError,
    PaymentContestedError,
    RefundClosedError,
    RefundTooLargeError,
    give_by_hand,
    retry_refund,
)
from billing.payments.wording import CONTESTED, refund_failure
from billing.settlements.models import Means, Payout
from billing.settlements.services import PayoutCarriedError, retry_payout
from shared.accounts.permissions import require_role
from shared.french import NBSP, money
from tenants.staff.models import StaffRole
from tenants.staff.requests import staff_of
from tenants.town_hall.forms.refunds import ByHandForm
from tenants.town_hall.incidents import incidents as find_incidents
from tenants.town_hall.mismatches import seen_mismatch


@require_role(StaffRole.TOWN_HALL)
@require_safe
def incidents(request: HttpRequest) -> HttpResponse:
    return render(request, "town_hall/incidents.html", {"found": find_incidents(now=timezone.now())})


@require_role(StaffRole.TOWN_HALL)
@require_POST
def again_refund(request: HttpRequest, refund_id: UUID) -> HttpResponse:
    """Ask for a refund again. A second click changes nothing."""
    refund = Refund.objects.filter(pk=refund_id).first()
    if refund is None:
        raise Http404
    amount = money(refund.amount_cents)
    try:
        asked = retry_refund(refund_id=refund.pk, actor=staff_of(request), now=timezone.now())
    except RefundTooLargeError:
        messages.error(request, f"Ces {amount} ont été rendus autrement{NBSP}: il n’y a plus rien à rendre.")
    else:
        if asked:
            messages.success(request, f"Le remboursement de {amount} est redemandé à Stripe.")
        else:
            messages.info(request, f"Le remboursement de {amount} est déjà redemandé{NBSP}: il ne part qu’une fois.")
    return redirect("town_hall:incidents")


@require_role(StaffRole.TOWN_HALL)
@require_http_methods(["GET", "HEAD", "POST"])
def by_hand(request: HttpRequest, refund_id: UUID) -> HttpResponse:
    """Note that what a card could not take was wired, or given in cash."""
    refund = Refund.objects.select_related("payment").filter(pk=refund_id, mode=Mode.CARD).first()
    if refund is None:
        raise Http404
    amount = money(refund.amount_cents)
    form = ByHandForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        data, actor = form.cleaned_data, staff_of(request)
        try:
            give_by_hand(refund_id=refund.pk, means=data["means"], note=data["note"], actor=actor, now=timezone.now())
        except RefundClosedError:
            messages.info(request, f"Ces {amount} ont été rendus autrement{NBSP}: il n’y a plus rien à rendre.")
            return redirect("town_hall:incidents")
        except PaymentContestedError:
            form.add_error(None, CONTESTED)
        except CashLimitError as error:
            form.add_error("means", str(error))
        else:
            messages.success(request, f"{amount} sont rendus, et notés.")
            return redirect("town_hall:incidents")
    why = refund_failure(refund.failure)
    context = {"refund": refund, "about": refund.payment.label, "why": why, "form": form}
    return render(request, "town_hall/by_hand.html", context, status=422 if form.errors else 200)


@require_role(StaffRole.TOWN_HALL)
@require_POST
def again_payout(request: HttpRequest, payout_id: UUID) -> HttpResponse:
    """Send a payout again. A second click changes nothing."""
    payout = Payout.objects.select_related("statement").filter(pk=payout_id).first()
    if payout is None:
        raise Http404
    what = f"Le reversement de {money(payout.amount_cents)} à {payout.statement.merchant_name}"
    try:
        sent = retry_payout(payout_id=payout.pk, actor=staff_of(request), now=timezone.now())
    except PayoutCarriedError:
        messages.error(request, f"{what} est compté dans un bordereau plus récent{NBSP}: il part avec lui.")
    else:
        if sent:
            asked = "redemandé à Stripe" if payout.means == Means.STRIPE else "à virer avec le prochain fichier"
            messages.success(request, f"{what} est {asked}.")
        else:
            messages.info(request, f"{what} est déjà redemandé{NBSP}: il ne part qu’une fois.")
    return redirect("town_hall:incidents")


@require_role(StaffRole.TOWN_HALL)
@require_POST
def close_mismatch(request: HttpRequest, mismatch_id: UUID) -> HttpResponse:
    """Say that an amount nobody had asked for was seen to. A second click changes nothing."""
    found = AmountMismatch.objects.select_related("payment").filter(pk=mismatch_id).first()
    if found is None:
        raise Http404
    about = seen_mismatch(found).about
    payments.close_mismatch(mismatch_id=found.pk, about=about, actor=staff_of(request), now=timezone.now())
    messages.success(request, f"L’incident de {about} est classé.")
    return redirect("town_hall:incidents")
