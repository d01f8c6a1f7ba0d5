"""A merchant leaves the conciergerie: what it means, then the day, then the decision; and its return."""

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from shared.accounts.permissions import require_role
from shared.french import calendar_day
from shared.web.posted import posted
from tenants.shops.leaving import AlreadyLeavingError, announce_departure, come_back, open_departure, told_at
from tenants.shops.models import Shop
from tenants.staff.models import StaffRole
from tenants.staff.requests import staff_of, town_of
from tenants.town_hall.departures import meaning_of
from tenants.town_hall.forms.departures import DepartureForm


@require_role(StaffRole.TOWN_HALL)
@require_http_methods(["GET", "HEAD", "POST"])
def departure(request: HttpRequest, shop_id: UUID) -> HttpResponse:
    """What is wanted, then what it means, before it is done; or what was decided already."""
    shop = get_object_or_404(Shop.objects.select_related("merchant"), pk=shop_id)
    town, now = town_of(request), timezone.now()
    decided = open_departure(shop.pk)
    form = DepartureForm(posted(request), town=town, now=now)
    confirms = False
    if request.method == "POST" and form.is_valid() and "change" not in request.POST:
        confirms = decided is None and "confirm" not in request.POST
        if not confirms:
            return _announce(request, shop, form)
    context = {
        "shop": shop,
        "departure": decided,
        "told_at": told_at(decided) if decided else None,
        "meaning": meaning_of(town=town, shop=shop, now=now),
        "form": form,
        "confirms": confirms,
        "company": town.operating_company,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "town_hall/departure.html", context, status=status)


def _announce(request: HttpRequest, shop: Shop, form: DepartureForm) -> HttpResponse:
    try:
        done = announce_departure(
            town=town_of(request), shop_id=shop.pk, actor=staff_of(request), now=timezone.now(), **form.facts
        )
    except AlreadyLeavingError as error:
        messages.error(request, str(error))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        day = calendar_day(done.leaves_on, year=True)
        said = "a quitté la conciergerie" if done.left_at else f"quitte la conciergerie à partir du {day}"
        messages.success(request, f"{shop.name} {said}. Le commerçant en est prévenu par e-mail.")
    return redirect("town_hall:departure", shop.pk)


@require_role(StaffRole.TOWN_HALL)
@require_POST
def return_(request: HttpRequest, shop_id: UUID) -> HttpResponse:
    """Give a departure up, or have the merchant back; a second click finds it here."""
    shop = get_object_or_404(Shop, pk=shop_id)
    undone = come_back(town=town_of(request), shop_id=shop.pk, actor=staff_of(request), now=timezone.now())
    if undone is None:
        messages.info(request, f"{shop.name} est déjà là.")
    elif undone.left_at:
        messages.success(request, f"{shop.name} est de retour sur le site. Le commerçant en est prévenu.")
    else:
        messages.success(request, f"{shop.name} reste : son départ est abandonné. Le commerçant en est prévenu.")
    return redirect("town_hall:shops")
