"""Two towns for every test, real servers, and mistakes turned into failures.

The towns are made once per run; each test works inside a transaction that is rolled back. `transactional_db` and
`live_server` cannot be used: their flush of `public` would break the towns' foreign keys. Browser tests run against
a demo served apart.
"""

import gc
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import settings

from shared.tenancy import activate_public, in_town
from tests.tools.order import place_of

# How long a test takes is for benchmarks to say.
settings.register_profile("conciergeries", deadline=None)
# `./run test --deep`: before a rule changes.
settings.register_profile("thousands", deadline=None, max_examples=3000)
settings.load_profile("conciergeries")

# A Tuesday, at nine in the morning in Istres: nothing is closed, nothing is special.
TUESDAY = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """After pytest-django, which puts the tests without a database last."""
    items.sort(key=lambda item: place_of(item.nodeid))
    # What is loaded by now stays to the end: looking through it for rubbish again and again is a tenth of the time.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.fixture
def now() -> datetime:
    return TUESDAY


@pytest.fixture(scope="session", autouse=True)
def _strict() -> None:
    from tests.strict import be_strict  # noqa: PLC0415  (needs Django set up)

    be_strict()


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: pytest.FixtureRequest) -> None:
    """Open two towns, once, on a public schema that is migrated: the servers are this run's own."""
    from conciergeries.embedded.prepare import migrate  # noqa: PLC0415  (needs Django set up)
    from tests.towns import open_test_towns  # noqa: PLC0415  (needs Django set up)

    with django_db_blocker.unblock():  # type: ignore[attr-defined]  # pytest-django's fixture has no type of its own
        migrate()
        open_test_towns(now=TUESDAY)
        activate_public()


@pytest.fixture(autouse=True)
def _back_in_public(request: pytest.FixtureRequest) -> Iterator[None]:
    """Begin and end each test of the database in public, with empty caches."""
    if "db" not in request.fixturenames:
        yield
        return
    from django.core.cache import caches  # noqa: PLC0415  (needs Django set up)

    activate_public()
    for cache in caches.all():
        cache.clear()
    yield
    activate_public()


@pytest.fixture
def istres(db: None) -> Any:
    """Istres, INSEE 13047: Alice's town."""
    from conciergeries.towns.models import Town  # noqa: PLC0415  (needs Django set up)

    return Town.objects.select_related("operating_company").get(insee="13047")


@pytest.fixture
def viroflay(db: None) -> Any:
    """Viroflay, INSEE 78686: Bruno's town."""
    from conciergeries.towns.models import Town  # noqa: PLC0415  (needs Django set up)

    return Town.objects.select_related("operating_company").get(insee="78686")


@pytest.fixture
def in_istres(istres: Any) -> Iterator[Any]:
    """The test runs inside Istres's schema."""
    with in_town(istres), timezone.override(istres.timezone):
        yield istres


@pytest.fixture
def in_viroflay(viroflay: Any) -> Iterator[Any]:
    """The test runs inside Viroflay's schema."""
    with in_town(viroflay), timezone.override(viroflay.timezone):
        yield viroflay


@pytest.fixture
def browse() -> Callable[[Any], Client]:
    """`browse(town)` gives a client that visits that town's host; `browse(None)` the platform's."""

    def client(town: Any) -> Client:
        return Client(HTTP_HOST=town.host if town else "localhost")

    return client
