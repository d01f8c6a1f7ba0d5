"""Merchants are told before their terms change, and what they were not told of does not hold for them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from billing.commissions.facts import TERMS_TO_TELL, TERMS_TOLD
from billing.commissions.models import CommissionTerms, TermsNotice
from billing.commissions.queries import terms_for
from billing.commissions.services import Agreement, AlreadyInForceError, set_terms, tell_newcomer, withdraw_terms
from billing.commissions.telling import note_told
from conciergeries.merchants.models import Merchant
from shared.audit.models import AuditEvent
from shared.notifications.models import Message
from shared.notifications.services import SEND
from shared.tenancy import in_town
from tests.billing.commissions.test_services import FIVE_PERCENT, TUESDAY, put
from tests.billing.settlements.selling import as_if_committed
from tests.factories import make_merchant, run_effects

DAY = timedelta(days=1)
# The first day after fifteen of notice, told on Tuesday 24 November.
EARLIEST = date(2026, 12, 10)
LATER = "Au plus tôt le jeudi 10\u00a0décembre 2026"


@pytest.fixture
def alice(istres: Any) -> Merchant:
    return make_merchant(name="Chez Alice", town=istres)


@pytest.fixture
def bruno(istres: Any, viroflay: Any) -> Merchant:
    """Sells in Viroflay only."""
    return make_merchant(name="Chez Bruno", town=viroflay)


@pytest.fixture
def town(in_istres: Any, alice: Merchant, bruno: Merchant, now: datetime) -> Any:
    """Istres, at 5 % since the day before yesterday."""
    put(in_istres, now - 2 * DAY, valid_from=TUESDAY - 2 * DAY)
    run_effects(now=now - 2 * DAY)
    mail.outbox.clear()
    return in_istres


def rate(merchant: Merchant, on: date) -> int:
    return terms_for(merchant_id=merchant.pk, on=on).rate_bp


def test_first_terms_hold_at_once_and_are_told(in_istres: Any, alice: Merchant, bruno: Merchant, now: datetime) -> None:
    row = put(in_istres, now)
    assert (row.without_notice, rate(alice, TUESDAY)) == ("first", 500)
    run_effects(now=now)
    notice = TermsNotice.objects.get()
    assert (notice.merchant_id, notice.sent_at, notice.effective_from) == (alice.pk, now, TUESDAY)
    assert [letter.to for letter in mail.outbox] == [[alice.contact_email]]


@pytest.mark.parametrize("day", [TUESDAY, TUESDAY + DAY, EARLIEST - DAY])
def test_dearer_terms_wait_for_the_notice(town: Any, now: datetime, day: date) -> None:
    with pytest.raises(ValidationError) as refused:
        put(town, now, rate_bp=600, valid_from=day)
    assert refused.value.message_dict["valid_from"][0].startswith(LATER)
    assert CommissionTerms.objects.count() == 1


def test_told_in_time_they_hold_on_their_day(town: Any, alice: Merchant, now: datetime) -> None:
    put(town, now, rate_bp=600, valid_from=EARLIEST)
    run_effects(now=now)
    assert [rate(alice, EARLIEST - DAY), rate(alice, EARLIEST)] == [500, 600]
    notice = TermsNotice.objects.get(terms__rate_bp=600)
    assert (notice.sent_at, notice.effective_from) == (now, EARLIEST)


def test_not_told_they_never_hold(town: Any, alice: Merchant, now: datetime) -> None:
    put(town, now, rate_bp=600, valid_from=EARLIEST)
    # Written, but the mail has not left.
    run_effects(now=now, kinds=[TERMS_TO_TELL])
    assert Message.objects.filter(template="terms_set", sent_at=None).exists()
    assert rate(alice, EARLIEST + 365 * DAY) == 500


def test_told_late_they_hold_late(town: Any, alice: Merchant, now: datetime) -> None:
    """The mail leaves a week after it was written: the old terms go on for as long."""
    put(town, now, rate_bp=600, valid_from=EARLIEST)
    run_effects(now=now, kinds=[TERMS_TO_TELL])
    run_effects(now=now + 7 * DAY, kinds=[SEND, TERMS_TOLD])
    # Told on Tuesday 1 December: fifteen days end on Wednesday 16.
    assert TermsNotice.objects.get(terms__rate_bp=600).effective_from == date(2026, 12, 17)
    assert [rate(alice, EARLIEST), rate(alice, date(2026, 12, 16)), rate(alice, date(2026, 12, 17))] == [500, 500, 600]


def test_written_late_the_mail_says_the_later_day(town: Any, now: datetime) -> None:
    put(town, now, rate_bp=600, valid_from=EARLIEST)
    run_effects(now=now + 7 * DAY)
    assert "à partir du jeudi 17\u00a0décembre 2026" in mail.outbox[0].subject


def test_a_mail_counts_from_its_day_in_the_town(town: Any, alice: Merchant, now: datetime) -> None:
    """Sent at 23:30 in London, it is told the next day in Istres."""
    put(town, now, rate_bp=600, valid_from=EARLIEST)
    run_effects(now=datetime(2026, 11, 24, 23, 30, tzinfo=UTC))
    assert TermsNotice.objects.get(terms__rate_bp=600).effective_from == EARLIEST + DAY
    assert rate(alice, EARLIEST) == 500


def test_told_twice_is_told_once(town: Any, now: datetime) -> None:
    put(town, now, rate_bp=600, valid_from=EARLIEST)
    run_effects(now=now)
    notice = TermsNotice.objects.get(terms__rate_bp=600)
    note_told(payload={"message_id": str(notice.message_id)}, now=now + DAY)
    notice.refresh_from_db()
    assert notice.sent_at == now
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"rate_bp": 400},
        {"rate_bp": 0},
        {"rate_bp": 500, "free_months": 2},
    ],
)
def test_what_costs_nobody_more_holds_at_once(
    town: Any, alice: Merchant, now: datetime, change: dict[str, Any]
) -> None:
    row = put(town, now, **change)
    assert row.without_notice == "lower"
    run_effects(now=now)
    assert len(mail.outbox) == 1
    assert "ne vous coûtent rien de plus" in mail.outbox[0].body


@pytest.mark.parametrize(
    "change",
    [
        {"rate_bp": 400, "fixed_fee_cents": 10},
        {"rate_bp": 400, "minimum_cents": 100},
        {"rate_bp": 400, "vat_rate_bp": 2100},
        {"rate_bp": 400, "price_basis": "TTC"},
        {"rate_bp": 400, "base": "HT"},
        {"rate_bp": 400, "beneficiary": "town"},
    ],
)
def test_a_lower_rate_that_hides_something_waits(town: Any, now: datetime, change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="Au plus tôt"):
        put(town, now, **change)


def test_lower_than_what_is_to_come_is_not_lower_than_today(town: Any, alice: Merchant, now: datetime) -> None:
    """Otherwise withdrawing the dearest of three would raise the rate without a notice."""
    agreement = Agreement(by="Alice", on=TUESDAY)
    put(town, now, merchant_id=alice.pk, rate_bp=900, valid_from=TUESDAY + 2 * DAY, agreement=agreement)
    with pytest.raises(ValidationError, match="Au plus tôt"):
        put(town, now, merchant_id=alice.pk, rate_bp=600, valid_from=TUESDAY + 3 * DAY)
    assert put(town, now, merchant_id=alice.pk, valid_from=TUESDAY + 3 * DAY).without_notice == "lower"


def test_a_merchant_may_give_the_days_up_in_writing(town: Any, alice: Merchant, now: datetime) -> None:
    agreement = Agreement(by="Alice Martin, gérante", on=TUESDAY)
    row = put(town, now, merchant_id=alice.pk, rate_bp=800, agreement=agreement)
    assert (row.without_notice, row.agreed_by, row.agreed_on) == ("agreed", "Alice Martin, gérante", TUESDAY)
    assert rate(alice, TUESDAY) == 800
    run_effects(now=now)
    assert "Alice Martin, gérante l’a accepté par écrit" in mail.outbox[0].body
    assert AuditEvent.objects.filter(details__agreed_by="Alice Martin, gérante").exists()


@pytest.mark.parametrize(
    ("agreement", "field"),
    [(Agreement(by="", on=TUESDAY), "agreed_by"), (Agreement(by="Alice", on=TUESDAY + DAY), "agreed_on")],
)
def test_an_agreement_is_somebodys_and_given(
    town: Any, alice: Merchant, now: datetime, agreement: Agreement, field: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        put(town, now, merchant_id=alice.pk, rate_bp=800, agreement=agreement)
    assert list(refused.value.message_dict) == [field]


def test_nobody_agrees_for_a_whole_town(town: Any, now: datetime) -> None:
    with pytest.raises(ValidationError, match="celui d’un commerçant"):
        put(town, now, rate_bp=800, agreement=Agreement(by="Tous", on=TUESDAY))


def test_terms_that_change_nothing_are_refused(town: Any, now: datetime) -> None:
    with pytest.raises(ValidationError, match="déjà celles"):
        put(town, now, valid_from=EARLIEST)


def test_who_has_own_terms_is_not_bothered_with_the_towns(town: Any, alice: Merchant, now: datetime) -> None:
    put(town, now, merchant_id=alice.pk, rate_bp=300)
    put(town, now, rate_bp=600, valid_from=EARLIEST)
    assert not TermsNotice.objects.filter(terms__rate_bp=600).exists()
    assert rate(alice, EARLIEST) == 300


def test_own_terms_to_come_may_be_withdrawn_and_so_the_towns_are_told_too(
    town: Any, alice: Merchant, now: datetime
) -> None:
    own = put(town, now, merchant_id=alice.pk, rate_bp=300, valid_from=EARLIEST - DAY)
    put(town, now, rate_bp=600, valid_from=EARLIEST)
    run_effects(now=now)
    assert rate(alice, EARLIEST) == 300
    withdraw_terms(terms_id=own.pk, town=town, actor=None, now=now)
    assert rate(alice, EARLIEST) == 600


def test_a_newcomer_comes_under_the_terms_it_is_told_of(town: Any, now: datetime) -> None:
    put(town, now, rate_bp=600, valid_from=EARLIEST)
    run_effects(now=now)
    mail.outbox.clear()
    clara = make_merchant(name="Chez Clara", town=town)
    tell_newcomer(town=town, merchant_id=clara.pk, now=now + DAY)
    run_effects(now=now + DAY)
    assert [rate(clara, TUESDAY), rate(clara, EARLIEST)] == [500, 600]
    to_come, today = sorted(letter.body for letter in mail.outbox)
    assert "Voici la commission" in today
    assert "change à partir du jeudi 10\u00a0décembre 2026" in to_come
    tell_newcomer(town=town, merchant_id=clara.pk, now=now + 2 * DAY)
    assert TermsNotice.objects.filter(merchant_id=clara.pk).count() == 2


def test_terms_to_come_may_be_withdrawn_and_who_was_told_is_told_so(town: Any, alice: Merchant, now: datetime) -> None:
    row = put(town, now, rate_bp=600, valid_from=EARLIEST)
    run_effects(now=now)
    mail.outbox.clear()
    for _double_click in range(2):
        withdraw_terms(terms_id=row.pk, town=town, actor=None, now=now + DAY)
    run_effects(now=now + DAY)
    row.refresh_from_db()
    assert row.withdrawn_on == TUESDAY + DAY
    assert rate(alice, EARLIEST) == 500
    (letter,) = mail.outbox
    assert "ne changeront pas le jeudi 10\u00a0décembre" in letter.subject
    assert "5\u00a0% HT des ventes TTC" in letter.body
    assert AuditEvent.objects.filter(action="commission.terms_withdrawn").count() == 1
    # The day is free again.
    assert put(town, now + DAY, rate_bp=550, valid_from=EARLIEST + DAY).rate_bp == 550


def test_withdrawn_before_the_mail_was_written_nobody_is_told_anything(town: Any, now: datetime) -> None:
    row = put(town, now, rate_bp=600, valid_from=EARLIEST)
    withdraw_terms(terms_id=row.pk, town=town, actor=None, now=now)
    run_effects(now=now)
    assert mail.outbox == []


@pytest.mark.parametrize("later", [timedelta(0), 30 * DAY])
def test_terms_in_force_are_withdrawn_by_nobody(town: Any, now: datetime, later: timedelta) -> None:
    row = put(town, now, rate_bp=400)
    with pytest.raises(AlreadyInForceError, match="déjà en vigueur"):
        withdraw_terms(terms_id=row.pk, town=town, actor=None, now=now + later)


@pytest.mark.parametrize("name", ["istres", "viroflay"])
@pytest.mark.parametrize(
    "order",
    [
        "UPDATE commissions_commissionterms SET rate_bp = 1",
        "UPDATE commissions_commissionterms SET valid_from = valid_from - 1",
        "UPDATE commissions_commissionterms SET withdrawn_on = valid_from",
        "DELETE FROM commissions_commissionterms",
        "TRUNCATE commissions_commissionterms CASCADE",
        "DELETE FROM commissions_termsnotice",
        "UPDATE commissions_termsnotice SET sent_at = sent_at - interval '20 days'",
        "UPDATE commissions_termsnotice SET effective_from = effective_from - 20",
        "UPDATE commissions_termsnotice SET merchant_id = terms_id",
        "TRUNCATE commissions_termsnotice",
    ],
)
def test_postgres_keeps_terms_and_notices_as_they_were(
    request: pytest.FixtureRequest, now: datetime, name: str, order: str
) -> None:
    town = request.getfixturevalue(name)
    with in_town(town):
        make_merchant(name="Chez Alice", town=town)
        put(town, now)
        run_effects(now=now)
        as_if_committed()
        with (
            pytest.raises(IntegrityError, match=r"frozen"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(order)


def test_a_withdrawal_is_not_taken_back(town: Any, now: datetime) -> None:
    row = put(town, now, rate_bp=600, valid_from=EARLIEST)
    withdraw_terms(terms_id=row.pk, town=town, actor=None, now=now)
    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
        CommissionTerms.objects.filter(pk=row.pk).update(withdrawn_on=None)


def test_each_town_tells_its_own(istres: Any, viroflay: Any, alice: Merchant, bruno: Merchant, now: datetime) -> None:
    for town, merchant in ((istres, alice), (viroflay, bruno)):
        with in_town(town):
            set_terms(town=town, merchant_id=None, terms=FIVE_PERCENT, valid_from=TUESDAY, actor=None, now=now)
            assert list(TermsNotice.objects.order_by("pk").values_list("merchant_id", flat=True)) == [merchant.pk]
            mail.outbox.clear()
            run_effects(now=now)
            assert [letter.to for letter in mail.outbox] == [[merchant.contact_email]]
            assert town.name in mail.outbox[0].subject


def test_a_stranger_to_the_town_has_no_notice_to_wait_for(town: Any, now: datetime) -> None:
    put(town, now, rate_bp=600, valid_from=EARLIEST)
    nobody = UUID("00000000-0000-4000-8000-0000000000cc")
    assert terms_for(merchant_id=nobody, on=EARLIEST).rate_bp == 600
