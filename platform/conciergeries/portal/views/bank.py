"""The account that a merchant is paid to: shown in part, changed with a code, undone while it is not paid to yet."""

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from conciergeries.merchants import bank as services
from conciergeries.merchants.models import BankAccountChange
from conciergeries.portal.access import Access, merchants_only
from conciergeries.portal.forms.bank import BankForm, CodeForm
from shared.sepa.accounts import masked
from shared.web.posted import posted


@require_safe
@merchants_only
def bank(request: HttpRequest, access: Access, merchant_id: UUID) -> HttpResponse:
    merchant, now = access.merchant(merchant_id), timezone.now()
    context = {
        "merchant": merchant,
        "iban": masked(merchant.iban),
        "payable": services.is_payable(merchant, now=now),
        "change": services.last_change(merchant, now=now),
    }
    return render(request, "portal/bank.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@merchants_only
def change(request: HttpRequest, access: Access, merchant_id: UUID) -> HttpResponse:
    merchant = access.merchant(merchant_id)
    form = BankForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            asked = services.ask_for_account(
                merchant=merchant, **form.cleaned_data, user=access.user, now=timezone.now()
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("portal:confirm_bank", merchant_id, asked.pk)
    context = {"form": form, "merchant": merchant, "days": services.cooling_off().days}
    return render(request, "portal/change_bank.html", context, status=_status(request))


@require_http_methods(["GET", "HEAD", "POST"])
@merchants_only
def confirm(request: HttpRequest, access: Access, merchant_id: UUID, change_id: UUID) -> HttpResponse:
    """The code, sent to the mailbox of the person who asks."""
    merchant = access.merchant(merchant_id)
    asked = get_object_or_404(BankAccountChange, pk=change_id, merchant=merchant)
    form = CodeForm(posted(request))
    if request.method == "POST" and form.is_valid():
        code = form.cleaned_data["code"]
        try:
            services.confirm_account(
                merchant=merchant, change_id=asked.pk, code=code, user=access.user, now=timezone.now()
            )
        except services.WrongCodeError as error:
            form.add_error("code", str(error))
        else:
            messages.success(request, "Votre nouveau compte bancaire est enregistré.")
            return redirect("portal:bank", merchant_id)
    context = {"form": form, "merchant": merchant, "iban": masked(asked.iban), "email": access.user.email}
    return render(request, "portal/confirm_bank.html", context, status=_status(request))


@require_POST
@merchants_only
def undo(request: HttpRequest, access: Access, merchant_id: UUID, change_id: UUID) -> HttpResponse:
    """Go back to the account from before. A second click changes nothing."""
    merchant = access.merchant(merchant_id)
    try:
        undone = services.undo_account(merchant=merchant, change_id=change_id, user=access.user, now=timezone.now())
    except BankAccountChange.DoesNotExist as error:
        raise Http404 from error
    if undone:
        messages.success(request, "Vous êtes de nouveau payé sur le compte d’avant.")
    else:
        messages.info(request, "Ce changement ne peut plus être annulé : demandez-en un autre.")
    return redirect("portal:bank", merchant_id)


def _status(request: HttpRequest) -> HTTPStatus:
    return HTTPStatus.OK if request.method != "POST" else HTTPStatus.UNPROCESSABLE_ENTITY
