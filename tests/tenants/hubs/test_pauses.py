"""Pausing orders of a hub or of the whole town, and taking them again."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from shared.audit.models import AuditEvent
from shared.tenancy import in_town
from tenants.hubs.models import Hub, HubPause
from tenants.hubs.pauses import held_pauses, pause_orders, resume_orders, scope_of
from tests.factories import make_satellite, set_hours

pytestmark = pytest.mark.django_db


def test_a_pause_holds_until_its_end_or_until_it_is_lifted(in_istres: Any, now: datetime) -> None:
    hub = set_hours()
    evening = now + timedelta(hours=10)
    pause_orders(hub_id=hub.pk, reason="Coupure d’eau", until=evening, actor=None, now=now)
    whole = pause_orders(hub_id=None, reason="Inondation", until=None, actor=None, now=now)
    assert {scope_of(pause) for pause in held_pauses(now=now)} == {"La conciergerie", "Toute la commune"}
    assert [pause.reason for pause in held_pauses(now=evening)] == ["Inondation"]
    for _double_click in range(2):
        assert resume_orders(pause_id=whole.pk, actor=None, now=evening).lifted_at == evening
    assert not held_pauses(now=evening)
    actions = AuditEvent.objects.order_by("at", "action").values_list("action", flat=True)
    assert list(actions) == ["orders.paused", "orders.paused", "orders.resumed"]


def test_what_cannot_be_is_explained(in_istres: Any, now: datetime) -> None:
    hub = set_hours()
    for reason, until, field in (
        (" ", None, "reason"),
        ("Travaux", now, "until"),
        ("Travaux", now - timedelta(days=1), "until"),
        ("Travaux", now + timedelta(days=800), "until"),
        ("x" * 201, None, "reason"),
    ):
        with pytest.raises(ValidationError) as raised:
            pause_orders(hub_id=hub.pk, reason=reason, until=until, actor=None, now=now)
        assert set(raised.value.message_dict) == {field}
    pause_orders(hub_id=hub.pk, reason="Travaux", until=None, actor=None, now=now)
    with pytest.raises(ValidationError, match="déjà en pause"):
        pause_orders(hub_id=hub.pk, reason="Encore", until=None, actor=None, now=now)
    pause_orders(hub_id=make_satellite().pk, reason="Aussi", until=None, actor=None, now=now)
    assert HubPause.objects.count() == 2


def test_a_pause_of_another_town_does_not_exist_here(istres: Any, viroflay: Any, now: datetime) -> None:
    with in_town(istres):
        hub = set_hours()
        pause = pause_orders(hub_id=hub.pk, reason="Travaux", until=None, actor=None, now=now)
    with in_town(viroflay):
        assert not held_pauses(now=now)
        with pytest.raises(HubPause.DoesNotExist):
            resume_orders(pause_id=pause.pk, actor=None, now=now)
        with pytest.raises(Hub.DoesNotExist):
            pause_orders(hub_id=hub.pk, reason="Travaux", until=None, actor=None, now=now)
