"""Why a promise is what it is, for the town hall that is asked."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from conciergeries.towns.models import Town
from shared.accounts.permissions import require_role
from tenants.hubs.explaining import chain, come_back, missed
from tenants.orders.promising import prospects
from tenants.shops.models import Product
from tenants.shops.queries import search
from tenants.staff.models import StaffRole
from tenants.staff.requests import town_of
from tenants.town_hall.forms.promise import PromiseForm


@require_role(StaffRole.TOWN_HALL)
@require_safe
def promise(request: HttpRequest) -> HttpResponse:
    """The chain of reasons of an order that nobody places, its windows, and why none comes sooner."""
    now, town = timezone.now(), town_of(request)
    form = PromiseForm(request.GET, town=town, now=now)
    is_valid = form.is_valid()
    chosen = form.chosen
    text = form.cleaned_data.get("q", "")
    context = {
        "form": form,
        "chosen": chosen,
        "q": text,
        "found": _found(text, chosen) if text else None,
        "said": _said(form, town, chosen) if is_valid else None,
    }
    return render(request, "town_hall/promise.html", context, status=200 if is_valid else 422)


def _found(text: str, chosen: list[Product]) -> list[Product]:
    """What the search found beside what is chosen already."""
    known = {product.pk for product in chosen}
    return [product for product in search(text, now=timezone.now()).products if product.pk not in known]


def _said(form: PromiseForm, town: Town, products: list[Product]) -> dict[str, Any]:
    hub, moment = form.cleaned_data["hub"], form.moment
    prospect = prospects(town=town, products=products, now=moment, hubs=[hub])
    question, answer = prospect.questions[hub.pk], prospect.at(hub)
    return {
        "hub": hub,
        "now": answer.now,
        "windows": answer.windows,
        "chain": chain(question, answer),
        "missed": missed(question, answer),
        "back": None if answer.windows else come_back(question, now=moment),
    }
