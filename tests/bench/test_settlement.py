"""What the bench of settling measures is what it says: figures that hold on any machine."""

from typing import Any

import pytest

from billing.ledger.models import Account
from billing.ledger.queries import balances, unbalanced
from billing.settlements.documents import is_intact
from billing.settlements.models import Sale, Statement
from shared.tenancy import in_town
from tests.bench import settlement

pytestmark = pytest.mark.django_db


def test_the_towns_of_the_bench_are_settled_whole(istres: Any, viroflay: Any) -> None:
    settled = []
    for town, lines in ((istres, 20), (viroflay, 200)):
        settlement.lay_out(town=town, lines=lines, merchants=4)
        settled.append(settlement.settle_town(town=town, lines=lines, runs=1))
        with in_town(town):
            statements = Statement.objects.all()
            assert (Sale.objects.count(), sum(each.sales_count for each in statements)) == (lines, lines)
            assert all(is_intact(each) and each.net_cents > 0 for each in statements)
            assert unbalanced() == []
            # All that was sold was commission, or is on its way: nothing was forgotten.
            assert balances()[Account.MERCHANTS] == 0
    fewer, everything = settled
    figures = settlement.compare(merchants=4, fewer=fewer, everything=everything)
    assert (fewer.statements, everything.statements) == (4, 4)
    assert figures.all.lines == 200
    assert all(value for _name, value in settlement.rows(figures))
