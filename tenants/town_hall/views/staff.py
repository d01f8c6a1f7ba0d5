"""Who works for the town."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from shared.accounts import invitations
from shared.accounts.models import Invitation
from shared.accounts.permissions import require_role
from tenants.staff import services
from tenants.staff.models import Staff, StaffRole
from tenants.staff.requests import staff_of
from tenants.staff.services import AlreadyStaffError, LastTownHallError, YourselfError
from tenants.town_hall.forms.people import InviteForm


@require_role(StaffRole.TOWN_HALL)
@require_http_methods(["GET", "HEAD", "POST"])
def staff(request: HttpRequest) -> HttpResponse:
    """The team, the invitations under way, and a form to invite."""
    form = InviteForm()
    if request.method == "POST":
        form = InviteForm(request.POST)
        if form.is_valid():
            email, role = form.cleaned_data["email"], StaffRole(form.cleaned_data["role"])
            try:
                services.invite_staff(email=email, role=role, actor=staff_of(request), now=timezone.now())
            except AlreadyStaffError:
                form.add_error("email", "Cette personne tient déjà ce rôle.")
            else:
                messages.success(request, f"L’invitation part à {email} : elle est valable sept jours.")
                return redirect("town_hall:staff")
    now = timezone.now()
    members = Staff.objects.select_related("user").order_by("-active", "role", "user__name", "pk")
    waiting = Invitation.objects.filter(
        role__in=StaffRole.values, accepted_at=None, revoked_at=None, expires_at__gt=now
    )
    context = {
        "form": form,
        "members": list(members),
        "invitations": [(invitation, StaffRole(invitation.role).label) for invitation in waiting],
        "me": staff_of(request).pk,
    }
    return render(request, "town_hall/staff.html", context, status=422 if form.errors else 200)


@require_role(StaffRole.TOWN_HALL)
@require_http_methods(["GET", "HEAD", "POST"])
def deactivate(request: HttpRequest, staff_id: UUID) -> HttpResponse:
    member = _member_or_404(staff_id)
    if request.method != "POST":
        return render(request, "town_hall/deactivate.html", {"member": member})
    try:
        services.deactivate(staff_id=member.pk, actor=staff_of(request), now=timezone.now())
    except YourselfError:
        messages.error(request, "Vous ne pouvez pas vous retirer vous-même : demandez-le à un collègue.")
    except LastTownHallError:
        messages.error(request, "C’est la dernière personne de la mairie : invitez d’abord quelqu’un d’autre.")
    else:
        messages.success(request, f"{member.user} n’est plus {member.get_role_display()} : l’accès est fermé.")
    return redirect("town_hall:staff")


@require_role(StaffRole.TOWN_HALL)
@require_POST
def reactivate(request: HttpRequest, staff_id: UUID) -> HttpResponse:
    member = _member_or_404(staff_id)
    services.reactivate(staff_id=member.pk, actor=staff_of(request), now=timezone.now())
    messages.success(request, f"{member.user} est de nouveau {member.get_role_display()}.")
    return redirect("town_hall:staff")


@require_role(StaffRole.TOWN_HALL)
@require_POST
def revoke(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    invitation = Invitation.objects.filter(pk=invitation_id, role__in=StaffRole.values).first()
    if invitation is None:
        raise Http404
    if invitations.revoke(invitation=invitation, actor=staff_of(request), now=timezone.now()):
        messages.success(request, f"L’invitation de {invitation.email} est annulée : son lien ne s’ouvre plus.")
    else:
        messages.info(request, f"L’invitation de {invitation.email} n’était plus en attente.")
    return redirect("town_hall:staff")


def _member_or_404(staff_id: UUID) -> Staff:
    member = Staff.objects.select_related("user").filter(pk=staff_id).first()
    if member is None:
        raise Http404
    return member
