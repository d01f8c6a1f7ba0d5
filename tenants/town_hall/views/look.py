"""How the town presents itself."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from shared.accounts.permissions import require_role
from shared.french import phone
from tenants.staff.models import StaffRole
from tenants.staff.requests import staff_of, town_of
from tenants.town_hall.forms.look import LookForm
from tenants.town_hall.look import set_look


@require_role(StaffRole.TOWN_HALL)
@require_http_methods(["GET", "HEAD", "POST"])
def look(request: HttpRequest) -> HttpResponse:
    town = town_of(request)
    initial = {"accent": town.accent, "tagline": town.tagline, "phone": phone(town.phone), "email": town.email}
    form = LookForm(initial=initial)
    if request.method == "POST":
        form = LookForm(request.POST)
        if form.is_valid():
            if set_look(town=town, facts=form.facts(), actor=staff_of(request), now=timezone.now()):
                messages.success(request, "C’est enregistré : toutes les pages le portent.")
            else:
                messages.info(request, "Rien n’avait changé.")
            return redirect("town_hall:look")
    return render(request, "town_hall/look.html", {"form": form}, status=422 if form.errors else 200)
