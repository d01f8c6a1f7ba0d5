"""Accepting, refusing, saying that it is ready or paid: one button each, a reason for each refusal."""

from collections.abc import Callable
from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from conciergeries.portal import queries
from conciergeries.portal.access import Access, merchants_only, there
from conciergeries.portal.forms.refusal import REASONS, RefusalForm
from conciergeries.towns.models import Town
from shared.french import money
from shared.web.posted import posted
from tenants.orders import answering, weighing
from tenants.orders.answering import NotWeighedError
from tenants.orders.models import Line, ShopOrder
from tenants.orders.paid_in_shop import PaidInShopError, note_paid_in_shop
from tenants.orders.paid_in_shop import undo_paid_in_shop as undo
from tenants.orders.transitions import ForbiddenMoveError
from tenants.orders.weighing import WeightError
from tenants.orders.weights_form import WeightsForm, weighed_words

# The button that says that the part is packed, too.
READY = "prete"
# What a verb answers when it cannot be done: each says why in French.
_REFUSALS = (ForbiddenMoveError, NotWeighedError, PaidInShopError)


@require_POST
@merchants_only
def accept(request: HttpRequest, access: Access, town: str, part_id: UUID) -> HttpResponse:
    return _do(request, access, town, part_id, verb=answering.accept, said=_accepted_words)


@require_POST
@merchants_only
def ready(request: HttpRequest, access: Access, town: str, part_id: UUID) -> HttpResponse:
    return _do(request, access, town, part_id, verb=answering.mark_ready, said=_ready_words)


@require_POST
@merchants_only
def paid_in_shop(request: HttpRequest, access: Access, town: str, part_id: UUID) -> HttpResponse:
    """The customer has paid the merchant itself."""
    return _do(request, access, town, part_id, verb=note_paid_in_shop, said=_paid_words)


@require_POST
@merchants_only
def undo_paid_in_shop(request: HttpRequest, access: Access, town: str, part_id: UUID) -> HttpResponse:
    """It was noted by mistake."""
    return _do(request, access, town, part_id, verb=undo, said=_unpaid_words)


def _accepted_words(part: ShopOrder) -> str:
    return f"Commande {part.order.number} acceptée."


def _ready_words(part: ShopOrder) -> str:
    return f"Commande {part.order.number} prête : la concierge passe la chercher."


def _paid_words(part: ShopOrder) -> str:
    return f"Commande {part.order.number} : {money(part.total_cents)} notés payés chez vous."


def _unpaid_words(part: ShopOrder) -> str:
    return f"Commande {part.order.number} : de nouveau à payer chez vous."


def _do(
    request: HttpRequest,
    access: Access,
    town: str,
    part_id: UUID,
    *,
    verb: Callable[..., ShopOrder],
    said: Callable[[ShopOrder], str],
) -> HttpResponse:
    """Do one thing to a part; say that it is done, or why not, where the part is then found."""
    with there(access.town(town)):
        part = access.part(part_id)
        try:
            verb(part_id=part.pk, actor=access.actor, now=timezone.now())
        except _REFUSALS as error:
            messages.error(request, str(error))
        else:
            messages.success(request, said(part))
    return _back(part_id, gone=part.state not in queries.TO_DO)


@require_http_methods(["GET", "HEAD", "POST"])
@merchants_only
def weigh(request: HttpRequest, access: Access, town: str, part_id: UUID) -> HttpResponse:
    """Write down what the scales say of what is sold by weight; packed at once, if it is said so."""
    where = access.town(town)
    with there(where):
        part = access.part(part_id)
        form = WeightsForm(posted(request), part=part)
        if request.method == "POST" and form.is_valid():
            is_ready = READY in request.POST
            try:
                changed = _write_weights(part.pk, form.grams, is_ready=is_ready, access=access)
            except (WeightError, NotWeighedError, ForbiddenMoveError) as error:
                form.add_error(None, str(error))
            else:
                for line in changed:
                    (messages.warning if line.given_grams else messages.success)(request, weighed_words(line))
                if is_ready:
                    messages.success(request, _ready_words(part))
                return _back(part_id)
        row = queries.part_row(part=part, town=where, now=timezone.now())
        context = {"where": where, "part": row, "form": form, "ready": READY}
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
        return render(request, "portal/weigh.html", context, status=status)


@transaction.atomic
def _write_weights(part_id: UUID, grams: dict[UUID, int], *, is_ready: bool, access: Access) -> list[Line]:
    now = timezone.now()
    changed = weighing.weigh(part_id=part_id, grams=grams, actor=access.actor, now=now)
    if is_ready:
        answering.mark_ready(part_id=part_id, actor=access.actor, now=now)
    return changed


@require_http_methods(["GET", "HEAD", "POST"])
@merchants_only
def refuse(request: HttpRequest, access: Access, town: str, part_id: UUID) -> HttpResponse:
    """Refuse every line of a part: the reason is the button."""
    where = access.town(town)
    with there(where):
        part = access.part(part_id)
        form = RefusalForm(posted(request))
        if request.method != "POST" or not form.is_valid():
            row = queries.part_row(part=part, town=where, now=timezone.now())
            return _ask(request, where, row, None, form)
        try:
            answering.refuse(part_id=part.pk, reason=form.reason, actor=access.actor, now=timezone.now())
        except ForbiddenMoveError as error:
            messages.error(request, str(error))
            return _back(part_id)
        number = part.order.number
    messages.success(request, f"Commande {number} refusée. Le client est prévenu ; {_given_back(part)}.")
    return _back(part_id)


@require_http_methods(["GET", "HEAD", "POST"])
@merchants_only
def refuse_line(request: HttpRequest, access: Access, town: str, line_id: UUID) -> HttpResponse:
    """Refuse one line; the others go on."""
    where = access.town(town)
    with there(where):
        line = access.line(line_id)
        part = access.part(line.shop_order_id)
        form = RefusalForm(posted(request))
        if request.method != "POST" or not form.is_valid():
            row = queries.part_row(part=part, town=where, now=timezone.now())
            return _ask(request, where, row, line_id, form)
        try:
            answering.refuse_line(line_id=line.pk, reason=form.reason, actor=access.actor, now=timezone.now())
        except ForbiddenMoveError as error:
            messages.error(request, str(error))
            return _back(part.pk)
    messages.success(request, f"« {line.name} » est refusé. Le client est prévenu ; {_given_back(part)}.")
    return _back(part.pk)


def _given_back(part: ShopOrder) -> str:
    return "s’il vous a payé, rendez-le-lui" if part.order.is_paid_in_shops else "ce qu’il a payé lui est rendu"


def _ask(
    request: HttpRequest, where: Town, row: queries.PartRow, line_id: UUID | None, form: RefusalForm
) -> HttpResponse:
    context = {
        "where": where,
        "part": row,
        "line": next((line for line in row.lines if line.id == line_id), None),
        "form": form,
        "reasons": REASONS,
    }
    status = HTTPStatus.OK if request.method != "POST" else HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, "portal/refuse.html", context, status=status)


def _back(part_id: UUID, *, gone: bool = False) -> HttpResponse:
    """To where the part is: with what is to be done, or, once it has left the shop, with what is past."""
    return redirect(f"{reverse('portal:past' if gone else 'portal:orders')}#c-{part_id}")
