"""One payout: where it is, what came back of it, and taking it back from the merchant's account at Stripe."""

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from billing.settlements.models import Payout, Reversal
from billing.settlements.reversing import left_to_reverse
from billing.settlements.services import (
    NotReversibleError,
    ReversalTooLargeError,
    WishChangedError,
    ask_reversal,
    give_up_reversal,
    retry_reversal,
)
from billing.settlements.wording import payout_reason
from shared.accounts.permissions import require_role
from shared.french import NBSP, money
from shared.web.posted import posted
from tenants.staff.models import StaffRole
from tenants.staff.requests import staff_of
from tenants.town_hall.forms.reversals import ReversalForm


def _found(payout_id: UUID) -> Payout:
    return get_object_or_404(Payout.objects.select_related("statement"), pk=payout_id)


@require_role(StaffRole.TOWN_HALL)
@require_safe
def payout(request: HttpRequest, payout_id: UUID) -> HttpResponse:
    found = _found(payout_id)
    context = {
        "payout": found,
        "why": payout_reason(found),
        "left_cents": left_to_reverse(found),
        "reversals": found.reversals.order_by("-asked_at", "pk"),
    }
    return render(request, "town_hall/payout.html", context)


@require_role(StaffRole.TOWN_HALL)
@require_http_methods(["GET", "HEAD", "POST"])
def reverse_payout(request: HttpRequest, payout_id: UUID) -> HttpResponse:
    """How much and why; then, once it was read again, the asking. A second click changes nothing."""
    found = _found(payout_id)
    left = left_to_reverse(found)
    if request.method != "POST" and not left:
        messages.info(request, f"Il n’y a rien à reprendre de ce versement{NBSP}: il n’est pas parti, ou est revenu.")
        return redirect("town_hall:payout", payout_id)
    # What is left is checked when it is asked: a second click finds less, and is the first one all the same.
    form = ReversalForm(posted(request), left_cents=found.amount_cents if "confirm" in request.POST else left)
    confirms = request.method == "POST" and form.is_valid()
    if confirms and "confirm" in request.POST:
        return _ask(request, found, form)
    context = {"payout": found, "form": form, "left_cents": left, "confirms": confirms and "change" not in request.POST}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "town_hall/reverse_payout.html", context, status=status)


def _ask(request: HttpRequest, found: Payout, form: ReversalForm) -> HttpResponse:
    amount = money(form.amount_cents)
    try:
        ask_reversal(
            key=form.cleaned_data["key"],
            payout_id=found.pk,
            amount_cents=form.amount_cents,
            reason=form.cleaned_data["reason"],
            actor=staff_of(request),
            now=timezone.now(),
        )
    except (NotReversibleError, ReversalTooLargeError) as error:
        messages.error(request, _why_not(error))
    except WishChangedError as error:
        said = f"La reprise de {money(error.asked_cents)} est déjà demandée par ce formulaire"
        messages.error(request, f"{said}{NBSP}: pour en demander une autre, recommencez depuis le versement.")
    else:
        messages.success(request, f"La reprise de {amount} est demandée à Stripe{NBSP}: sa réponse s’affiche ici.")
    return redirect("town_hall:payout", found.pk)


def _why_not(error: NotReversibleError | ReversalTooLargeError) -> str:
    if isinstance(error, ReversalTooLargeError):
        return f"Rien n’est demandé{NBSP}: il reste {money(error.left_cents)} à reprendre de ce versement."
    return f"Rien n’est demandé{NBSP}: ce versement n’est pas parti, ou est revenu en entier."


@require_role(StaffRole.TOWN_HALL)
@require_POST
def again(request: HttpRequest, reversal_id: UUID) -> HttpResponse:
    """Ask again for what Stripe refused. A second click changes nothing."""
    found = get_object_or_404(Reversal, pk=reversal_id)
    try:
        asked = retry_reversal(reversal_id=found.pk, actor=staff_of(request), now=timezone.now())
    except (NotReversibleError, ReversalTooLargeError) as error:
        messages.error(request, _why_not(error))
    else:
        if asked:
            messages.success(request, f"La reprise de {money(found.amount_cents)} est redemandée à Stripe.")
        else:
            messages.info(request, "Cette reprise n’est plus à redemander.")
    return redirect("town_hall:payout", found.payout_id)


@require_role(StaffRole.TOWN_HALL)
@require_POST
def give_up(request: HttpRequest, reversal_id: UUID) -> HttpResponse:
    """Leave it at what Stripe refused."""
    try:
        given_up = give_up_reversal(reversal_id=reversal_id, actor=staff_of(request), now=timezone.now())
        found = Reversal.objects.get(pk=reversal_id)
    except Reversal.DoesNotExist as error:
        raise Http404 from error
    words = "Cette reprise est abandonnée." if given_up else "Cette reprise n’est pas à abandonner."
    messages.success(request, words) if given_up else messages.info(request, words)
    return redirect("town_hall:payout", found.payout_id)
