"""Calls kept in a session, each with its basket."""

from datetime import datetime
from uuid import uuid4

import pytest
from django.contrib.sessions.backends.db import SessionStore

from tenants.desk import calls
from tenants.desk.calls import MOST_OPEN, NoSuchCallError
from tenants.orders.models import Basket
from tenants.residents.models import Resident

pytestmark = pytest.mark.django_db

SOMEBODY = {"name": "Simone Roche", "phone": "+33442000011", "email": ""}


def test_two_calls_do_not_mix(in_istres: object, now: datetime) -> None:
    session = SessionStore()
    first, second = (calls.start(session=session, key=uuid4(), caller=SOMEBODY, now=now) for _ in range(2))
    assert first.basket != second.basket
    assert {call.key for call in calls.open_calls(session)} == {first.key, second.key}
    calls.forget(session=session, call=first)
    assert not Basket.objects.filter(pk=first.basket).exists()
    assert [call.key for call in calls.open_calls(session)] == [second.key]


def test_another_session_knows_nothing_of_it(in_istres: object, now: datetime) -> None:
    key = uuid4()
    calls.start(session=SessionStore(), key=key, caller=SOMEBODY, now=now)
    with pytest.raises(NoSuchCallError):
        calls.find(session=SessionStore(), key=key)


def test_calls_left_open_are_let_go(in_istres: object, now: datetime) -> None:
    session = SessionStore()
    started = [calls.start(session=session, key=uuid4(), caller=SOMEBODY, now=now) for _ in range(MOST_OPEN + 3)]
    assert len(calls.open_calls(session)) == MOST_OPEN
    assert Basket.objects.count() == MOST_OPEN
    with pytest.raises(NoSuchCallError):
        calls.basket_of(started[0])


def test_the_same_caller_is_the_same_resident(in_istres: object, now: datetime) -> None:
    call = calls.start(session=SessionStore(), key=uuid4(), caller=SOMEBODY, now=now)
    first = calls.resident_of_call(call=call, now=now)
    assert calls.resident_of_call(call=call, now=now) == first
    assert Resident.objects.count() == 1
