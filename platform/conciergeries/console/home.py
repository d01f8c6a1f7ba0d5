"""The platform's home, for communes."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from conciergeries.towns.models import Town
from shared.web.addresses import base_url

_DAY = [
    {"time": "14\u00a0h", "title": "Dernière minute pour commander", "note": "les boutiques préparent"},
    {"time": "17\u00a0h", "title": "Le triporteur passe", "note": "toutes les boutiques, une tournée"},
    {"time": "18\u00a0h", "title": "Tout vous attend au comptoir", "note": "un code, et c’est à vous", "you": True},
]
_OPENING = [
    {
        "time": "14\u00a0h",
        "title": "Nous tapons le nom de votre commune",
        "note": "son site et ses données existent aussitôt",
    },
    {
        "time": "14\u00a0h\u00a015",
        "title": "Vous réglez vos horaires et votre commission",
        "note": "la mairie reçoit son invitation",
    },
    {"time": "15\u00a0h", "title": "Vous invitez vos commerçants", "note": "chacun montre quelques produits"},
    {"time": "18\u00a0h", "title": "La première commande peut arriver", "you": True},
]


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What a conciergerie is, how a commune opens one, and where there already is one."""
    served = Town.objects.filter(ready=True, suspended_at=None).prefetch_related("domains").order_by("name")
    towns = [{"name": town.name, "tagline": town.tagline, "url": base_url(town.host)} for town in served]
    context = {"towns": towns, "contact": settings.PLATFORM_CONTACT, "stops": _DAY, "opening": _OPENING}
    return render(request, "console/home.html", context)
