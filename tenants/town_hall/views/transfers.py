"""Paying merchants by bank: what waits, files to download and send, and what the bank did with each line."""

from collections.abc import Callable
from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from billing.settlements.models import Payout
from billing.transfers import services
from billing.transfers.models import TransferBatch, TransferLine
from billing.transfers.readiness import waiting
from shared.accounts.permissions import require_role
from shared.french import NBSP, money, plural
from shared.sepa.accounts import masked
from shared.web.posted import posted
from tenants.staff.models import StaffRole
from tenants.staff.requests import staff_of, town_of
from tenants.town_hall.forms.settlements import FailureForm

BATCHES_PER_PAGE = 20


@require_role(StaffRole.TOWN_HALL)
@require_safe
def transfers(request: HttpRequest) -> HttpResponse:
    found = waiting(town=town_of(request), now=timezone.now())
    ready = [each for each in found if each.is_ready]
    batches = TransferBatch.objects.defer("content").order_by("-made_at", "pk")
    context = {
        "ready": ready,
        "total": sum(each.payout.amount_cents for each in ready),
        "kept": [
            (each, [(account, masked(account)) for account in (each.payout.iban, each.merchant.iban) if account])
            for each in found
            if not each.is_ready
        ],
        "page": Paginator(batches, BATCHES_PER_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "town_hall/transfers.html", context)


@require_role(StaffRole.TOWN_HALL)
@require_POST
def make(request: HttpRequest) -> HttpResponse:
    """Make a file of all that may go. A second click finds nothing left."""
    try:
        batch = services.make_batch(town=town_of(request), actor=staff_of(request), now=timezone.now())
    except services.NothingToPayError:
        messages.info(request, f"Rien à virer{NBSP}: tout est déjà dans un fichier, ou attend.")
    except services.CannotPayError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{plural(batch.line_count, 'virement')}, {money(batch.total_cents)} en tout.")
        return redirect("town_hall:batch", batch.pk)
    return redirect("town_hall:transfers")


@require_role(StaffRole.TOWN_HALL)
@require_safe
def batch(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    found = get_object_or_404(TransferBatch.objects.defer("content"), pk=batch_id)
    lines = [(line, masked(line.iban)) for line in found.lines.select_related("payout__statement").order_by("position")]
    pending = sum(line.state == "pending" for line, _iban in lines)
    context = {"batch": found, "lines": lines, "debtor": masked(found.debtor_iban), "pending": pending}
    return render(request, "town_hall/batch.html", context)


@require_role(StaffRole.TOWN_HALL)
@require_POST
def download(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """The file itself; who took it stays in the trail."""
    try:
        found = services.download(batch_id=batch_id, actor=staff_of(request), now=timezone.now())
    except TransferBatch.DoesNotExist as error:
        raise Http404 from error
    except services.ForbiddenStepError:
        messages.error(request, "Ce fichier est abandonné.")
        return redirect("town_hall:batch", batch_id)
    named = {"Content-Disposition": f'attachment; filename="{found.file_name}"'}
    return HttpResponse(found.content, content_type="application/xml", headers=named)


@require_role(StaffRole.TOWN_HALL)
@require_POST
def sent(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    return _step(request, batch_id, services.note_sent, "Noté : la banque a le fichier.")


@require_role(StaffRole.TOWN_HALL)
@require_POST
def cancel(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    return _step(request, batch_id, services.cancel_batch, "Le fichier est abandonné : ses versements attendent.")


@require_role(StaffRole.TOWN_HALL)
@require_POST
def confirm(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """All that still waits in a file, or one line of it."""
    line = request.POST.get("line", "")
    try:
        wanted = [UUID(line)] if line else None
    except ValueError as error:
        raise Http404 from error
    try:
        count = services.confirm_lines(batch_id=batch_id, line_ids=wanted, actor=staff_of(request), now=timezone.now())
    except TransferBatch.DoesNotExist as error:
        raise Http404 from error
    except services.ForbiddenStepError:
        messages.error(request, f"Dites d’abord que la banque a le fichier{NBSP}: rien n’a changé.")
    else:
        messages.success(request, f"{plural(count, 'virement')} exécuté{'s' if count > 1 else ''}.")
    return redirect("town_hall:batch", batch_id)


@require_role(StaffRole.TOWN_HALL)
@require_http_methods(["GET", "HEAD", "POST"])
def fail(request: HttpRequest, line_id: UUID) -> HttpResponse:
    """A line that the bank refused, or sent back: with what it said."""
    line = get_object_or_404(TransferLine.objects.select_related("batch"), pk=line_id)
    form = FailureForm(posted(request))
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            noted = services.fail_line(line_id=line.pk, reason=reason, actor=staff_of(request), now=timezone.now())
        except services.ForbiddenStepError:
            messages.error(request, f"Dites d’abord que la banque a le fichier{NBSP}: rien n’a changé.")
        else:
            due = f"{money(line.amount_cents)} sont de nouveau dus à {line.creditor_name}."
            messages.success(request, due if noted else "C’était déjà noté.")
        return redirect("town_hall:batch", line.batch_id)
    context = {"form": form, "line": line, "iban": masked(line.iban)}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "town_hall/transfer_failed.html", context, status=status)


@require_role(StaffRole.TOWN_HALL)
@require_POST
def clear(request: HttpRequest, line_id: UUID) -> HttpResponse:
    """The account that sent a transfer back may be paid to again."""
    try:
        cleared = services.clear_line(line_id=line_id, actor=staff_of(request), now=timezone.now())
    except TransferLine.DoesNotExist as error:
        raise Http404 from error
    except services.ForbiddenStepError:
        cleared = False
    messages.success(request, f"Noté{NBSP}: ce compte peut être payé." if cleared else "Rien n’avait besoin de l’être.")
    return redirect("town_hall:transfers")


@require_role(StaffRole.TOWN_HALL)
@require_POST
def choose(request: HttpRequest, payout_id: UUID) -> HttpResponse:
    """Which of two accounts is right."""
    try:
        chosen = services.choose_account(
            payout_id=payout_id,
            iban=request.POST.get("iban", ""),
            town=town_of(request),
            actor=staff_of(request),
            now=timezone.now(),
        )
    except Payout.DoesNotExist as error:
        raise Http404 from error
    except services.ForbiddenStepError:
        messages.error(request, f"Ce compte n’est ni l’un ni l’autre{NBSP}: rien n’a changé.")
    else:
        messages.success(
            request, f"Noté{NBSP}: il part avec le prochain fichier." if chosen else "C’était déjà choisi."
        )
    return redirect("town_hall:transfers")


def _step(request: HttpRequest, batch_id: UUID, step: Callable[..., bool], said: str) -> HttpResponse:
    try:
        done = step(batch_id=batch_id, actor=staff_of(request), now=timezone.now())
    except TransferBatch.DoesNotExist as error:
        raise Http404 from error
    except services.ForbiddenStepError:
        messages.error(request, f"Ce fichier n’en est plus là{NBSP}: rien n’a changé.")
    else:
        messages.success(request, said) if done else messages.info(request, "C’était déjà noté.")
    return redirect("town_hall:batch", batch_id)
