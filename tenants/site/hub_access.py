"""Becoming a member of a restricted hub with its code, and leaving it."""

from http import HTTPStatus

from allauth.core.internal import ratelimit
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tenants.hubs.membership import LONGEST_CODE, WrongCodeError, is_member, join, leave
from tenants.hubs.models import Hub
from tenants.site.hubs import hub_or_404
from tenants.site.session import resident_here, signed_in_resident

# A code is misread twice, not ten times; whoever guesses changes accounts, or hubs.
RATES = {"hub_code": "20/m/ip,5/10m/user,100/h/key"}


class CodeForm(forms.Form):
    """The code that the hub's members were given."""

    code = forms.CharField(
        label="Code d’accès",
        max_length=LONGEST_CODE,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}),
        error_messages={"required": "Tapez le code qui vous a été donné."},
    )


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Ask for the code; on POST, let in whoever has it."""
    hub = _restricted_or_404(slug)
    if request.method != "POST":
        if is_member(resident_here(request), hub):
            return redirect("site:hub", hub.slug)
        return _page(request, hub, CodeForm())
    if not ratelimit.consume(request, app="hubs", action="hub_code", config=RATES, key=str(hub.pk)):
        limited: HttpResponse = ratelimit.respond_429(request)
        return limited
    now = timezone.now()
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _page(request, hub, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        join(hub_id=hub.pk, resident=signed_in_resident(request, now=now), code=form.cleaned_data["code"], now=now)
    except Hub.DoesNotExist as error:
        raise Http404 from error
    except WrongCodeError as error:
        form.add_error("code", str(error))
        return _page(request, hub, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    messages.success(
        request, f"C’est noté\u00a0: vous pouvez maintenant choisir «\u00a0{hub.name}\u00a0» en commandant."
    )
    return redirect("site:hub", hub.slug)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def quit_hub(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Ask whether one is sure, then leave the hub's members."""
    hub, resident = _restricted_or_404(slug), resident_here(request)
    if resident is None or not is_member(resident, hub):
        return redirect("site:hub", hub.slug)
    if request.method != "POST":
        return render(request, "site/hub_quit.html", {"hub": hub})
    leave(hub_id=hub.pk, resident=resident, now=timezone.now())
    messages.success(request, f"Vous n’êtes plus membre de «\u00a0{hub.name}\u00a0».")
    return redirect("site:hub", hub.slug)


def _page(request: HttpRequest, hub: Hub, form: CodeForm, *, status: int = HTTPStatus.OK) -> HttpResponse:
    return render(request, "site/hub_access.html", {"hub": hub, "form": form}, status=status)


def _restricted_or_404(slug: str) -> Hub:
    """Raises Http404 for a hub that is everybody's."""
    hub = hub_or_404(slug)
    if not hub.is_restricted:
        raise Http404
    return hub
