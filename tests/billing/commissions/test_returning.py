"""A merchant with its own terms goes back to the town's, told beforehand, and follows them from then on."""

from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from billing.commissions.models import CommissionTerms, TermsNotice
from billing.commissions.services import Agreement, draft_return, return_to_town, withdraw_terms
from conciergeries.merchants.models import Merchant
from shared.tenancy import in_town
from tests.billing.commissions.test_services import TUESDAY, put
from tests.billing.commissions.test_telling import DAY, EARLIEST, LATER, rate
from tests.factories import make_merchant, run_effects


@pytest.fixture
def alice(istres: Any) -> Merchant:
    return make_merchant(name="Chez Alice", town=istres)


@pytest.fixture
def town(in_istres: Any, alice: Merchant, now: datetime) -> Any:
    """Istres, at 5 % for all but Alice, who has 3 % of her own."""
    before = now - 2 * DAY
    put(in_istres, before, valid_from=TUESDAY - 2 * DAY)
    put(in_istres, before, merchant_id=alice.pk, rate_bp=300, valid_from=TUESDAY - 2 * DAY)
    run_effects(now=before)
    mail.outbox.clear()
    return in_istres


def go_back(town: Any, merchant: Merchant, now: datetime, **change: Any) -> CommissionTerms:
    return return_to_town(
        **{"town": town, "merchant_id": merchant.pk, "valid_from": EARLIEST, "actor": None, "now": now, **change}
    )


def test_told_it_follows_the_towns_and_their_changes(town: Any, alice: Merchant, now: datetime) -> None:
    row = go_back(town, alice, now)
    assert (row.follows_town, row.rate_bp, row.without_notice) == (True, 500, "")
    run_effects(now=now)
    [letter] = mail.outbox
    assert "Jusque-là : 3 % HT" in letter.body.replace("\u00a0", " ")
    assert "vous revenez à celles de la commune" in letter.body
    assert [rate(alice, EARLIEST - DAY), rate(alice, EARLIEST)] == [300, 500]
    # What the town sets meanwhile and after is for her too, with her notice.
    for rate_bp, day, at in ((600, EARLIEST + 5 * DAY, now + DAY), (700, EARLIEST + 40 * DAY, now + 20 * DAY)):
        put(town, at, rate_bp=rate_bp, valid_from=day)
        run_effects(now=at)
        assert TermsNotice.objects.filter(terms__rate_bp=rate_bp, merchant_id=alice.pk, sent_at=at).exists()
    assert [rate(alice, EARLIEST + days * DAY) for days in (4, 5, 39, 40)] == [500, 600, 600, 700]


def test_not_told_it_keeps_its_own(town: Any, alice: Merchant, now: datetime) -> None:
    go_back(town, alice, now)
    assert rate(alice, EARLIEST + 90 * DAY) == 300


def test_it_is_told_of_what_the_town_had_set_for_later(town: Any, alice: Merchant, now: datetime) -> None:
    put(town, now, rate_bp=800, valid_from=EARLIEST + 10 * DAY)
    assert not TermsNotice.objects.filter(terms__rate_bp=800, merchant_id=alice.pk).exists()
    go_back(town, alice, now)
    run_effects(now=now)
    assert [rate(alice, EARLIEST), rate(alice, EARLIEST + 10 * DAY)] == [500, 800]
    assert len(mail.outbox) == 2


def test_sooner_only_if_it_loses_nothing_or_agrees(town: Any, alice: Merchant, now: datetime) -> None:
    with pytest.raises(ValidationError) as refused:
        go_back(town, alice, now, valid_from=EARLIEST - DAY)
    assert refused.value.message_dict["valid_from"][0].startswith(LATER)
    with pytest.raises(ValidationError, match="à venir"):
        go_back(town, alice, now, valid_from=TUESDAY - DAY)
    agreed = go_back(town, alice, now, valid_from=TUESDAY, agreement=Agreement(by="Alice", on=TUESDAY))
    assert (agreed.without_notice, rate(alice, TUESDAY)) == ("agreed", 500)
    with pytest.raises(ValidationError, match="suit déjà"):
        go_back(town, alice, now)


def test_what_costs_it_less_holds_at_once(town: Any, alice: Merchant, now: datetime) -> None:
    put(town, now, rate_bp=200)
    run_effects(now=now)
    assert go_back(town, alice, now, valid_from=TUESDAY + DAY).without_notice == "lower"
    assert [rate(alice, TUESDAY), rate(alice, TUESDAY + DAY)] == [300, 200]


def test_it_may_be_given_up_before_and_followed_by_other_own_terms(town: Any, alice: Merchant, now: datetime) -> None:
    row = go_back(town, alice, now)
    run_effects(now=now)
    withdraw_terms(terms_id=row.pk, town=town, actor=None, now=now + DAY)
    assert rate(alice, EARLIEST) == 300
    go_back(town, alice, now + DAY, valid_from=EARLIEST + 5 * DAY)
    put(town, now + 2 * DAY, merchant_id=alice.pk, rate_bp=100, valid_from=EARLIEST + 6 * DAY)
    run_effects(now=now + 2 * DAY)
    assert [rate(alice, EARLIEST + days * DAY) for days in (4, 5, 6)] == [300, 500, 100]


def test_only_who_has_its_own_goes_back_and_only_in_this_town(
    town: Any, viroflay: Any, alice: Merchant, now: datetime
) -> None:
    other = make_merchant(name="Autre", town=town)
    with pytest.raises(ValidationError, match="suit déjà"):
        draft_return(town=town, merchant_id=other.pk, valid_from=EARLIEST, now=now)
    with in_town(viroflay), pytest.raises(ValidationError, match="suit déjà"):
        draft_return(town=viroflay, merchant_id=alice.pk, valid_from=EARLIEST, now=now)
    row = CommissionTerms.objects.get(merchant_id=None)
    row.pk, row.follows_town, row.valid_from = uuid4(), True, EARLIEST
    with pytest.raises(IntegrityError, match="commissions_only_a_merchant_follows"), transaction.atomic():
        row.save(force_insert=True)
