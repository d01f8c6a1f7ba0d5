"""The cluster that a run of tests begins with."""

from typing import Any

from conciergeries.embedded.prepare import migrate
from conciergeries.towns.models import SchemaScript
from tests.tools.migrated import NAME, migrated_cluster


def test_it_is_kept_for_these_migrations_and_was_stopped() -> None:
    cluster = migrated_cluster()
    assert cluster.parent.name.startswith(NAME)
    assert cluster == migrated_cluster()
    assert (cluster / "PG_VERSION").exists()
    assert not (cluster / "postmaster.pid").exists()


def test_nothing_is_left_to_migrate_in_it_and_towns_open_at_once(db: None, capsys: Any) -> None:
    migrate()
    assert capsys.readouterr().out == ""
    assert SchemaScript.objects.count() == 1
