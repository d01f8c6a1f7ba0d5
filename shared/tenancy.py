"""Going from one town to another, and back, whatever happens."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import connection as django_connection
from django_tenants.postgresql_backend.base import FakeTenant
from django_tenants.utils import get_public_schema_name, get_tenant_model

T = TypeVar("T")

# django-tenants adds to the connection what Django's types do not know: the schema it works in.
connection: Any = django_connection


class UnknownTownError(LookupError):
    """No town that is open has this schema."""


def current_schema() -> str:
    return str(connection.schema_name)


def current_town() -> Any:
    """The town whose schema is active, or None in the public schema."""
    town = connection.tenant
    return town if getattr(town, "insee", None) else None


def activate(town: Any) -> None:
    """Serve the rest of this thread's work from `town`'s schema; for middleware. Elsewhere, use `in_town`."""
    connection.set_tenant(town)


def activate_public() -> None:
    connection.set_schema_to_public()


def in_public_schema() -> bool:
    return current_schema() == str(get_public_schema_name())


@contextmanager
def in_town(town: Any) -> Iterator[Any]:
    """Work in `town`'s schema, then return to where we were, also after an error.

    Return lists from inside it, never querysets: a queryset runs in the schema active when it is *evaluated*.
    `with town:` of django-tenants keeps its stack in a list shared by all threads; this does not.
    """
    previous, with_public = connection.tenant, connection.include_public_schema
    connection.set_tenant(town)
    try:
        yield town
    finally:
        connection.set_tenant(previous, with_public)


@contextmanager
def in_public() -> Iterator[None]:
    """Work in the public schema, then return to where we were."""
    with in_town(FakeTenant(schema_name=get_public_schema_name())):
        yield


def ready_towns() -> list[Any]:
    """Every town that serves its residents, by name."""
    with in_public():
        return list(get_tenant_model().objects.filter(ready=True).order_by("name"))


def town_of_schema(schema: str) -> Any:
    """The town that owns `schema`. Raises UnknownTownError when there is none, or when it is not ready."""
    with in_public():
        town = get_tenant_model().objects.filter(schema_name=schema, ready=True).first()
    if town is None:
        raise UnknownTownError(schema)
    return town
