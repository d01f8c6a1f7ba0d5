"""Commission terms: from a day on, never backwards, in French when refused."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from billing.commissions.models import CommissionTerms
from billing.commissions.queries import NoTermsError, history, terms_for, town_row
from billing.commissions.services import Agreement, set_terms
from billing.commissions.terms import Basis, Beneficiary, Terms
from shared.audit.models import AuditEvent
from shared.tenancy import in_town

MERCHANT = UUID("00000000-0000-4000-8000-0000000000aa")
OTHER = UUID("00000000-0000-4000-8000-0000000000bb")
# The day of the fixture `now` in Istres.
TUESDAY = date(2026, 11, 24)


FIVE_PERCENT = Terms(500, Basis.HT, Basis.TTC, 2000, Beneficiary.COMPANY)


def put(
    town: Any,
    now: datetime,
    *,
    merchant_id: UUID | None = None,
    valid_from: date = TUESDAY,
    free_months: int = 0,
    agreement: Agreement | None = None,
    **figures: Any,
) -> CommissionTerms:
    """5 % HT of the sales TTC, from today on, but for what is said otherwise."""
    return set_terms(
        town=town,
        merchant_id=merchant_id,
        terms=replace(FIVE_PERCENT, **figures),
        free_months=free_months,
        valid_from=valid_from,
        agreement=agreement,
        actor=None,
        now=now,
    )


def test_the_terms_of_a_day_are_the_latest_that_began(in_istres: Any, now: datetime) -> None:
    put(in_istres, now)
    put(in_istres, now, rate_bp=700, valid_from=TUESDAY + timedelta(days=7))
    assert terms_for(merchant_id=MERCHANT, on=TUESDAY) == Terms(500, Basis.HT, Basis.TTC, 2000, Beneficiary.COMPANY)
    assert terms_for(merchant_id=MERCHANT, on=TUESDAY + timedelta(days=6)).rate_bp == 500
    assert terms_for(merchant_id=MERCHANT, on=TUESDAY + timedelta(days=7)).rate_bp == 700
    assert [row.rate_bp for row in history(merchant_id=None)] == [700, 500]


def test_a_merchants_own_terms_win_even_over_a_later_default(in_istres: Any, now: datetime) -> None:
    put(in_istres, now, merchant_id=MERCHANT, rate_bp=300)
    put(in_istres, now, rate_bp=500, valid_from=TUESDAY + timedelta(days=1))
    on = TUESDAY + timedelta(days=2)
    assert terms_for(merchant_id=MERCHANT, on=on).rate_bp == 300
    assert terms_for(merchant_id=OTHER, on=on).rate_bp == 500
    assert (row := town_row(on=on)) is not None
    assert row.rate_bp == 500


def test_before_any_terms_nothing_is_sold(in_istres: Any, now: datetime) -> None:
    put(in_istres, now, valid_from=TUESDAY + timedelta(days=1))
    with pytest.raises(NoTermsError):
        terms_for(merchant_id=MERCHANT, on=TUESDAY)
    assert town_row(on=TUESDAY) is None


def test_a_past_day_is_refused_on_its_field(in_istres: Any, now: datetime) -> None:
    with pytest.raises(ValidationError) as refused:
        put(in_istres, now, valid_from=TUESDAY - timedelta(days=1))
    assert refused.value.message_dict == {"valid_from": ["Choisissez aujourd’hui ou une date à venir."]}


def test_today_is_the_towns_today(in_istres: Any) -> None:
    """At 23:30 in London it is already tomorrow in Istres."""
    late = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
    with pytest.raises(ValidationError):
        put(in_istres, late, valid_from=TUESDAY)
    assert put(in_istres, late, valid_from=TUESDAY + timedelta(days=1)).valid_from == date(2026, 11, 25)


@pytest.mark.parametrize(
    ("change", "field", "message"),
    [
        ({"rate_bp": 5_001}, "rate_bp", "Le taux doit être compris entre 0 et 50 %."),
        ({"rate_bp": 10_000}, "rate_bp", "Le taux doit être compris entre 0 et 50 %."),
        ({"rate_bp": -100}, "rate_bp", None),
        ({"vat_rate_bp": 10_001}, "vat_rate_bp", "Le taux de TVA doit être compris entre 0 et 100 %."),
    ],
)
def test_a_rate_out_of_bounds_is_refused_on_its_field(
    in_istres: Any, now: datetime, change: dict[str, Any], field: str, message: str | None
) -> None:
    with pytest.raises(ValidationError) as refused:
        put(in_istres, now, **change)
    messages = refused.value.message_dict
    assert list(messages) == [field]
    assert message is None or messages[field] == [message.replace(" %", "\u00a0%")]


@pytest.mark.parametrize("rate", [0, 5_000])
def test_the_bounds_themselves_are_allowed(in_istres: Any, now: datetime, rate: int) -> None:
    assert put(in_istres, now, rate_bp=rate).rate_bp == rate


@pytest.mark.parametrize("merchant", [None, MERCHANT])
def test_one_set_of_terms_a_day(in_istres: Any, now: datetime, merchant: UUID | None) -> None:
    put(in_istres, now, merchant_id=merchant)
    with pytest.raises(ValidationError) as refused:
        put(in_istres, now, merchant_id=merchant, rate_bp=900)
    assert refused.value.message_dict == {"valid_from": ["Des conditions sont déjà prévues à partir de cette date."]}


def test_postgres_refuses_what_the_service_does(in_istres: Any, now: datetime) -> None:
    put(in_istres, now)
    good = {
        "rate_bp": 1,
        "price_basis": "HT",
        "base": "HT",
        "vat_rate_bp": 0,
        "beneficiary": "town",
        "valid_from": TUESDAY + timedelta(days=1),
        "created_at": now,
    }
    for field, value, name in [
        ("rate_bp", 5_001, "commissions_rate_between_0_and_50_percent"),
        ("vat_rate_bp", 10_001, "commissions_vat_between_0_and_100_percent"),
        ("base", "NET", "commissions_base_known"),
        ("price_basis", "NET", "commissions_price_basis_known"),
        ("beneficiary", "nobody", "commissions_beneficiary_known"),
        ("fixed_fee_cents", 5_001, "commissions_fixed_fee_at_most"),
        ("minimum_cents", 100_001, "commissions_minimum_at_most"),
        ("free_months", 25, "commissions_free_months_at_most"),
        ("without_notice", "agreed", "commissions_agreement_is_somebodys"),
        ("without_notice", "because", "commissions_without_notice_known"),
        ("withdrawn_on", TUESDAY + timedelta(days=1), "commissions_withdrawn_before_it_holds"),
        ("valid_from", TUESDAY, "commissions_one_terms_per_date"),
    ]:
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            CommissionTerms.objects.create(**good | {field: value})


def test_who_set_the_terms_is_written_down(in_istres: Any, now: datetime) -> None:
    row = put(in_istres, now)
    event = AuditEvent.objects.get(action="commission.terms_set")
    assert (event.object_id, event.details["rate_bp"], event.details["valid_from"]) == (str(row.pk), 500, "2026-11-24")


def test_refused_terms_leave_no_trace(in_istres: Any, now: datetime) -> None:
    with pytest.raises(ValidationError):
        put(in_istres, now, rate_bp=20_000)
    assert (CommissionTerms.objects.count(), AuditEvent.objects.filter(action="commission.terms_set").count()) == (0, 0)


def test_each_town_has_its_own_terms(istres: Any, viroflay: Any, now: datetime) -> None:
    with in_town(istres):
        put(istres, now)
    with in_town(viroflay):
        assert history(merchant_id=None) == []
        with pytest.raises(NoTermsError):
            terms_for(merchant_id=MERCHANT, on=TUESDAY)
        put(viroflay, now, rate_bp=800)
        assert terms_for(merchant_id=MERCHANT, on=TUESDAY).rate_bp == 800
    with in_town(istres):
        assert terms_for(merchant_id=MERCHANT, on=TUESDAY).rate_bp == 500


def test_a_company_in_franchise_takes_no_vat(istres: Any, viroflay: Any, now: datetime) -> None:
    """Its invoice would be refused weeks later: the terms are, at once."""
    company = istres.operating_company
    company.vat_franchise, company.vat_number = True, ""
    company.save()
    with in_town(istres):
        with pytest.raises(ValidationError) as refused:
            put(istres, now)
        assert "franchise de TVA" in refused.value.message_dict["vat_rate_bp"][0]
        # The commune accounts for its own VAT.
        put(istres, now, beneficiary=Beneficiary.TOWN)
        put(istres, now, vat_rate_bp=0, valid_from=TUESDAY + timedelta(days=30))
    with in_town(viroflay):
        # Another company runs it.
        assert put(viroflay, now).vat_rate_bp == 2000


def test_where_vat_is_not_applied_a_company_takes_none(in_istres: Any, now: datetime) -> None:
    in_istres.department = "973"
    with pytest.raises(ValidationError) as refused:
        put(in_istres, now)
    assert "ne s’applique pas" in refused.value.message_dict["vat_rate_bp"][0]
    assert put(in_istres, now, vat_rate_bp=0).vat_rate_bp == 0
