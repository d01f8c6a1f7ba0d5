"""What the desk's pages share."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme

from tenants.orders.models import Order
from tenants.orders.queries import with_parts

ROLE = "concierge"


def ids_in(request: HttpRequest, name: str) -> list[UUID]:
    """The keys sent under this name. Raises Http404 for what is no key: no page of ours sends it."""
    try:
        return [UUID(value) for value in request.POST.getlist(name)]
    except ValueError as error:
        raise Http404 from error


def back_to(request: HttpRequest, default: str) -> HttpResponse:
    """Return to the page of the desk that sent the form."""
    wanted = request.POST.get("next", "")
    ours = wanted.startswith(resolve_url("desk:today")) and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return redirect(wanted if ours else default)


def order_or_404(order_id: UUID) -> Order:
    """A confirmed order or one that waits for its payment, with its parts."""
    order = with_parts(Order.objects.filter(pk=order_id)).first()
    if order is None:
        raise Http404
    return order
