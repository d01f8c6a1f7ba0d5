"""Bases of every table of ours."""

import uuid
from typing import Any, ClassVar

from django.db import models

from shared.tenancy import current_schema, in_public_schema


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
        if not in_public_schema():
            msg = f"{self.model.__name__} is read from the public schema only, not from {current_schema()}"
            raise NotInPublicError(msg)
        return super().get_queryset()


class PublicOnlyModel(UUIDModel):
    objects: ClassVar[PublicOnlyManager] = PublicOnlyManager()

    class Meta:
        abstract = True
