"""One payment contested at a bank: until when to answer, and who bears it once it is lost."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from billing.payments.models import Dispute
from billing.payments.services import AlreadyDecidedError, NotLostError, SharesDoNotAddUpError
from shared.accounts.permissions import require_role
from shared.french import money
from tenants.staff.models import StaffRole
from tenants.staff.requests import staff_of, town_of
from tenants.town_hall.deciding import BeyondLimitError, decide
from tenants.town_hall.disputes import SeenDispute, borne, with_orders
from tenants.town_hall.forms.disputes import DecisionForm


@require_role(StaffRole.TOWN_HALL)
@require_http_methods(["GET", "HEAD", "POST"])
def dispute(request: HttpRequest, dispute_id: UUID) -> HttpResponse:
    found = Dispute.objects.select_related("payment").filter(pk=dispute_id).first()
    if found is None:
        raise Http404
    [seen] = with_orders([found])
    name = str(town_of(request).operating_company)
    if request.method == "POST" and not seen.to_decide:
        messages.info(request, "Cette contestation n’est plus à décider.")
        return redirect("town_hall:dispute", dispute_id)
    form = DecisionForm(request.POST or None, seen=seen, company_name=name) if seen.to_decide else None
    if request.method == "POST" and form is not None and form.is_valid():
        return _decide(request, seen, form)
    shares = borne(found, parts=seen.parts, company_name=name)
    context = {"seen": seen, "dispute": found, "form": form, "shares": shares}
    return render(request, "town_hall/dispute.html", context, status=422 if form is not None and form.errors else 200)


def _decide(request: HttpRequest, seen: SeenDispute, form: DecisionForm) -> HttpResponse:
    try:
        decide(
            dispute_id=seen.dispute.pk,
            shares=form.shares(),
            reason=form.cleaned_data["reason"],
            actor=staff_of(request),
            now=timezone.now(),
        )
    except (AlreadyDecidedError, NotLostError):
        messages.info(request, "Cette contestation n’est plus à décider.")
    except (BeyondLimitError, SharesDoNotAddUpError):
        messages.error(request, "La commande ou la contestation a changé pendant que vous décidiez : relisez-la.")
    else:
        taken = money(seen.dispute.withdrawn_cents)
        messages.success(request, f"C’est décidé pour les {taken} de {seen.about}.")
    return redirect("town_hall:dispute", seen.dispute.pk)
