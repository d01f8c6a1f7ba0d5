"""Pages for holders of a role."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from shared.tenancy import in_town
from tenants.staff.models import StaffRole
from tests.factories import make_staff, sign_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("role", "page"), [(StaffRole.CONCIERGE, "/comptoir/"), (StaffRole.TOWN_HALL, "/mairie/")])
def test_no_browser_keeps_a_page_that_names_people(
    istres: Any, viroflay: Any, browse: Callable[[Any], Client], role: StaffRole, page: str
) -> None:
    for town in (istres, viroflay):
        client = browse(town)
        with in_town(town):
            user = make_staff(role=role)
        sign_in(client=client, user=user, town=town)
        answer = client.get(page)
        assert answer.status_code == 200
        assert {"no-store", "private"} <= set(answer["Cache-Control"].split(", "))
