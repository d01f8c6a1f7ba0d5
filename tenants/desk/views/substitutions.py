"""Replacements at the desk: proposed for a merchant who calls, answered for a customer who does."""

from typing import NoReturn
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from billing.payments.models import DESK_MODES, Mode
from shared.accounts.permissions import require_role
from shared.french import money
from shared.web.posted import posted
from tenants.desk import actions
from tenants.desk.views.common import ROLE
from tenants.orders.models import Line, Substitution, SubstitutionState
from tenants.orders.substitutions.answering import TooLateToAnswerError, supplement_of
from tenants.orders.substitutions.ending import AlreadyAnsweredError
from tenants.orders.substitutions.form import SubstitutionForm, proposed_words
from tenants.orders.substitutions.proposing import SubstitutionError
from tenants.orders.substitutions.queries import proposed
from tenants.staff.requests import staff_of

ACCEPT, DECLINE, WITHDRAW = "accepter", "rembourser", "retirer"
_HOW = {Mode.CASH: "en espèces", Mode.TERMINAL: "par carte, au terminal", Mode.CHEQUE: "par chèque"}


@require_role(ROLE)
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: HttpRequest, line_id: UUID) -> HttpResponse:
    """Propose a replacement for a line, as its merchant says."""
    line = Line.objects.select_related("shop_order__order", "shop_order__shop").filter(pk=line_id).first()
    if line is None:
        raise Http404
    form = SubstitutionForm(posted(request), line=line)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.propose_substitution(
                line_id=line.pk, offer=form.offer, user=staff_of(request), now=timezone.now()
            )
        except SubstitutionError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, proposed_words(made))
            return redirect("desk:order", order_id=line.shop_order.order_id)
    context = {"line": line, "part": line.shop_order, "form": form}
    return render(request, "desk/substitute.html", context, status=422 if form.errors else 200)


@require_role(ROLE)
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, substitution_id: UUID) -> HttpResponse:
    """What to say to the customer, and the answer: the button pressed; with money, how it is paid."""
    found = proposed().filter(pk=substitution_id).first()
    if found is None:
        raise Http404
    order, problem = found.line.shop_order.order, ""
    if request.method == "POST":
        try:
            said = _answer(request, found)
        except (AlreadyAnsweredError, TooLateToAnswerError, SubstitutionError) as error:
            problem = str(error)
        else:
            messages.success(request, said)
            return redirect("desk:order", order_id=order.pk)
    cents = supplement_of(found) if found.is_live else 0
    context = {
        "substitution": found,
        "order": order,
        "shop": found.line.shop_order.shop,
        "is_over": not found.is_live,
        "is_late": found.is_live and found.is_late(timezone.now()),
        "supplement": cents,
        "means": [(mode.value, f"{money(cents)} {_HOW[mode]}") for mode in DESK_MODES],
        "problem": problem,
    }
    return render(request, "desk/substitution.html", context, status=409 if problem else 200)


def _answer(request: HttpRequest, found: Substitution) -> str:
    """Raises AlreadyAnsweredError, TooLateToAnswerError, SubstitutionError; Http404 for what no button sends."""
    user, now, said = staff_of(request), timezone.now(), request.POST.get("reponse")
    if said == DECLINE:
        actions.decline_substitution(substitution_id=found.pk, user=user, now=now)
        return f"{found.line.name} quitte la commande ; ce qui en est payé est rendu."
    if said == WITHDRAW:
        actions.withdraw_substitution(substitution_id=found.pk, user=user, now=now)
        return f"{found} n’est plus proposé."
    if said != ACCEPT:
        _no_such_button()
    means = request.POST.get("means") or None
    if means is not None and means not in {mode.value for mode in DESK_MODES}:
        _no_such_button()
    made = actions.accept_substitution(
        substitution_id=found.pk, means=Mode(means) if means else None, user=user, now=now
    )
    if made.state == SubstitutionState.TO_PAY:
        return "C’est noté : le remplacement compte dès que le complément est payé, ici ou par carte sur le site."
    return f"C’est noté : {found} à la place de {found.line.name}."


def _no_such_button() -> NoReturn:
    raise Http404
