"""`settle COMMUNE [--until …]`: in French, whatever is typed."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command

from billing.settlements.models import Statement
from conciergeries.towns.models import Town
from shared.tenancy import current_schema, in_town
from tests.billing.settlements.selling import sell
from tests.factories import make_merchant

NBSP = "\u00a0"


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("settle", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def sold(istres: Town) -> datetime:
    """A sale a fortnight ago, on the real clock that the command reads."""
    at = datetime.now(UTC) - timedelta(days=14)
    with in_town(istres):
        sell(merchant=make_merchant(name="Fromagerie des Alpilles", town=istres).pk, cents=6000, at=at)
    return at


def test_it_says_what_it_issued(sold: datetime, istres: Town) -> None:
    said = run("istres")
    year = datetime.now(ZoneInfo("Europe/Paris")).year
    assert said.startswith(f"ISTRES-{year}-00001  Fromagerie des Alpilles  du ")
    for part in ("60,00", "3,00", "0,60", "56,40", "en attente"):
        assert part in said
    assert current_schema() == "public"


def test_again_it_says_the_same(sold: datetime, istres: Town) -> None:
    assert run("istres") == run("istres")
    with in_town(istres):
        assert Statement.objects.count() == 1


def test_by_insee_code_and_until_a_day(sold: datetime, istres: Town) -> None:
    day = sold.astimezone(ZoneInfo("Europe/Paris")).date()
    before = (day - timedelta(days=1)).isoformat()
    assert run("13047", "--until", before).startswith("Rien à régler à Istres jusqu’au ")
    run("13047", "--until", day.isoformat())
    with in_town(istres):
        assert Statement.objects.get().period_end == day


def test_today_may_be_settled(istres: Town) -> None:
    with in_town(istres):
        sell(merchant=make_merchant(town=istres).pk, at=datetime.now(UTC))
    today = datetime.now(ZoneInfo("Europe/Paris")).date()
    assert "ISTRES-" in run("istres", "--until", today.isoformat())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["atlantis"],
            f"Aucune commune ne s’appelle «{NBSP}atlantis{NBSP}». Communes ouvertes{NBSP}: istres, viroflay.",
        ),
        (["istres", "--until", "demain"], f"«{NBSP}demain{NBSP}» n’est pas une date."),
        (["istres", "--until", "2026-02-30"], f"«{NBSP}2026-02-30{NBSP}» n’est pas une date."),
        (["istres", "--until", "2999-01-03"], "Le 03/01/2999 n’est pas encore commencé à Istres."),
    ],
)
def test_what_cannot_be_done_is_said_plainly(istres: Town, viroflay: Town, arguments: list[str], message: str) -> None:
    with pytest.raises(CommandError) as refused:
        run(*arguments)
    assert str(refused.value).startswith(message)


def test_a_town_that_is_not_open(istres: Town) -> None:
    Town.objects.filter(pk=istres.pk).update(ready=False)
    with pytest.raises(CommandError, match="Istres n’est pas encore ouverte"):
        run("istres")


def test_a_merchant_that_fails_is_named_and_the_others_are_settled(sold: datetime, istres: Town) -> None:
    stranger = uuid4()
    with in_town(istres):
        sell(merchant=stranger, at=sold)
    with pytest.raises(CommandError, match=str(stranger)):
        run("istres")
    with in_town(istres):
        assert Statement.objects.count() == 1
