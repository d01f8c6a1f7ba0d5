"""Working in one schema with nothing behind it: PostgreSQL then writes its own names bare, and all others in full."""

from collections.abc import Iterator
from contextlib import contextmanager

from django_tenants.postgresql_backend.base import FakeTenant

from shared.tenancy import connection


@contextmanager
def alone_in(schema: str) -> Iterator[None]:
    """Work in `schema` without `public` on the search path, then return to where we were."""
    previous, with_public = connection.tenant, connection.include_public_schema
    connection.set_tenant(FakeTenant(schema_name=schema), include_public=False)
    try:
        yield
    finally:
        connection.set_tenant(previous, with_public)
