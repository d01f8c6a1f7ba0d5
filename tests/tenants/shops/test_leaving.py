"""A merchant leaves a town: with its notice, on its day, in this town alone; and comes back."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError

from billing.settlements.models import Payout
from billing.settlements.services import settle
from billing.settlements.settling import settle_merchant
from conciergeries.merchants.models import Merchant, MerchantPresence
from shared.accounts.models import User
from shared.audit.models import AuditEvent
from shared.due.models import DueWork
from shared.notifications.models import Message
from shared.tenancy import in_town
from tenants.shops.admission import HasLeftError, readmit
from tenants.shops.departures import Departure, Ground, OrdersThen
from tenants.shops.leaving import (
    LEAVE,
    AlreadyLeavingError,
    announce_departure,
    come_back,
    earliest_day,
    leave_those_due,
)
from tenants.shops.models import Product, Shop
from tenants.staff.models import StaffRole
from tests.billing.settlements.ruling import rule
from tests.billing.settlements.selling import MONDAY, NEXT_MONDAY, SUNDAY, sell
from tests.conftest import TUESDAY
from tests.factories import make_merchant, make_product, make_shop, make_staff, set_terms

TODAY = date(2026, 11, 24)
# Thirty whole days from the 25th of November end on Christmas Eve, a Thursday.
AFTER_NOTICE = date(2026, 12, 25)


@pytest.fixture
def mayor(in_istres: Any) -> User:
    return make_staff(role=StaffRole.TOWN_HALL, name="Bernard Faure")


@pytest.fixture
def merchant(in_istres: Any, viroflay: Any) -> Merchant:
    """Amandine sells in both towns."""
    merchant = make_merchant(name="Amandine", town=in_istres)
    MerchantPresence.objects.create(merchant=merchant, town=viroflay, since=TUESDAY)
    make_product(shop=make_shop(merchant=merchant, name="Amandine"))
    with in_town(viroflay):
        make_product(shop=make_shop(merchant=merchant, name="Amandine à Viroflay"))
    return merchant


def _announce(town: Any, actor: User, now: datetime, **change: Any) -> Departure:
    facts: dict[str, Any] = {
        "ground": Ground.ASKED,
        "reason": "",
        "leaves_on": TODAY,
        "orders_then": OrdersThen.FINISHED,
    }
    shop = Shop.objects.get()
    return announce_departure(town=town, shop_id=shop.pk, actor=actor, now=now, **(facts | change))


def _at(town: Any, day: date, hour: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, 5, tzinfo=ZoneInfo(town.timezone))


def _letters(template: str) -> list[Message]:
    return list(Message.objects.filter(template=template))


def _sent(departure: Departure, at: datetime) -> None:
    assert departure.message_id is not None
    Message.objects.filter(pk=departure.message_id).update(sent_at=at)


def test_who_asks_may_be_gone_today_in_this_town_alone(
    in_istres: Any, viroflay: Any, mayor: User, merchant: Merchant, now: datetime
) -> None:
    for _double_click in range(2):
        departure = _announce(in_istres, mayor, now)
    assert (Departure.objects.count(), departure.left_at) == (1, now)
    assert not Product.objects.for_sale().exists()
    left = dict(MerchantPresence.objects.filter(merchant=merchant).values_list("town__insee", "left_at"))
    assert left == {"13047": now, "78686": None}
    [letter] = _letters("shops/leaving")
    assert (letter.to, "Comme vous l’avez demandé" in letter.text) == (merchant.contact_email, True)
    assert "pendant dix ans" in letter.text
    assert "2019/1150" not in letter.text, "nobody ended anything"
    actions = AuditEvent.objects.order_by("at", "pk").values_list("action", "actor_label")
    assert sorted(actions) == [("merchant.leaving", "Bernard Faure"), ("merchant.left", "Bernard Faure")]
    assert DueWork.objects.filter(kind="settlements.settle", subject=merchant.pk).exists(), "its last statement"
    with in_town(viroflay):
        assert Product.objects.for_sale().count() == 1
        assert not AuditEvent.objects.exists()


def test_a_town_gives_thirty_whole_days_and_its_reasons(
    in_istres: Any, mayor: User, merchant: Merchant, now: datetime
) -> None:
    assert earliest_day(town=in_istres, ground=Ground.NOTICE, now=now) == date(2026, 12, 25)
    for change, field in (
        ({"leaves_on": AFTER_NOTICE - timedelta(days=1)}, "leaves_on"),
        ({"reason": ""}, "__all__"),
        ({"reason": "x" * 501}, "reason"),
    ):
        with pytest.raises(ValidationError) as raised:
            _announce(
                in_istres,
                mayor,
                now,
                **({"ground": Ground.NOTICE, "reason": "Travaux.", "leaves_on": AFTER_NOTICE} | change),
            )
        assert field in raised.value.message_dict
    assert not Departure.objects.exists()
    departure = _announce(in_istres, mayor, now, ground=Ground.NOTICE, reason="Halle fermée.", leaves_on=AFTER_NOTICE)
    assert departure.left_at is None
    assert Product.objects.for_sale().exists(), "until then nothing changes"
    [letter] = _letters("shops/leaving")
    for words in ("à partir du vendredi 25 décembre", "« Halle fermée. »", "article 4", "soit revue"):
        assert words in letter.text.replace("\u00a0", " "), words
    _sent(departure, now)
    assert DueWork.objects.get(kind=LEAVE).due_at == _at(in_istres, AFTER_NOTICE) - timedelta(minutes=5)
    leave_those_due(subject=in_istres.pk, now=_at(in_istres, AFTER_NOTICE - timedelta(days=1), hour=23))
    assert Product.objects.for_sale().exists()
    for _twice in range(2):
        leave_those_due(subject=in_istres.pk, now=_at(in_istres, AFTER_NOTICE))
    assert not Product.objects.for_sale().exists()
    assert len(_letters("shops/left")) == 1


@pytest.mark.parametrize("ground", [Ground.LEGAL, Ground.BREACH])
def test_law_or_repeated_breach_needs_no_notice_but_a_reason(
    in_istres: Any, mayor: User, merchant: Merchant, now: datetime, ground: Ground
) -> None:
    with pytest.raises(ValidationError):
        _announce(in_istres, mayor, now, ground=ground)
    assert _announce(in_istres, mayor, now, ground=ground, reason="Chaîne du froid rompue trois fois.").left_at == now
    [letter] = _letters("shops/leaving")
    assert "sans préavis" in letter.text
    assert "Chaîne du froid" in letter.text


def test_a_letter_that_leaves_late_puts_the_day_off(
    in_istres: Any, mayor: User, merchant: Merchant, now: datetime
) -> None:
    departure = _announce(in_istres, mayor, now, ground=Ground.NOTICE, reason="Travaux.", leaves_on=AFTER_NOTICE)
    leave_those_due(subject=in_istres.pk, now=_at(in_istres, AFTER_NOTICE))
    departure.refresh_from_db()
    assert departure.left_at is None, "a letter that never left told nobody"
    _sent(departure, now + timedelta(days=3))
    leave_those_due(subject=in_istres.pk, now=_at(in_istres, AFTER_NOTICE))
    departure.refresh_from_db()
    # From the 27th: the thirtieth day is a Sunday.
    assert (departure.left_at, departure.leaves_on) == (None, date(2026, 12, 29))
    again = leave_those_due(subject=in_istres.pk, now=_at(in_istres, date(2026, 12, 29)))
    assert Departure.objects.filter(pk=departure.pk, left_at__isnull=False).exists()
    assert again == _at(in_istres, date(2026, 12, 30)) - timedelta(minutes=5), "each midnight"


def test_two_departures_are_not_announced_at_once(
    in_istres: Any, mayor: User, merchant: Merchant, now: datetime
) -> None:
    _announce(in_istres, mayor, now, leaves_on=TODAY + timedelta(days=3))
    with pytest.raises(AlreadyLeavingError, match="vendredi 27"):
        _announce(in_istres, mayor, now, leaves_on=TODAY + timedelta(days=4))


def test_nobody_left_yesterday(in_istres: Any, mayor: User, merchant: Merchant, now: datetime) -> None:
    with pytest.raises(ValidationError, match="plus tôt"):
        _announce(in_istres, mayor, now, leaves_on=TODAY - timedelta(days=1))


def test_given_up_before_its_day_nothing_was_lost(
    in_istres: Any, mayor: User, merchant: Merchant, now: datetime
) -> None:
    _announce(in_istres, mayor, now, leaves_on=TODAY + timedelta(days=3))
    shop = Shop.objects.get()
    for _double_click in range(2):
        come_back(town=in_istres, shop_id=shop.pk, actor=mayor, now=now)
    assert len(_letters("shops/staying")) == 1
    leave_those_due(subject=in_istres.pk, now=now + timedelta(days=4))
    assert Product.objects.for_sale().exists()
    assert AuditEvent.objects.filter(action="merchant.stays").count() == 1


def test_back_it_sells_again_and_is_told_of_the_terms_set_meanwhile(
    in_istres: Any, mayor: User, merchant: Merchant, now: datetime
) -> None:
    _announce(in_istres, mayor, now)
    shop = Shop.objects.get()
    with pytest.raises(HasLeftError):
        readmit(shop_id=shop.pk, actor=mayor, now=now)
    terms = set_terms(town=in_istres, now=now)
    assert not terms.notices.exists(), "it sells nothing here"
    for _double_click in range(2):
        come_back(town=in_istres, shop_id=shop.pk, actor=mayor, now=now + timedelta(days=9))
    assert Product.objects.for_sale().exists()
    assert MerchantPresence.objects.get(merchant=merchant, town=in_istres).left_at is None
    assert len(_letters("shops/readmitted")) == 1
    assert [notice.merchant_id for notice in terms.notices.all()] == [merchant.pk]
    again = _announce(in_istres, mayor, now, leaves_on=TODAY)
    assert (again.left_at, Departure.objects.count()) == (now, 2), "and may leave again; both are kept"


def test_its_last_statement_pays_what_was_too_little_in_the_town_it_left_alone(
    in_istres: Any, viroflay: Any, mayor: User, merchant: Merchant
) -> None:
    """10.00 € sold in each town, whose least payout is 20.00 €."""
    for town in (in_istres, viroflay):
        with in_town(town):
            rule(minimum_payout_cents=2000)
            sell(merchant=merchant.pk, cents=1000)
            settle(town=town, period_end=SUNDAY, now=MONDAY)
            assert not Payout.objects.exists()
    _announce(in_istres, mayor, TUESDAY)
    for town, paid in ((in_istres, [940]), (viroflay, [])):
        with in_town(town):
            settle_merchant(town=town, merchant_id=merchant.pk, now=NEXT_MONDAY)
            assert list(Payout.objects.values_list("amount_cents", flat=True)) == paid


def test_another_town_s_shop_cannot_be_sent_away(
    in_istres: Any, viroflay: Any, mayor: User, merchant: Merchant, now: datetime
) -> None:
    with in_town(viroflay):
        theirs = Shop.objects.get().pk
    with pytest.raises(Shop.DoesNotExist):
        announce_departure(
            town=in_istres,
            shop_id=theirs,
            ground=Ground.ASKED,
            reason="",
            leaves_on=TODAY,
            orders_then=OrdersThen.FINISHED,
            actor=mayor,
            now=now,
        )
