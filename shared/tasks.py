"""Celery tasks that refuse to run in the wrong town."""

from typing import Any

from django_tenants.utils import get_public_schema_name
from tenant_schemas_celery.task import TenantTask

from shared.tenancy import UnknownTownError, current_schema


class StrictTask(TenantTask):  # type: ignore[misc]  # the library has no types
    """A task that runs in the schema its message names, or not at all.

    tenant-schemas-celery looks the town up in a signal handler, whose errors Celery swallows: a message for an
    unknown town would run in `public`. So the task itself compares before it starts.
    """

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        headers = self.request.headers or {}
        asked = headers.get("_schema_name") or self.request.get("_schema_name") or get_public_schema_name()
        if current_schema() != asked:
            raise UnknownTownError(asked)
        return super().__call__(*args, **kwargs)
