"""The shops of the town: admitting, withdrawing."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from billing.settlements.calendar import day_in
from conciergeries.merchants.models import MerchantMember
from shared.accounts.permissions import require_role
from shared.tenancy import in_public
from tenants.shops import admission
from tenants.shops.admission import Admission, AlreadyAdmittedError, HasLeftError
from tenants.shops.departures import Departure
from tenants.shops.leaving import open_departure
from tenants.shops.models import Shop
from tenants.staff.models import StaffRole
from tenants.staff.requests import staff_of, town_of
from tenants.town_hall.forms.people import AdmitForm, WithdrawForm

_HAS_LEFT = "{name} a quitté la conciergerie : c’est ici qu’on le fait revenir."


@require_role(StaffRole.TOWN_HALL)
@require_safe
def shops(request: HttpRequest) -> HttpResponse:
    found = list(
        Shop.objects.select_related("merchant")
        .annotate(for_sale=Count("products", filter=Q(products__withdrawn_at=None)))
        .order_by("withdrawn_at", "name", "pk")
    )
    with in_public():
        members = MerchantMember.objects.filter(merchant__in=[shop.merchant_id for shop in found])
        held = set(members.values_list("merchant_id", flat=True))
    leaving = {each.shop_id: each for each in Departure.objects.filter(returned_at=None).order_by("pk")}
    left = [(shop, each) for shop in found if (each := leaving.get(shop.pk)) and each.left_at]
    gone = {shop.pk for shop, _departure in left}
    return render(
        request,
        "town_hall/shops.html",
        {
            "open": [(shop, shop.merchant_id in held, leaving.get(shop.pk)) for shop in found if not shop.withdrawn_at],
            "withdrawn": [shop for shop in found if shop.withdrawn_at and shop.pk not in gone],
            "left": left,
            "today": day_in(town_of(request), timezone.now()),
        },
    )


@require_role(StaffRole.TOWN_HALL)
@require_http_methods(["GET", "HEAD", "POST"])
def admit(request: HttpRequest) -> HttpResponse:
    form = AdmitForm()
    if request.method == "POST":
        form = AdmitForm(request.POST)
        if form.is_valid():
            try:
                done = admission.admit(
                    town=town_of(request), actor=staff_of(request), now=timezone.now(), **form.cleaned_data
                )
            except AlreadyAdmittedError as error:
                gone = open_departure(error.shop.pk)
                if gone and gone.left_at:
                    messages.info(request, _HAS_LEFT.format(name=error.shop.name))
                    return redirect("town_hall:departure", error.shop.pk)
                messages.info(request, f"{error.shop.name}, de même SIRET, est déjà une boutique de la commune.")
                return redirect("town_hall:shops")
            except ValidationError as error:
                for field, errors in error.message_dict.items():
                    form.add_error(field if field in form.fields else None, errors)
            else:
                messages.success(request, _said(done))
                return redirect("town_hall:shops")
    return render(request, "town_hall/admit.html", {"form": form}, status=422 if form.errors else 200)


def _said(done: Admission) -> str:
    if not done.known:
        return f"{done.shop.name} est admise : l’invitation part à {done.merchant.contact_email}."
    if done.invited:
        return (
            f"{done.shop.name} est admise. La plateforme connaît ce SIRET : l’invitation part à l’adresse déjà donnée."
        )
    return f"{done.shop.name} est admise. Ce commerçant a déjà son espace : il est prévenu à son adresse."


@require_role(StaffRole.TOWN_HALL)
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, shop_id: UUID) -> HttpResponse:
    shop = _shop_or_404(shop_id)
    form = WithdrawForm()
    if request.method == "POST":
        form = WithdrawForm(request.POST)
        if form.is_valid():
            reason = form.cleaned_data["reason"]
            admission.withdraw(shop_id=shop.pk, reason=reason, actor=staff_of(request), now=timezone.now())
            messages.success(request, f"{shop.name} n’est plus sur le site. Le commerçant en reçoit le motif.")
            return redirect("town_hall:shops")
    return render(request, "town_hall/withdraw.html", {"form": form, "shop": shop}, status=422 if form.errors else 200)


@require_role(StaffRole.TOWN_HALL)
@require_POST
def readmit(request: HttpRequest, shop_id: UUID) -> HttpResponse:
    shop = _shop_or_404(shop_id)
    try:
        admission.readmit(shop_id=shop.pk, actor=staff_of(request), now=timezone.now())
    except HasLeftError:
        messages.info(request, _HAS_LEFT.format(name=shop.name))
        return redirect("town_hall:departure", shop.pk)
    messages.success(request, f"{shop.name} est de retour sur le site.")
    return redirect("town_hall:shops")


@require_role(StaffRole.TOWN_HALL)
@require_POST
def invite_again(request: HttpRequest, shop_id: UUID) -> HttpResponse:
    shop = _shop_or_404(shop_id)
    sent = admission.send_invitation_again(
        town=town_of(request), shop_id=shop.pk, actor=staff_of(request), now=timezone.now()
    )
    if sent:
        messages.success(request, f"Une nouvelle invitation part vers {shop.name}.")
    else:
        messages.info(request, f"{shop.name} a déjà son espace : il n’y a plus personne à inviter.")
    return redirect("town_hall:shops")


def _shop_or_404(shop_id: UUID) -> Shop:
    shop = Shop.objects.select_related("merchant").filter(pk=shop_id).first()
    if shop is None:
        raise Http404
    return shop
