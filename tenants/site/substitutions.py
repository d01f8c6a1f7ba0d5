"""A resident's answer to the replacement that a shop proposes."""

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from shared.french import NBSP
from tenants.orders.events import CUSTOMER
from tenants.orders.models import SubstitutionState
from tenants.orders.substitutions.answering import TooLateToAnswerError, accept, decline
from tenants.orders.substitutions.ending import AlreadyAnsweredError
from tenants.orders.substitutions.proposing import SubstitutionError
from tenants.orders.substitutions.queries import proposed_in
from tenants.site.orders import order_page, own_order

ACCEPT, DECLINE = "accepter", "rembourser"


@never_cache
@login_required
@require_POST
def answer(request: HttpRequest, order_id: UUID, substitution_id: UUID) -> HttpResponse:
    """Accept a replacement, going to pay where it is dearer, or prefer the money."""
    order = own_order(request, order_id)
    found = proposed_in(order).filter(pk=substitution_id).first()
    said = request.POST.get("reponse")
    if found is None or said not in {ACCEPT, DECLINE}:
        raise Http404
    verb = accept if said == ACCEPT else decline
    try:
        answered = verb(substitution_id=found.pk, actor=CUSTOMER, now=timezone.now())
    except (AlreadyAnsweredError, TooLateToAnswerError, SubstitutionError) as error:
        messages.error(request, str(error))
        return order_page(request, own_order(request, order_id), status=HTTPStatus.CONFLICT)
    if answered.state == SubstitutionState.TO_PAY:
        return redirect("site:pay", order.pk)
    if answered.state == SubstitutionState.APPROVED:
        messages.success(request, f"C’est noté{NBSP}: {answered} à la place de {found.line.name}.")
    else:
        messages.success(
            request, f"C’est noté{NBSP}: {found.line.name} quitte votre commande, et vous est rendu si c’est payé."
        )
    return redirect("site:order", order.pk)
