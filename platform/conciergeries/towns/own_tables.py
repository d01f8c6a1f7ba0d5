"""A table that a town lacks is looked up in `public`, without a word: every way of making tables ends with a check."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.models.signals import post_migrate
from django.dispatch import receiver

from shared.tenancy import current_schema, in_public_schema


class MissingTablesError(RuntimeError):
    """A town lacks tables of its own: reading them would fall through to `public`."""


def check_own_tables(schema: str) -> None:
    """Make sure that no table of a town would be looked up in `public`. Raises MissingTablesError."""
    own_apps = set(settings.TENANT_APPS)
    expected = {
        model._meta.db_table  # noqa: SLF001  (Django's documented access to a model's table)
        for config in apps.get_app_configs()
        if config.name in own_apps
        for model in config.get_models(include_auto_created=True)
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [schema])
        missing = expected - {name for (name,) in cursor.fetchall()}
    if missing:
        raise MissingTablesError(f"{schema}: {', '.join(sorted(missing))}")


@receiver(post_migrate)
def _migrated(sender: Any, **_kwargs: Any) -> None:
    """After each migration of a town: whoever migrates is told, and a deployment stops before it serves.

    Django says so once for each app; once is enough. A migration that is only planned says nothing.
    """
    if sender.label == "towns" and not in_public_schema():
        check_own_tables(current_schema())
