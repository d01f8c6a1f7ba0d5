"""Bases of every table of ours."""

import uuid
from typing import Any, ClassVar

from django.db import connection, models
from django_tenants.utils import get_public_schema_name


class UUIDModel(models.Model):
    """A row whose key means nothing in any other town.

    With integer keys, user 1 of one town attached to a row saved in another silently became that town's user 1;
    with UUIDs the database refuses.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    class Meta:
        abstract = True


class NotInPublicError(RuntimeError):
    """A table that only the platform's host may read was asked for from a town."""


class PublicOnlyManager(models.Manager[Any]):
    """Refuses to read outside the public schema a table whose foreign keys mean public users.

    From a town, the same join would silently look its users up among the town's.
    """

    def get_queryset(self) -> models.QuerySet[Any]:
        if connection.schema_name != get_public_schema_name():
            msg = f"{self.model.__name__} is read from the public schema only, not from {connection.schema_name}"
            raise NotInPublicError(msg)
        return super().get_queryset()


class PublicOnlyModel(UUIDModel):
    objects: ClassVar[PublicOnlyManager] = PublicOnlyManager()

    class Meta:
        abstract = True
