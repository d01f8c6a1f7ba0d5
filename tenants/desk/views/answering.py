"""Answering for a merchant who was reached by telephone."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from shared.accounts.permissions import require_role
from shared.web.posted import posted
from tenants.desk import actions
from tenants.desk.board import ordered_lines
from tenants.desk.forms import AnswerForm
from tenants.desk.views.common import ROLE
from tenants.orders.answering import REFUSABLE
from tenants.orders.models import ShopOrder
from tenants.orders.transitions import ForbiddenMoveError
from tenants.orders.weighing import WeightError
from tenants.orders.weights_form import WeightsForm, weighed_words
from tenants.staff.requests import staff_of


@require_role(ROLE)
@require_http_methods(["GET", "HEAD", "POST"])
def weigh(request: HttpRequest, part_id: UUID) -> HttpResponse:
    """Write down the weights of a part, as the merchant says them or as the scales of the desk do."""
    part = ShopOrder.objects.select_related("order", "shop").prefetch_related("lines").filter(pk=part_id).first()
    if part is None:
        raise Http404
    form = WeightsForm(posted(request), part=part)
    if request.method == "POST" and form.is_valid():
        try:
            changed = actions.weigh(part_id=part.pk, grams=form.grams, user=staff_of(request), now=timezone.now())
        except WeightError as error:
            form.add_error(None, str(error))
        else:
            for line in changed:
                (messages.warning if line.given_grams else messages.success)(request, weighed_words(line))
            return redirect("desk:order", order_id=part.order_id)
    return render(request, "desk/weigh.html", {"part": part, "form": form}, status=422 if form.errors else 200)


@require_role(ROLE)
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, part_id: UUID) -> HttpResponse:
    """Accept a part for its merchant, line by line."""
    part = (
        ShopOrder.objects.select_related("order", "shop__merchant").prefetch_related("lines").filter(pk=part_id).first()
    )
    if part is None:
        raise Http404
    if part.state not in REFUSABLE:
        messages.info(request, f"{part.shop} a déjà répondu : la sous-commande est « {part.get_state_display()} ».")
        return redirect("desk:order", order_id=part.order_id)
    lines = ordered_lines(part)
    status = 200
    form = AnswerForm(lines=lines)
    if request.method == "POST":
        form = AnswerForm(request.POST, lines=lines)
        if form.is_valid():
            refused = [UUID(line_id) for line_id in form.cleaned_data["refused"]]
            try:
                part = actions.answer_for_shop(
                    part_id=part.pk,
                    refused_lines=refused,
                    reason=form.cleaned_data["reason"],
                    user=staff_of(request),
                    now=timezone.now(),
                )
            except ForbiddenMoveError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, f"{part.shop} : réponse notée pour {part.order.number}.")
                return redirect("desk:order", order_id=part.order_id)
        status = 422
    return render(request, "desk/answer.html", {"part": part, "form": form, "lines": lines}, status=status)
