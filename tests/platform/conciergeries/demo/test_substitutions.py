"""The demo shows a replacement that waits and one that was accepted, in both towns, whatever the hour it starts."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from conciergeries.demo.substitutions import TIME_TO_ANSWER, first_substitutions
from shared.tenancy import in_town
from tenants.orders.models import Substitution
from tenants.orders.substitution_models import SubstitutionState
from tests.factories import make_market, make_product, make_resident

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("hours", [0, 6, 15])
def test_both_are_there_once(istres: Any, viroflay: Any, now: datetime, hours: int) -> None:
    later = now + timedelta(hours=hours)
    for town in (istres, viroflay):
        with in_town(town):
            market = make_market(town=town)
            for name in ("Banon affiné", "Brousse du Rove"):
                make_product(shop=market.cheese.shop, name=name, price_cents=690)
            make_resident(name="Alice Martin")
        for _start in range(2):
            first_substitutions(town=town, now=later)
        with in_town(town):
            made = list(Substitution.objects.order_by("price_cents"))
            assert [each.state for each in made] == [SubstitutionState.APPROVED, SubstitutionState.PROPOSED]
            assert made[1].answer_before - later > TIME_TO_ANSWER / 2
