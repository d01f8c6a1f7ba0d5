"""What nobody means, on the forms of money: a refusal in French, never a fault, and nothing of it done.

Each form is sent all its fields hostile, then its numbers, its days or its words alone, the others being right.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from billing.payments.models import Mode
from billing.payments.services import take_at_desk
from billing.settlements.models import Payout, PayoutState
from billing.settlements.services import settle
from conciergeries.merchants.models import Merchant
from shared.audit.models import AuditEvent
from shared.tenancy import in_public, in_town
from tenants.desk import actions
from tenants.orders.handing_over import Proof
from tenants.orders.models import Line, Order
from tenants.staff.models import StaffRole
from tests.billing.settlements.selling import MONDAY, SUNDAY, sell
from tests.conftest import TUESDAY
from tests.factories import Market, make_market, make_member, make_order, make_staff, sign_in
from tests.tenants.desk.steps import bring_in
from tests.tenants.failures import make_waiting_payout
from tests.tenants.orders.weighing import make_weighed, weighed_line
from tests.tenants.staff.pages import Clock, signed_in

pytestmark = pytest.mark.django_db

MEGABYTE = "x" * 1_000_000
ANYTHING = ["\x00", "\u202e12", "🧀", "x" * 10_000]
# More of them, field by field, in tests/shared/web/test_fields.py.
NUMBERS = ["9e999999", "١٢", "-1", "12,345"]
DAYS = ["9999-12-31", "0001-01-01", "2026-02-30"]
NO_WORDS = ["vente\x00annulée", "\u202e\u202c", MEGABYTE]
# Odd, and somebody's words all the same.
ODD_WORDS = "🧀 \u202ennulée\r\nune autre ligne <b>&amp;</b> {{ 7 }} %s %(a)s"
# What a refusal leaves as it was, in both towns and in public.
KEPT = (
    "audit_auditevent",
    "commissions_commissionterms",
    "ledger_entry",
    "orders_line",
    "orders_refundrequest",
    "outbox_effect",
    "settlements_adjustment",
    "settlements_reversal",
    "settlements_settlementrules",
)
KEPT_IN_PUBLIC = ("merchants_merchant", "merchants_bankaccountchange", "audit_auditevent", "outbox_effect")


@dataclass(frozen=True, kw_only=True)
class Page:
    """A form and how it is filled in; which of its fields are numbers, days, words."""

    client: Client
    path: str
    right: dict[str, str]
    numbers: list[str] = field(default_factory=list)
    days: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    # Makes two clicks one.
    key: str = ""

    def post(self, changes: dict[str, str]) -> Any:
        keys = {self.key: str(uuid4())} if self.key else {}
        return self.client.post(self.path, {**self.right, **keys, **changes})

    def hostile(self) -> Iterator[dict[str, str]]:
        only_words = set(self.right) <= set(self.words)
        for value in [] if only_words else ANYTHING:
            yield dict.fromkeys(self.right, value)
        for names, values in ((self.numbers, NUMBERS), (self.days, DAYS), (self.words, NO_WORDS)):
            for value in values if names else []:
                yield dict.fromkeys(names, value)


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", Clock(TUESDAY))


@pytest.fixture
def market(in_istres: Any) -> Market:
    return make_market(town=in_istres)


@pytest.fixture
def hall(market: Market) -> list[Page]:
    """The town hall: a payout that left, a merchant that owes a commission, terms, rules, an adjustment."""
    client = signed_in(town=market.town, user=make_staff(role=StaffRole.TOWN_HALL, name="Bernard Faure"))
    take_at_desk(reference=uuid4(), amount_cents=2000, means=Mode.CASH, actor="Camille", now=TUESDAY, label="IST-0000")
    owing = market.cheese.shop.merchant_id
    sell(merchant=owing, cents=100_000, held=False)
    settle(town=market.town, period_end=SUNDAY, now=MONDAY)
    payout = make_waiting_payout(town=market.town, reason="", merchant=market.wine.shop.merchant)
    sent = {"state": PayoutState.SENT, "stripe_transfer_id": "tr_1", "closed_at": TUESDAY, "sending_since": TUESDAY}
    Payout.objects.filter(pk=payout.pk).update(**sent)
    return [
        Page(
            client=client,
            path=reverse("town_hall:reverse_payout", args=[payout.pk]),
            right={"amount": "12,50", "reason": "vente annulée", "confirm": "1"},
            numbers=["amount"],
            words=["reason"],
            key="key",
        ),
        Page(
            client=client,
            path=reverse("town_hall:to_receive"),
            right={"merchant": str(owing), "amount": "12", "received_on": "2026-11-24"},
            numbers=["amount"],
            days=["received_on"],
            key="key",
        ),
        Page(
            client=client,
            path=reverse("town_hall:note_deposit", args=["especes"]),
            right={"amount": "12", "deposited_on": "2026-11-24", "slip": "", "note": "portée par Camille"},
            numbers=["amount"],
            days=["deposited_on"],
            key="key",
        ),
        Page(
            client=client,
            path=reverse("town_hall:adjust"),
            right={
                "merchant": str(owing),
                "direction": "more",
                "amount": "12",
                "borne_by": "company",
                "reason": "geste",
                "confirm": "1",
            },
            numbers=["amount"],
            words=["reason"],
            key="key",
        ),
        Page(
            client=client,
            path=reverse("town_hall:set_terms"),
            right={
                "shop": str(market.wine.shop_id),
                "rate": "7",
                "base": "TTC",
                "price_basis": "HT",
                "vat_rate": "20",
                "beneficiary": "company",
                "fixed_fee": "1",
                "minimum": "1",
                "free_months": "1",
                "valid_from": "2026-11-24",
                "agreed": "on",
                "agreed_by": "Alice",
                "agreed_on": "2026-11-24",
                "confirm": "1",
            },
            numbers=["rate", "vat_rate", "fixed_fee", "minimum"],
            days=["valid_from", "agreed_on"],
            words=["agreed_by"],
        ),
        Page(
            client=client,
            path=reverse("town_hall:settlement_rules"),
            right={
                "frequencies": "either",
                "week_end": "2",
                "month_day": "28",
                "means": "stripe",
                "payout_delay_days": "3",
                "minimum_payout_cents": "12",
                "confirm": "1",
            },
            numbers=["payout_delay_days", "minimum_payout_cents"],
        ),
        Page(
            client=client,
            path=reverse("town_hall:refund_ceiling"),
            right={"ceiling": "12"},
            numbers=["ceiling"],
        ),
    ]


@pytest.fixture
def desk(market: Market) -> list[Page]:
    """The desk: an order that was handed over, to give back of; one to weigh; one to be paid in its shops."""
    camille = make_staff(name="Camille Roux")
    client = signed_in(town=market.town, user=camille)
    given = make_order(town=market.town, lines=market.everything)
    bring_in(given, camille, TUESDAY)
    proof = Proof(code=given.code, adult_seen=True)
    actions.hand_over(order_id=given.pk, proof=proof, means=Mode.CASH, user=camille, now=TUESDAY)
    line = Line.objects.get(shop_order__order=given, product=market.cheese)
    weighed = _to_weigh(market)
    return [
        Page(
            client=client,
            path=reverse("desk:refund", args=[given.pk]),
            right={
                "reason": "damaged",
                "words": "écrasé",
                f"take-{line.pk}": "part",
                f"amount-{line.pk}": "9",
                f"bearer-{line.pk}": "merchant",
            },
            numbers=[f"amount-{line.pk}"],
            words=["words"],
            key="token",
        ),
        _weighing(client, reverse("desk:weigh", args=[weighed.shop_order_id]), weighed),
        Page(
            client=client,
            path=reverse("desk:answer", args=[weighed.shop_order_id]),
            right={"reason": "épuisé", "refused": str(weighed.pk)},
            words=["reason"],
        ),
    ]


@pytest.fixture
def portal(market: Market) -> list[Page]:
    """A merchant: weights, its bank account, what its invoices say of it."""
    merchant = Merchant.objects.get(pk=market.cheese.shop.merchant_id)
    client = Client(HTTP_HOST="localhost")
    weighed = _to_weigh(market)
    user = make_member(merchant=merchant, name="Amandine Roux")
    with in_public():
        sign_in(client=client, user=user)
    return [
        _weighing(client, f"/portail/istres/commandes/{weighed.shop_order_id}/peser/", weighed),
        Page(
            client=client,
            path=f"/portail/istres/commandes/{weighed.shop_order_id}/refuser/",
            right={"motif": "", "other": "épuisé"},
            words=["motif", "other"],
        ),
        Page(
            client=client,
            path=f"/portail/compte-bancaire/{merchant.pk}/changer/",
            right={"iban": "FR1420041010050500013M02606", "bic": "PSSTFRPPMAR"},
            numbers=["iban"],
        ),
        Page(
            client=client,
            path=f"/portail/coordonnees/{merchant.pk}/",
            right={
                "address": "1 rue Haute",
                "postcode": "13800",
                "city": "Istres",
                "vat_number": "",
                "legal": "company",
            },
            words=["address", "city"],
        ),
    ]


def _to_weigh(market: Market) -> Line:
    order: Order = make_order(
        town=market.town, lines=[(make_weighed(shop=market.cheese.shop, now=TUESDAY), 1), (market.wine, 1)]
    )
    return weighed_line(order)


def _weighing(client: Client, path: str, line: Line) -> Page:
    return Page(client=client, path=path, right={f"grammes-{line.pk}": "480"}, numbers=[f"grammes-{line.pk}"])


@pytest.mark.parametrize("where", ["hall", "desk", "portal"])
def test_what_nobody_means_is_refused_in_french_and_does_nothing(
    request: pytest.FixtureRequest, istres: Any, viroflay: Any, where: str
) -> None:
    pages: list[Page] = request.getfixturevalue(where)
    before = _kept(istres), _kept(viroflay)
    wrong = []
    for page in pages:
        for changes in page.hostile():
            answer = page.post(changes)
            if not 400 <= answer.status_code < 500 or 'lang="fr"' not in answer.content.decode():
                wrong.append((page.path, answer.status_code, {name: value[:20] for name, value in changes.items()}))
        assert (_kept(istres), _kept(viroflay)) == before, page.path
    assert wrong == []


@pytest.mark.parametrize("where", ["hall", "desk", "portal"])
def test_odd_words_are_somebody_s_words(request: pytest.FixtureRequest, istres: Any, where: str) -> None:
    """The forms as they should be are accepted, with odd words too, but for the mark that turns the line around."""
    pages: list[Page] = request.getfixturevalue(where)
    for page in pages:
        undo = transaction.savepoint()
        before = _kept(istres)
        answer = page.post(dict.fromkeys(page.words, ODD_WORDS))
        assert answer.status_code == HTTPStatus.FOUND, (page.path, answer.content.decode()[-3000:])
        assert _kept(istres) != before, page.path
        with in_town(istres):
            assert not AuditEvent.objects.filter(details__icontains="\u202e").exists()
        transaction.savepoint_rollback(undo)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"x" * 13_000_000, "application/x-www-form-urlencoded"),
        (b"&".join(b"a%d=1" % number for number in range(600)), "application/x-www-form-urlencoded"),
        (b"amount=%ff%fe&reason=%c3%28", "application/x-www-form-urlencoded"),
        (b'--x\r\nContent-Disposition: form-data; name="amount"\r\n\r\n12', "multipart/form-data; boundary=x"),
        (b"{", "application/json"),
    ],
)
def test_a_body_that_is_no_form(hall: list[Page], istres: Any, body: bytes, kind: str) -> None:
    before = _kept(istres)
    for page in hall[:2]:
        answer = page.client.post(page.path, body, content_type=kind)
        assert 400 <= answer.status_code < 500
        assert 'lang="fr"' in answer.content.decode()
    assert _kept(istres) == before


def _kept(town: Any) -> list[str]:
    """A word for all rows of each table, so that a change in one of them is seen."""
    found = []
    for place, tables in ((town, KEPT), (None, KEPT_IN_PUBLIC)):
        words = ", ".join(f"(SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t)" for table in tables)  # noqa: S608  (the names above)
        with in_town(place) if place else in_public(), connection.cursor() as cursor:
            cursor.execute(f"SELECT {words}")
            found += [str(word) for word in cursor.fetchone()]
    return found
