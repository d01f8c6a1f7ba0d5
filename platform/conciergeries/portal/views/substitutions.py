"""Proposing another product for a line that the shop cannot supply, or taking the proposal back."""

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from conciergeries.portal import queries
from conciergeries.portal.access import Access, merchants_only, there
from shared.web.posted import posted
from tenants.orders.substitutions import proposing
from tenants.orders.substitutions.ending import AlreadyAnsweredError
from tenants.orders.substitutions.form import SubstitutionForm, proposed_words
from tenants.orders.substitutions.proposing import SubstitutionError


@require_http_methods(["GET", "HEAD", "POST"])
@merchants_only
def propose(request: HttpRequest, access: Access, town: str, line_id: UUID) -> HttpResponse:
    """Choose what to propose; the customer is written to."""
    where = access.town(town)
    with there(where):
        line = access.line(line_id)
        part = access.part(line.shop_order_id)
        form = SubstitutionForm(posted(request), line=line)
        if request.method == "POST" and form.is_valid():
            try:
                made = proposing.propose(line_id=line.pk, offer=form.offer, actor=access.actor, now=timezone.now())
            except SubstitutionError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, proposed_words(made))
                return _back(part.pk)
        row = queries.part_row(part=part, town=where, now=timezone.now())
        context = {
            "where": where,
            "part": row,
            "line": next(each for each in row.lines if each.id == line.pk),
            "form": form,
        }
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
        return render(request, "portal/substitute.html", context, status=status)


@require_POST
@merchants_only
def withdraw(request: HttpRequest, access: Access, town: str, substitution_id: UUID) -> HttpResponse:
    """Take a proposal back: the line is to be supplied after all, or refused."""
    where = access.town(town)
    with there(where):
        mine = access.substitution(substitution_id)
        try:
            proposing.withdraw(substitution_id=mine.pk, actor=access.actor, now=timezone.now())
        except AlreadyAnsweredError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"« {mine} » n’est plus proposé : préparez « {mine.line} », ou refusez-le.")
        return _back(mine.line.shop_order_id)


def _back(part_id: UUID) -> HttpResponse:
    return redirect(f"{reverse('portal:orders')}#c-{part_id}")
