"""What a statement's net is made of, and what becomes of it: the words of its page, its mail and its PDF."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from billing.settlements.models import Adjustment, Means
from billing.settlements.reckoning import (
    ACCOUNT_WAITED_FOR,
    CARRIED,
    IBAN_WAITED_FOR,
    NOTHING,
    TOO_SMALL,
    becomes,
    reckoning_of,
)
from billing.settlements.services import add_adjustment, settle
from conciergeries.merchants.models import Merchant
from conciergeries.towns.models import Town
from tests.billing.settlements.ruling import rule
from tests.billing.settlements.selling import MONDAY, NEXT_MONDAY, NEXT_SUNDAY, SUNDAY, THURSDAY_EVENING, sell
from tests.factories import IBAN, make_merchant

BY_STRIPE = "Ce montant vous est versé par Stripe."
FRIDAY = THURSDAY_EVENING + timedelta(days=1)
BY_BANK = {"means": Means.SEPA}


@pytest.fixture
def merchant(in_istres: Town) -> Merchant:
    return make_merchant(name="Fromagerie des Alpilles", town=in_istres)


def _adjust(merchant: Merchant, cents: int, *, at: datetime = THURSDAY_EVENING) -> None:
    add_adjustment(
        key=uuid4(),
        merchant=merchant,
        amount_cents=cents,
        reason="Sacs fournis" if cents < 0 else "Geste pour la panne",
        borne_by=Adjustment.BorneBy.COMPANY,
        actor=None,
        now=at,
    )


def test_the_lines_add_up_to_the_net_and_give_the_reason_of_each_adjustment(
    in_istres: Town, merchant: Merchant
) -> None:
    sell(merchant=merchant.pk, cents=8000)
    _adjust(merchant, 500)
    _adjust(merchant, -120, at=FRIDAY)
    (statement,) = settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    lines = reckoning_of(statement)
    assert [(line.label, line.cents) for line in lines] == [
        ("Ventes TTC, moins les remboursements", 8000),
        ("Geste pour la panne", 500),
        ("Sacs fournis", -120),
        ("Commission HT", -400),
        ("TVA sur la commission", -80),
    ]
    assert sum(line.cents for line in lines) == statement.net_cents == 7900


def test_what_was_carried_is_the_first_line_of_the_next_statement(in_istres: Town, merchant: Merchant) -> None:
    rule(minimum_payout_cents=5000)
    sell(merchant=merchant.pk, cents=2000)
    settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    sell(merchant=merchant.pk, cents=6000, at=MONDAY)
    (statement,) = settle(town=in_istres, period_end=NEXT_SUNDAY, now=NEXT_MONDAY)
    first = reckoning_of(statement)[0]
    assert (first.label, first.cents) == ("Report du bordereau précédent", 1880)


@dataclass(frozen=True, kw_only=True)
class Case:
    """How a town pays, whether the merchant may receive it, and what the town hall took from 18.80 €."""

    rules: dict[str, Any]
    said: str
    iban: str = IBAN
    can_receive: bool = True
    adjusted: int = 0


@pytest.mark.parametrize(
    "case",
    [
        Case(rules={}, said=BY_STRIPE),
        Case(rules={}, can_receive=False, said=ACCOUNT_WAITED_FOR),
        Case(rules={"payout_delay_days": 3}, said=f"{BY_STRIPE[:-1]}, à partir du 26\u00a0novembre 2026."),
        Case(rules=BY_BANK, said="Ce montant vous est versé par virement, sur votre compte qui finit par 0189."),
        Case(rules=BY_BANK, iban="", said=IBAN_WAITED_FOR),
        Case(rules={"minimum_payout_cents": 5000}, said=TOO_SMALL),
        Case(rules={}, adjusted=-9000, said=CARRIED),
        Case(rules={}, adjusted=-1880, said=NOTHING),
    ],
)
def test_what_becomes_of_the_net(in_istres: Town, merchant: Merchant, case: Case) -> None:
    rule(**case.rules)
    Merchant.objects.filter(pk=merchant.pk).update(iban=case.iban)
    sell(merchant=merchant.pk, cents=2000)
    if case.adjusted:
        _adjust(merchant, case.adjusted)
    (statement,) = settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    assert becomes(statement, town=in_istres, can_receive=case.can_receive) == case.said
