"""Orders whose promise cannot be kept, seen to from the desk."""

from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from shared.accounts.permissions import require_role
from shared.french import plural
from tenants.desk.views.common import ROLE
from tenants.orders.deciding import BadDecisionError, PromisesBrokenError, decisions_in
from tenants.orders.models import Channel
from tenants.orders.to_see import broken_to_see, see_to
from tenants.staff.requests import staff_of, town_of


@require_role(ROLE)
@require_http_methods(["GET", "HEAD", "POST"])
def to_see(request: HttpRequest) -> HttpResponse:
    """Each with a window that is proposed, and the others; what is decided of some is done at once."""
    town, now = town_of(request), timezone.now()
    if request.method != "POST":
        return render(request, "desk/to_see.html", {"broken": broken_to_see(town=town, now=now)})
    try:
        decided = decisions_in(request.POST)
    except BadDecisionError as error:
        raise Http404 from error
    try:
        done = see_to(town=town, decided=decided, user=staff_of(request), channel=Channel.COUNTER.value, now=now)
    except PromisesBrokenError as error:
        context = {"broken": error.broken, "is_stale": True}
        return render(request, "desk/to_see.html", context, status=HTTPStatus.CONFLICT)
    if done:
        messages.success(request, f"C’est fait pour {plural(len(done), 'commande')}.")
    return redirect("desk:to_see")
