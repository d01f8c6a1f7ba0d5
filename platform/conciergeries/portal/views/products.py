"""Products: added, changed, photographed, withdrawn, put back."""

from functools import partial
from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from conciergeries.portal.access import Access, merchants_only, there
from conciergeries.portal.forms.products import PictureForm, ProductForm
from conciergeries.portal.seeing import UnsettledRow, changing_times, rows_of
from conciergeries.towns.models import Town
from shared.web.posted import posted
from tenants.orders.unsettling import OrdersUnsettledError
from tenants.shops import services
from tenants.shops.availability import never_open, why_never
from tenants.shops.changes import calendar_of
from tenants.shops.models import Product, Shop
from tenants.shops.pictures import PictureError


@require_http_methods(["GET", "HEAD", "POST"])
@merchants_only
def new(request: HttpRequest, access: Access, town: str, shop_id: UUID) -> HttpResponse:
    where = access.town(town)
    with there(where):
        shop = access.shop(shop_id)
        form = ProductForm(posted(request))
        if request.method == "POST" and form.is_valid():
            try:
                product = services.add_product(shop_id=shop.pk, facts=form.facts, actor=access.user, now=timezone.now())
            except ValidationError as error:
                form.add_error(None, error)
            else:
                messages.success(request, f"« {product.name} » est en vitrine. Ajoutez-lui une photo.")
                return redirect("portal:product", town=where.slug, shop_id=shop.pk, product_id=product.pk)
        return _page(request, where, shop, None, form=form)


@require_http_methods(["GET", "HEAD", "POST"])
@merchants_only
def edit(request: HttpRequest, access: Access, town: str, shop_id: UUID, product_id: UUID) -> HttpResponse:
    where = access.town(town)
    with there(where):
        product = access.product(shop_id, product_id)
        form = ProductForm(posted(request), product=product)
        unsettled: list[UnsettledRow] = []
        if request.method == "POST" and form.is_valid():
            change = partial(
                services.change_product,
                product_id=product.pk,
                facts=form.facts,
                seen_stock=form.cleaned_data["seen_stock"],
                actor=access.user,
                now=timezone.now(),
            )
            try:
                changing_times(request, access, where, product.shop, change)
            except ValidationError as error:
                form.add_error(None, error)
            except OrdersUnsettledError as error:
                unsettled = rows_of(error.found)
            else:
                messages.success(request, f"« {form.cleaned_data['name']} » est enregistré.")
                never = _never(where, product.shop, form.facts.weekday_bits)
                if never:
                    messages.warning(request, f"« {form.cleaned_data['name']} » : {never}")
                return redirect("portal:shop", town=where.slug, shop_id=shop_id)
        return _page(request, where, product.shop, product, form=form, unsettled=unsettled)


@require_POST
@merchants_only
def picture(request: HttpRequest, access: Access, town: str, shop_id: UUID, product_id: UUID) -> HttpResponse:
    """Take a photograph in, or with «retirer» take it away."""
    where = access.town(town)
    with there(where):
        product = access.product(shop_id, product_id)
        form = PictureForm(request.POST, request.FILES)
        upload: bytes | None = None
        if "retirer" not in request.POST:
            if not form.is_valid():
                return _page(request, where, product.shop, product, pictures=form)
            upload = form.cleaned_data["picture"].read()
        try:
            services.set_picture(product_id=product.pk, upload=upload, actor=access.user, now=timezone.now())
        except PictureError as error:
            form.add_error("picture", str(error))
            return _page(request, where, product.shop, product, pictures=form)
    messages.success(request, "La photo est en vitrine." if upload else "La photo est retirée.")
    return redirect("portal:product", town=where.slug, shop_id=shop_id, product_id=product_id)


@require_POST
@merchants_only
def withdraw(request: HttpRequest, access: Access, town: str, shop_id: UUID, product_id: UUID) -> HttpResponse:
    where = access.town(town)
    with there(where):
        product = access.product(shop_id, product_id)
        services.withdraw_product(product_id=product.pk, actor=access.user, now=timezone.now())
    messages.success(request, f"« {product.name} » n’est plus en vitrine. Les commandes en cours continuent.")
    return redirect("portal:shop", town=where.slug, shop_id=shop_id)


@require_POST
@merchants_only
def put_back(request: HttpRequest, access: Access, town: str, shop_id: UUID, product_id: UUID) -> HttpResponse:
    where = access.town(town)
    with there(where):
        product = access.product(shop_id, product_id)
        services.put_back_product(product_id=product.pk, actor=access.user, now=timezone.now())
    messages.success(request, f"« {product.name} » est de nouveau en vitrine.")
    return redirect("portal:shop", town=where.slug, shop_id=shop_id)


def _never(where: Town, shop: Shop, weekday_bits: int) -> str:
    """Why a product of these days can never be promised; an empty text when it can."""
    calendar = calendar_of(town=where, shop=shop)
    is_never = never_open(weekday_bits=weekday_bits, calendar=calendar, now=timezone.now())
    return why_never(weekday_bits) if is_never else ""


def _page(
    request: HttpRequest,
    where: Town,
    shop: Shop,
    product: Product | None,
    *,
    form: ProductForm | None = None,
    pictures: PictureForm | None = None,
    unsettled: list[UnsettledRow] | None = None,
) -> HttpResponse:
    context = {
        "where": where,
        "shop": shop,
        "product": product,
        "form": form or ProductForm(product=product),
        "pictures": pictures or PictureForm(),
        "unsettled": unsettled or [],
        "never": _never(where, shop, product.weekday_bits) if product else "",
    }
    wrong = HTTPStatus.CONFLICT if unsettled else HTTPStatus.UNPROCESSABLE_ENTITY
    status = wrong if request.method == "POST" else HTTPStatus.OK
    # Rendered inside the town: a picture's address is made there.
    return render(request, "portal/product.html", context, status=status)
