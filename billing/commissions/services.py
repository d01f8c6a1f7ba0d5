"""Setting commission terms, from a day on and never backwards; withdrawing those that do not hold yet."""

from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from billing.commissions.book import Book
from billing.commissions.facts import TERMS_WITHDRAWN
from billing.commissions.models import CommissionTerms, TermsNotice
from billing.commissions.notice import NOTICE_DAYS, first_day_after_notice
from billing.commissions.queries import open_book
from billing.commissions.telling import concerned, tell, tell_newcomer
from billing.commissions.terms import Beneficiary, Terms
from conciergeries.towns.communes.vat import standard_vat_bp
from conciergeries.towns.models import Town
from shared.audit.services import record
from shared.french import at, calendar_day
from shared.locks import lock, lock_one
from shared.outbox.services import record_effect

__all__ = [
    "Agreement",
    "AlreadyInForceError",
    "Draft",
    "draft_return",
    "draft_terms",
    "earliest_day",
    "return_to_town",
    "set_terms",
    "tell_newcomer",
    "vat_problem",
    "why_without_notice",
    "withdraw_terms",
]

W = CommissionTerms.WithoutNotice


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """A merchant's written agreement to terms without notice: who gave it, and when."""

    by: str
    on: date


class AlreadyInForceError(ValueError):
    """Terms that hold, or held, are withdrawn by nobody: other terms follow them. `str()` says so in French."""

    def __init__(self) -> None:
        super().__init__("Ces conditions sont déjà en vigueur : fixez-en d’autres, à partir d’un autre jour.")


def earliest_day(*, town: Town, now: datetime) -> date:
    """The first day on which terms may change that merchants are told of now."""
    return first_day_after_notice(_today(town, now), territory=town.territory)


def vat_problem(*, town: Town, beneficiary: Beneficiary, vat_rate_bp: int, on: date) -> str:
    """Why a commission of the company cannot bear VAT, in French; empty when it can. Its invoice would be refused."""
    if beneficiary != Beneficiary.COMPANY or not vat_rate_bp:
        return ""
    if town.operating_company.vat_franchise:
        return f"{town.operating_company} est en franchise de TVA (CGI, art. 293 B) : écrivez 0."
    if not standard_vat_bp(town.department, on=on):
        return f"La TVA ne s’applique pas {at(town.name)} (CGI, art. 294) : écrivez 0."
    return ""


@dataclass(frozen=True, kw_only=True)
class Draft:
    """Terms that may be set: the row that would be written, who would be told of it, and the terms that it follows."""

    row: CommissionTerms
    merchants: list[UUID]
    before: CommissionTerms | None


def draft_terms(
    *,
    town: Town,
    merchant_id: UUID | None,
    terms: Terms,
    free_months: int = 0,
    valid_from: date,
    agreement: Agreement | None = None,
    now: datetime,
) -> Draft:
    """What setting terms would do, without doing it. Call it inside the town. Raises as `set_terms`."""
    today = _today(town, now)
    _check_days(valid_from=valid_from, agreement=agreement, today=today)
    row = CommissionTerms(
        merchant_id=merchant_id,
        **asdict(terms),
        free_months=free_months,
        valid_from=valid_from,
        **_agreed(agreement),
        created_at=now,
    )
    _check(row)
    problem = vat_problem(town=town, beneficiary=terms.beneficiary, vat_rate_bp=terms.vat_rate_bp, on=valid_from)
    if problem:
        raise ValidationError({"vat_rate_bp": problem})
    book = open_book()
    before = book.row_for(merchant_id, valid_from)
    if before and before.merchant_id == merchant_id and _says(before) == _says(row):
        raise ValidationError("Ces conditions sont déjà celles qui s’appliqueront ce jour-là.")
    return _announced(row=row, before=before, town=town, book=book, today=today)


def draft_return(
    *, town: Town, merchant_id: UUID, valid_from: date, agreement: Agreement | None = None, now: datetime
) -> Draft:
    """What having a merchant go back to the town's terms would do, without doing it. Raises as `return_to_town`."""
    today = _today(town, now)
    _check_days(valid_from=valid_from, agreement=agreement, today=today)
    book = open_book()
    own, towns = book.own_for(merchant_id, valid_from), book.row_for(None, valid_from)
    if own is None or own.follows_town:
        raise ValidationError("Ce jour-là, ce commerçant suit déjà les conditions de la commune.")
    if towns is None:
        raise ValidationError({"valid_from": "Ce jour-là, la commune n’a pas encore de conditions."})
    row = CommissionTerms(
        merchant_id=merchant_id,
        **asdict(towns.terms),
        free_months=towns.free_months,
        valid_from=valid_from,
        follows_town=True,
        **_agreed(agreement),
        created_at=now,
    )
    _check(row)
    return _announced(row=row, before=own, town=town, book=book, today=today)


def _check_days(*, valid_from: date, agreement: Agreement | None, today: date) -> None:
    """Raises ValidationError tied to fields."""
    if valid_from < today:
        raise ValidationError({"valid_from": "Choisissez aujourd’hui ou une date à venir."})
    if agreement and agreement.on > today:
        raise ValidationError({"agreed_on": "Cet accord n’est pas encore donné."})


def _agreed(agreement: Agreement | None) -> dict[str, Any]:
    return {
        "agreed_by": agreement.by if agreement else "",
        "agreed_on": agreement.on if agreement else None,
        "without_notice": W.AGREED if agreement else "",
    }


def _announced(*, row: CommissionTerms, before: CommissionTerms | None, town: Town, book: Book, today: date) -> Draft:
    """A row with whom it concerns, and why it may hold without notice. Raises ValidationError when it is too soon."""
    merchants = concerned(town=town, merchant_id=row.merchant_id, book=book, today=today)
    row.without_notice = why_without_notice(row=row, merchants=merchants, book=book, today=today)
    earliest = first_day_after_notice(today, territory=town.territory)
    if merchants and not row.without_notice and row.valid_from < earliest:
        when = calendar_day(earliest, year=True)
        raise ValidationError(
            {
                "valid_from": f"Au plus tôt le {when} : les commerçants doivent être prévenus {NOTICE_DAYS} jours "
                "avant, sauf si aucun n’y perd ou si le commerçant l’accepte par écrit."
            }
        )
    return Draft(row=row, merchants=merchants, before=before)


def set_terms(
    *,
    town: Town,
    merchant_id: UUID | None,
    terms: Terms,
    free_months: int = 0,
    valid_from: date,
    agreement: Agreement | None = None,
    actor: Any,
    now: datetime,
) -> CommissionTerms:
    """Record the terms of the town (merchant_id None) or of one merchant from a day on. Call it inside the town.

    Orders placed before that day keep the terms frozen on them. Every merchant concerned is told by mail, and has its
    days of notice before the terms hold, unless `why_without_notice` says why not.

    Raises django.core.exceptions.ValidationError, tied to the fields and in French: a day already past in the town or
    too soon for the notice, terms already set for that day or that change nothing, figures out of bounds, an agreement
    that is nobody's.
    """
    return _set(
        lambda: draft_terms(
            town=town,
            merchant_id=merchant_id,
            terms=terms,
            free_months=free_months,
            valid_from=valid_from,
            agreement=agreement,
            now=now,
        ),
        actor=actor,
        now=now,
    )


def return_to_town(
    *, town: Town, merchant_id: UUID, valid_from: date, agreement: Agreement | None = None, actor: Any, now: datetime
) -> CommissionTerms:
    """End a merchant's own terms: from a day on it sells under the town's, and follows their changes.

    With the notice of any change. It is told of those of the town's that are to come too: it was not concerned when
    they were set. Raises ValidationError as `set_terms`, and when it follows the town's already.
    """
    return _set(
        lambda: draft_return(town=town, merchant_id=merchant_id, valid_from=valid_from, agreement=agreement, now=now),
        actor=actor,
        now=now,
    )


def _set(draft_now: Callable[[], Draft], *, actor: Any, now: datetime) -> CommissionTerms:
    """Write a draft that is worked out once nobody else sets terms any more, and have its merchants told."""
    try:
        with transaction.atomic():
            # Two who set terms wait for each other: what spares one of them the notice is what the other changes.
            lock(CommissionTerms.objects.filter(withdrawn_on=None))
            draft = draft_now()
            row = draft.row
            row.save(force_insert=True)
            at_once = row.valid_from if row.without_notice else None
            tell(terms=row, merchants=draft.merchants, effective_from=at_once, now=now)
            if row.follows_town:
                _tell_of_what_comes(row, now=now)
            record(actor=actor, action="commission.terms_set", target=row, details=_details(row), now=now)
    except IntegrityError:
        # The town's first terms, set twice at once: there was no row to wait for. The same message, by the same check.
        draft_now()
        raise
    return row


def _tell_of_what_comes(row: CommissionTerms, *, now: datetime) -> None:
    """Have a merchant that goes back to the town's terms told of those that are to hold after that day."""
    if row.merchant_id is None:
        return
    ahead = CommissionTerms.objects.filter(merchant_id=None, withdrawn_on=None, valid_from__gt=row.valid_from)
    for version in ahead.exclude(notices__merchant_id=row.merchant_id).order_by("valid_from", "pk"):
        tell(terms=version, merchants=[row.merchant_id], effective_from=None, now=now)


def why_without_notice(*, row: CommissionTerms, merchants: Collection[UUID], book: Book, today: date) -> str:
    """Why terms may hold before the days of notice (CommissionTerms.WithoutNotice), or nothing.

    The merchant agreed in writing; or none of the merchants had terms; or all that each has from today to that day
    costs it as much or more, in every respect.
    """
    if row.without_notice == W.AGREED:
        return W.AGREED
    before = [old for each in merchants for old in book.rows_between(each, today, row.valid_from)]
    if merchants and not before:
        return W.FIRST
    if merchants and all(costs_no_more(row, old) for old in before):
        return W.LOWER
    return ""


def costs_no_more(new: CommissionTerms, old: CommissionTerms) -> bool:
    """Whether no merchant can lose by new terms: the same contract, and no figure of it that asks for more."""
    same = all(getattr(new, name) == getattr(old, name) for name in ("price_basis", "base", "beneficiary"))
    return (
        same
        and new.vat_rate_bp == old.vat_rate_bp
        and new.rate_bp <= old.rate_bp
        and new.fixed_fee_cents <= old.fixed_fee_cents
        and new.minimum_cents <= old.minimum_cents
        and new.free_months >= old.free_months
    )


@transaction.atomic
def withdraw_terms(*, terms_id: UUID, town: Town, actor: Any, now: datetime) -> CommissionTerms:
    """Give up terms that do not hold yet; merchants who were told of them are told so. Twice is once.

    Raises CommissionTerms.DoesNotExist, AlreadyInForceError.
    """
    row = lock_one(CommissionTerms.objects.all(), pk=terms_id)
    if row.withdrawn_on:
        return row
    today = _today(town, now)
    if row.valid_from <= today:
        raise AlreadyInForceError
    row.withdrawn_on = today
    row.save(update_fields=["withdrawn_on"])
    for notice in TermsNotice.objects.filter(terms=row, message_id__isnull=False).order_by("pk"):
        record_effect(kind=TERMS_WITHDRAWN, payload={"notice_id": str(notice.pk)}, now=now)
    record(actor=actor, action="commission.terms_withdrawn", target=row, details=_details(row), now=now)
    return row


def _today(town: Town, now: datetime) -> date:
    return now.astimezone(ZoneInfo(town.timezone)).date()


def _says(row: CommissionTerms) -> tuple[Terms, int]:
    return row.terms, row.free_months


def _details(row: CommissionTerms) -> dict[str, Any]:
    return {
        "merchant": str(row.merchant_id) if row.merchant_id else None,
        **asdict(row.terms),
        "free_months": row.free_months,
        "follows_town": row.follows_town,
        "valid_from": row.valid_from.isoformat(),
        "without_notice": row.without_notice,
        "agreed_by": row.agreed_by,
        "agreed_on": row.agreed_on.isoformat() if row.agreed_on else None,
    }


_FIELD_OF_CONSTRAINT = {
    "commissions_one_terms_per_date": "valid_from",
    "commissions_rate_between_0_and_50_percent": "rate_bp",
    "commissions_vat_between_0_and_100_percent": "vat_rate_bp",
    "commissions_fixed_fee_at_most": "fixed_fee_cents",
    "commissions_minimum_at_most": "minimum_cents",
    "commissions_free_months_at_most": "free_months",
    "commissions_agreement_is_somebodys": "agreed_by",
}


def _check(row: CommissionTerms) -> None:
    """Validate the row against its constraints, each error on the field a form shows it beside."""
    row.clean_fields()
    errors: dict[str, list[ValidationError]] = {}
    for constraint in CommissionTerms._meta.constraints:  # noqa: SLF001  (Django's documented model metadata)
        try:
            constraint.validate(CommissionTerms, row)
        except ValidationError as error:
            errors.setdefault(_FIELD_OF_CONSTRAINT.get(constraint.name, "__all__"), []).append(error)
    if errors:
        raise ValidationError(errors)
