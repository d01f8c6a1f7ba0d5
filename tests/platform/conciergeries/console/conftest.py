"""Odile, operator of the platform; and those who must see nothing of the console."""

from typing import Any

import pytest
from django.test import Client

from conciergeries.towns.models import Operator
from shared.accounts.models import User
from tests.factories import make_user, sign_in


@pytest.fixture
def odile(db: None) -> User:
    user = make_user(email="odile@plateforme.example", name="Odile Perrin")
    Operator.objects.create(user=user)
    return user


@pytest.fixture
def console(odile: User) -> Client:
    client = Client(HTTP_HOST="localhost")
    sign_in(client=client, user=odile)
    return client


@pytest.fixture
def chloe(db: None) -> Any:
    """Somebody with an account on the platform's host and no role there."""
    client = Client(HTTP_HOST="localhost")
    sign_in(client=client, user=make_user(email="chloe@x.example", name="Chloé"))
    return client
