"""Going from town to town: each rule here is a mistake that somebody made once."""

import threading
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.db.models import Model

from conciergeries.merchants.models import Merchant
from conciergeries.towns.models import Town
from shared.accounts.models import User
from shared.tenancy import (
    UnknownTownError,
    current_schema,
    current_town,
    in_public,
    in_public_schema,
    in_town,
    ready_towns,
    town_of_schema,
)
from tenants.residents.models import Resident
from tests.conftest import TUESDAY
from tests.factories import make_merchant, make_shop, make_user


def test_we_come_back_from_a_town_after_an_error_too(istres: Any, viroflay: Any) -> None:
    with in_town(viroflay):
        with pytest.raises(ZeroDivisionError), in_town(istres):
            _ = 1 / 0
        assert current_schema() == "viroflay"
        with pytest.raises(ZeroDivisionError), in_public():
            _ = 1 / 0
        assert current_town() == viroflay
    assert in_public_schema()
    assert current_town() is None


def test_a_queryset_runs_where_it_is_read_and_not_where_it_was_written(istres: Any, viroflay: Any) -> None:
    with in_town(istres):
        make_user(email="alice@istres.example")
        lazy, read = User.objects.all(), list(User.objects.all())
    with in_town(viroflay):
        assert [user.email for user in read] == ["alice@istres.example"]
        assert not lazy.exists()


def test_a_row_of_one_town_cannot_be_given_to_another_towns_user(istres: Any, viroflay: Any) -> None:
    """With integers, user 1 of one town would silently have become user 1 of the other."""
    with in_town(istres):
        alice = make_user(email="alice@istres.example")
    with in_town(viroflay), pytest.raises(IntegrityError):
        _save_now(Resident(user=alice, name="Alice", created_at=TUESDAY))


def test_a_towns_own_tables_answer_and_never_those_of_the_platform(istres: Any) -> None:
    make_user(email="odile@plateforme.example")
    with in_town(istres):
        assert not User.objects.filter(email="odile@plateforme.example").exists()


def test_the_platform_cannot_read_a_towns_tables_by_mistake(db: None) -> None:
    with pytest.raises(ProgrammingError), transaction.atomic():
        Resident.objects.exists()


def test_a_merchant_that_a_town_refers_to_cannot_be_deleted(istres: Any) -> None:
    merchant = make_merchant()
    with in_town(istres):
        make_shop(merchant=merchant)
    with pytest.raises((IntegrityError, ProgrammingError)):
        _delete_now(merchant)
    assert Merchant.objects.filter(pk=merchant.pk).exists()


@transaction.atomic
def _save_now(row: Model) -> None:
    row.save()
    # Foreign keys are checked at commit, which a test never reaches.
    connection.check_constraints()


@transaction.atomic
def _delete_now(merchant: Merchant) -> None:
    # Not .delete(): its cascade would look for towns' tables in public and fail before PostgreSQL is asked.
    Merchant.objects.filter(pk=merchant.pk)._raw_delete("default")  # noqa: SLF001
    connection.check_constraints()


def test_only_towns_that_are_ready_are_worked_in(istres: Any, viroflay: Any) -> None:
    Town.objects.filter(pk=viroflay.pk).update(ready=False)
    assert ready_towns() == [istres]
    assert town_of_schema("istres") == istres
    for schema in ("viroflay", "public", "nulle_part"):
        with pytest.raises(UnknownTownError):
            town_of_schema(schema)


def test_two_threads_are_in_two_towns_at_once(istres: Any, viroflay: Any) -> None:
    """The stack of django-tenants' own `with town:` is shared by all threads; ours is not."""
    seen: dict[str, list[str]] = {}
    barrier = threading.Barrier(2, timeout=20)

    def visit(town: Any) -> None:
        seen[town.schema_name] = []
        for _ in range(3):
            with in_town(town):
                barrier.wait()
                seen[town.schema_name].append(current_schema())
            barrier.wait()
            seen[town.schema_name].append(current_schema())
        connection.close()

    threads = [threading.Thread(target=visit, args=(town,)) for town in (istres, viroflay)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)

    assert seen == {schema: [schema, "public"] * 3 for schema in ("istres", "viroflay")}
