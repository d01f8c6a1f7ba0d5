"""`promise`, as people and programs read it."""

import json
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from shared.tenancy import in_public, in_town
from tenants.hubs.models import Hub, HubPause
from tests.conftest import TUESDAY as NOW
from tests.factories import Market, make_market, make_satellite

pytestmark = pytest.mark.django_db

AT = "2026-11-24T09:00"


def run(*args: str) -> str:
    out = StringIO()
    with in_public():
        call_command("promise", *args, stdout=out)
    return out.getvalue().replace("\u00a0", " ")


def said(*args: str, at: str = AT) -> dict[str, Any]:
    found = json.loads(run(*args, "--at", at, "--json"))
    assert isinstance(found, dict)
    return found


def item(market: Market) -> str:
    return f"{market.cheese.shop.slug}/{market.cheese.slug}"


def test_the_shape_that_programs_read(market: Market) -> None:
    Hub.objects.filter(pk=market.hub.pk).update(room=4)
    found = said("istres", "--items", item(market))
    assert list(found) == ["now", "hub", "windows", "earliest", "chain", "excluded"]
    assert (found["now"], found["hub"]) == ("2026-11-24T09:00:00+01:00", market.hub.slug)
    assert found["windows"][0] == {
        "start": "2026-11-24T18:00:00+01:00",
        "end": "2026-11-24T20:00:00+01:00",
        "order_before": found["windows"][0]["order_before"],
        "room": 4,
    }
    assert datetime.fromisoformat(found["windows"][0]["order_before"]) > datetime.fromisoformat(found["now"])
    assert found["earliest"] == found["windows"][0]["start"]
    assert [list(link) for link in found["chain"]] == [["step", "at", "reason"]] * 4
    assert [link["step"] for link in found["chain"]] == ["order", "shop", "collection", "window"]
    [noon] = found["excluded"]
    assert list(noon) == ["start", "reason"]
    assert noon["start"] == "2026-11-24T12:00:00+01:00"
    assert "il fallait commander avant" in noon["reason"]


def test_a_hub_that_takes_any_number_has_no_room_to_tell(market: Market) -> None:
    assert {window["room"] for window in said("istres")["windows"]} == {None}


def test_the_words_that_people_read(market: Market) -> None:
    words = run("13047", "--items", item(market), "--at", AT)
    assert words.startswith(f"{market.hub.name}, mardi 24 novembre à 9 h\n")
    assert "mardi 24 novembre à 18 h : " in words
    assert "Pas plus tôt :\n  mardi 24 novembre à 12 h : " in words
    assert "Créneaux possibles :\n  mardi 24 novembre, 18 h–20 h (commander avant " in words


def test_the_places_left_are_counted_as_people_do(market: Market) -> None:
    for room, words in ((1, "1 place)\n"), (2, "2 places)\n")):
        Hub.objects.filter(pk=market.hub.pk).update(room=room)
        assert f", {words}" in run("istres", "--at", AT)


def test_another_hub(market: Market) -> None:
    make_satellite()
    found = said("istres", "--hub", "tube")
    assert (found["hub"], found["earliest"]) == ("tube", "2026-11-27T14:00:00+01:00")
    assert [link["step"] for link in found["chain"]] == ["order", "collection", "run", "window"]


def test_without_a_moment_it_is_now(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    assert json.loads(run("istres", "--json"))["now"] == "2026-11-24T09:00:00+01:00"


def test_another_clock_than_the_towns(market: Market) -> None:
    assert said("istres", at="2026-11-24T08:00+00:00") == said("istres")


def test_no_window_at_all_and_when_to_come_back(market: Market) -> None:
    pause = HubPause.objects.create(reason="crue", since=NOW - timedelta(days=1), until=NOW + timedelta(days=20))
    found = said("istres")
    assert (found["windows"], found["earliest"], found["chain"]) == ([], None, [])
    assert {each["reason"] for each in found["excluded"]} == {"les commandes sont suspendues (crue)"}
    assert "commandes possibles à partir du lundi 14 décembre" in run("istres", "--at", AT)
    pause.until = None
    pause.save()
    assert "Rien ne peut être promis dans les deux mois." in run("istres", "--at", AT)


@pytest.mark.parametrize(
    ("args", "why"),
    [
        (["nulle-part"], "nulle-part"),
        (["istres", "--hub", "lune"], "Pas de point de retrait « lune »"),
        (["istres", "--items", "fromagerie/rien"], "Pas de produit « fromagerie/rien » en vente"),
        (["istres", "--at", "demain"], "« demain » n’est pas un instant : écrivez 2026-12-24T10:00."),
    ],
)
def test_what_is_not_understood_is_said(market: Market, args: list[str], why: str) -> None:
    with pytest.raises(CommandError) as raised:
        run(*args)
    assert why in str(raised.value).replace("\u00a0", " ")


def test_each_town_has_its_own_hubs_and_products(market: Market, viroflay: Any) -> None:
    make_satellite()
    with in_town(viroflay):
        theirs = make_market(town=viroflay)
        other = item(theirs)
    assert said("viroflay", "--items", other)["earliest"]
    with pytest.raises(CommandError, match="en vente"):
        run("istres", "--items", other)
    with pytest.raises(CommandError, match="tube"):
        run("viroflay", "--hub", "tube")
