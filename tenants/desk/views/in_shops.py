"""Noting, on a merchant's word, that its customer has paid it; and taking that back."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from shared.accounts.permissions import require_role
from shared.french import NBSP, money
from tenants.desk import actions
from tenants.desk.views.common import ROLE
from tenants.orders.models import ShopOrder
from tenants.orders.paid_in_shop import PaidInShopError
from tenants.staff.requests import staff_of


@require_role(ROLE)
@require_POST
def note(request: HttpRequest, part_id: UUID) -> HttpResponse:
    return _do(request, part_id, actions.note_paid_in_shop, "payés, sur la parole du commerçant")


@require_role(ROLE)
@require_POST
def undo(request: HttpRequest, part_id: UUID) -> HttpResponse:
    return _do(request, part_id, actions.undo_paid_in_shop, "de nouveau à payer")


def _do(request: HttpRequest, part_id: UUID, verb: Callable[..., ShopOrder], said: str) -> HttpResponse:
    part = ShopOrder.objects.select_related("shop").filter(pk=part_id).first()
    if part is None:
        raise Http404
    try:
        verb(part_id=part_id, user=staff_of(request), now=timezone.now())
    except PaidInShopError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{part.shop.name}{NBSP}: {money(part.total_cents)} {said}.")
    return redirect("desk:order", order_id=part.order_id)
