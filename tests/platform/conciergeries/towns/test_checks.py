"""Mistakes of configuration that would let one town see another are errors before the first request."""

from typing import Any

from django.core.checks import run_checks

from conciergeries.towns.checks import IN_BOTH_SCHEMAS, both_schemas, caches_know_the_town


def test_the_configuration_as_it_is_has_no_error() -> None:
    assert [error for error in run_checks() if error.id and error.id.startswith("towns.")] == []


def test_an_app_in_both_schemas_must_be_on_the_list(settings: Any) -> None:
    settings.TENANT_APPS = [*settings.TENANT_APPS, "conciergeries.merchants"]
    (error,) = both_schemas(None)
    assert error.id == "towns.E001"
    assert "conciergeries.merchants" in error.msg


def test_the_list_holds_no_app_that_is_no_longer_in_both(settings: Any) -> None:
    assert set(settings.SHARED_APPS) & set(settings.TENANT_APPS) == IN_BOTH_SCHEMAS


def test_a_cache_that_does_not_know_the_town_is_an_error(settings: Any) -> None:
    """A session id replayed in another town once logged in as that town's user."""
    settings.CACHES = {**settings.CACHES, "fast": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    (error,) = caches_know_the_town(None)
    assert error.id == "towns.E002"
    assert "fast" in error.msg
