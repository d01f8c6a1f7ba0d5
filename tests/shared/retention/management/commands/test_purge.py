"""`./run manage purge` does what the night would, and says how much."""

from datetime import datetime
from io import StringIO
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db.models import QuerySet
from django.utils import timezone

from shared.retention import registry
from shared.retention.registry import Purge, register
from shared.tenancy import current_schema, in_town
from tests.shared.retention.conftest import Litter


def _run(*arguments: str) -> list[list[str]]:
    out = StringIO()
    call_command("purge", *arguments, stdout=out)
    return [line.split() for line in out.getvalue().splitlines()]


def test_it_counts_then_forgets(istres: Any, viroflay: Any, litter: Litter) -> None:
    with in_town(istres):
        litter(timezone.now())
    counted = _run("--dry-run")
    assert counted[0] == ["À", "effacer", ":"]
    in_istres = counted[counted.index(["istres"]) : counted.index(["viroflay"])]
    assert ["sessions", "1", "(aussitôt)"] in in_istres
    assert ["invitations", "3", "(30", "jours)"] in in_istres
    with in_town(istres):
        assert Session.objects.filter(pk="old").exists()

    done = _run()
    assert done[0] == ["Effacé", ":"]
    assert [line[:2] for line in done[1:]] == [line[:2] for line in counted[1:]]
    with in_town(istres):
        assert not Session.objects.filter(pk="old").exists()


def test_a_town_that_fails_is_named_and_the_others_are_done(
    istres: Any, viroflay: Any, litter: Litter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails_in_istres(before: datetime) -> QuerySet[Session]:
        if current_schema() == "istres":
            raise RuntimeError("a drawer is stuck")
        return Session.objects.filter(expire_date__lt=before)

    monkeypatch.setattr(registry, "_purges", [])
    register(Purge(key="sessions", rows=fails_in_istres, forget=registry.delete))
    for town in (istres, viroflay):
        with in_town(town):
            litter(timezone.now())
    out = StringIO()
    with pytest.raises(CommandError, match="ont échoué"):
        call_command("purge", stdout=out)
    with in_town(istres):
        assert Session.objects.filter(pk="old").exists()
    with in_town(viroflay):
        assert not Session.objects.filter(pk="old").exists()
    assert "ÉCHEC : RuntimeError: a drawer is stuck" in out.getvalue()
