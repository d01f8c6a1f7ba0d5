"""Settling merchants: what waits for a look, what would be issued, the rules, adjustments."""

from datetime import date, datetime
from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from billing.settlements.calendar import day_in
from billing.settlements.models import Adjustment, Draft
from billing.settlements.periods import Change, Frequency, Period
from billing.settlements.previewing import preview, preview_draft
from billing.settlements.queries import find_statements
from billing.settlements.reviewing import open_drafts
from billing.settlements.rules import Rules, Timetable, latest_rules, planned_rules, rules_on, timetable_of
from billing.settlements.services import (
    DraftClosedError,
    FiguresChangedError,
    WishChangedError,
    add_adjustment,
    approve_draft,
    hold_draft,
    set_rules,
)
from billing.settlements.setting_rules import begins_on
from conciergeries.merchants.models import Merchant
from conciergeries.towns.models import Town
from shared.accounts.permissions import require_role
from shared.french import NBSP, full_date, money
from shared.web.posted import posted
from tenants.staff.models import StaffRole
from tenants.staff.requests import staff_of, town_of
from tenants.town_hall.forms.settlements import AdjustmentForm, HoldForm, RulesForm

STATEMENTS_SHOWN = 20
PERIODS_SHOWN = 3


@require_role(StaffRole.TOWN_HALL)
@require_safe
def settlements(request: HttpRequest) -> HttpResponse:
    town, now = town_of(request), timezone.now()
    drafts = open_drafts()
    merchants = Merchant.objects.in_bulk([draft.merchant_id for draft in drafts])
    waiting = Adjustment.objects.filter(statement=None).order_by("added_at", "pk")
    names = Merchant.objects.in_bulk([each.merchant_id for each in waiting])
    context = {
        "drafts": [
            (each, merchants[each.merchant_id], preview_draft(town=town, draft=each, now=now)) for each in drafts
        ],
        "adjustments": [(each, names[each.merchant_id]) for each in waiting],
        "statements": find_statements(words="")[:STATEMENTS_SHOWN],
        "rules": rules_on(day_in(town, now)),
        "planned": planned_rules(day_in(town, now)),
        "coming": timetable_of(None).coming(day_in(town, now), PERIODS_SHOWN),
    }
    return render(request, "town_hall/settlements.html", context)


@require_role(StaffRole.TOWN_HALL)
@require_safe
def would_be(request: HttpRequest) -> HttpResponse:
    """What would be issued now, by the code that issues it; nothing is."""
    found = preview(town=town_of(request), now=timezone.now())
    total = sum(each.payout_cents for each in found)
    return render(request, "town_hall/would_be.html", {"found": found, "total": total})


@require_role(StaffRole.TOWN_HALL)
@require_http_methods(["GET", "HEAD", "POST"])
def rules(request: HttpRequest) -> HttpResponse:
    """The rules of the periods to come; shown at work before they are set."""
    town, now = town_of(request), timezone.now()
    form = RulesForm(posted(request), rules=latest_rules(), town=town)
    shown = begins = None
    if request.method == "POST" and form.is_valid():
        if "confirm" in request.POST:
            begins = set_rules(town=town, rules=form.rules, actor=staff_of(request), now=now)
            held = f"elles valent pour les périodes qui commencent le {full_date(begins)} ou après" if begins else ""
            said = f"Les règles sont enregistrées{NBSP}: {held}." if begins else "Ces règles étaient déjà les vôtres."
            messages.success(request, said)
            return redirect("town_hall:settlements")
        begins = begins_on(form.rules, town=town, now=now)
        shown = _at_work(form.rules, town=town, begins=begins, now=now)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(
        request, "town_hall/settlement_rules.html", {"form": form, "shown": shown, "begins": begins}, status=status
    )


def _at_work(wanted: Rules, *, town: Town, begins: date, now: datetime) -> list[tuple[str, list[Period]]]:
    """The periods to come if these rules were set now, for each rhythm that they allow."""
    today = day_in(town, now)
    present, words = timetable_of(None), {Frequency.WEEKLY: "Chaque semaine", Frequency.MONTHLY: "Chaque mois"}
    before = tuple(change for change in present.changes if change.valid_from <= today)
    shown = []
    for each in Frequency:
        if wanted.allows(each):
            timetable = Timetable(present.rhythm, (*before, Change(begins, wanted.rhythm(each))))
            shown.append((words[each], timetable.coming(today, PERIODS_SHOWN + 3)))
    return shown


@require_role(StaffRole.TOWN_HALL)
@require_safe
def draft(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    return _draft_page(request, get_object_or_404(Draft, pk=draft_id), HoldForm())


def _draft_page(request: HttpRequest, found: Draft, form: HoldForm) -> HttpResponse:
    merchant = Merchant.objects.get(pk=found.merchant_id)
    shown = preview_draft(town=town_of(request), draft=found, now=timezone.now()) if found.is_open else None
    context = {"draft": found, "merchant": merchant, "shown": shown, "form": form}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "town_hall/draft.html", context, status=status)


@require_role(StaffRole.TOWN_HALL)
@require_POST
def approve(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Issue a statement as it was shown. A second click, or a second person, changes nothing."""
    try:
        net = int(request.POST.get("net", ""))
    except ValueError as error:
        raise Http404 from error
    try:
        statement = approve_draft(
            town=town_of(request), draft_id=draft_id, shown_net_cents=net, actor=staff_of(request), now=timezone.now()
        )
    except Draft.DoesNotExist as error:
        raise Http404 from error
    except FiguresChangedError:
        messages.warning(request, f"Les montants ont changé depuis{NBSP}: relisez-les avant d’approuver.")
        return redirect("town_hall:draft", draft_id)
    except DraftClosedError:
        messages.info(request, "Ce bordereau est repris dans un plus récent.")
        return redirect("town_hall:settlements")
    if statement is None:
        messages.warning(request, f"Rien n’est émis{NBSP}: il manque quelque chose, ou il n’y a plus rien à régler.")
    else:
        messages.success(request, f"Le bordereau {statement.number} est émis{NBSP}: {money(statement.net_cents)}.")
    return redirect("town_hall:settlements")


@require_role(StaffRole.TOWN_HALL)
@require_POST
def hold(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    found, form = get_object_or_404(Draft, pk=draft_id), HoldForm(request.POST)
    if not form.is_valid():
        return _draft_page(request, found, form)
    reason = form.cleaned_data["reason"]
    try:
        held = hold_draft(draft_id=draft_id, reason=reason, actor=staff_of(request), now=timezone.now())
    except DraftClosedError:
        messages.info(request, f"Trop tard{NBSP}: ce bordereau est émis, ou repris dans un plus récent.")
    else:
        messages.success(request, f"Retenu{NBSP}: le bordereau suivant le reprendra." if held else "Déjà retenu.")
    return redirect("town_hall:settlements")


@require_role(StaffRole.TOWN_HALL)
@require_http_methods(["GET", "HEAD", "POST"])
def adjust(request: HttpRequest) -> HttpResponse:
    """Add to a merchant's next statement, or take from it. A second click changes nothing."""
    form = AdjustmentForm(posted(request), town=town_of(request))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            add_adjustment(
                key=data["key"],
                merchant=form.of,
                amount_cents=form.signed_cents,
                reason=data["reason"],
                borne_by=Adjustment.BorneBy(data["borne_by"]),
                actor=staff_of(request),
                now=timezone.now(),
            )
        except WishChangedError as error:
            asked = f"Ce formulaire a déjà ajouté {money(error.asked_cents)}"
            form.add_error(None, f"{asked}{NBSP}: pour un autre ajustement, rechargez la page.")
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            said = f"{form.of.name}{NBSP}: {money(form.signed_cents)} sur le prochain bordereau."
            messages.success(request, said)
            return redirect("town_hall:settlements")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "town_hall/adjust.html", {"form": form}, status=status)
