"""Locking rows, one way, so that two requests can wait for each other but never block each other for ever."""

from typing import Any, TypeVar

from django.db import connection, models

M = TypeVar("M", bound=models.Model)


class LockOutsideTransactionError(RuntimeError):
    """A lock taken with no transaction open is given back at once: it protects nothing."""


def lock(queryset: models.QuerySet[M]) -> list[M]:
    """Lock the rows of `queryset` until the transaction ends, and read them as they are then.

    - In order of their keys, so that two transactions that want the same rows ask in the same order.
    - `of=("self",)`: a row joined for reading is not locked.
    - Parents before children, by convention: hub, rounds, basket, order, shop orders, products, counter.

    Raises LockOutsideTransactionError.
    """
    if not connection.in_atomic_block:
        raise LockOutsideTransactionError(queryset.model.__name__)
    return list(queryset.order_by("pk").select_for_update(of=("self",)))


def lock_one(queryset: models.QuerySet[M], **key: Any) -> M:
    """Lock and read the one row that has this key. Raises DoesNotExist."""
    rows = lock(queryset.filter(**key))
    if not rows:
        raise queryset.model.DoesNotExist  # type: ignore[attr-defined]  # every model class has its own
    return rows[0]


def hold_one(queryset: models.QuerySet[M], **key: Any) -> M:
    """Read the one row that has this key, and keep it from being locked or changed until the transaction ends.

    Others may hold it too: those who hold never wait for each other, only for who locks. Raises DoesNotExist,
    LockOutsideTransactionError.
    """
    if not connection.in_atomic_block:
        raise LockOutsideTransactionError(queryset.model.__name__)
    statement, parameters = queryset.filter(**key).order_by("pk").query.sql_with_params()
    # Django writes FOR UPDATE only.
    rows: list[M] = list(queryset.raw(f"{statement} FOR SHARE", parameters))
    if not rows:
        raise queryset.model.DoesNotExist  # type: ignore[attr-defined]  # every model class has its own
    return rows[0]
