from collections import Counter
from datetime import date
from functools import cache
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conciergeries.towns.communes import Commune, commune, fold, search
from conciergeries.towns.communes.records import commune_at, table
from conciergeries.towns.communes.territories import school_zone

NO_BREAK_SPACE = "\u00a0"


def names(query: str, *, limit: int = 10) -> list[str]:
    return [found.name for found in search(query, limit=limit)]


@cache
def every_commune() -> list[Commune]:
    return [commune_at(position) for position in range(len(table().text.splitlines()))]


def test_istres_is_what_the_official_list_says() -> None:
    istres = commune("13047")
    assert istres is not None
    assert istres.name == "Istres"
    assert istres.department == "13"
    assert istres.department_name == "Bouches-du-Rhône"
    assert istres.region == "Provence-Alpes-Côte d'Azur"
    assert istres.postcodes == ("13118", "13800")
    assert istres.population == 44_292
    assert istres.zone == "Europe/Paris"
    assert istres.territory == ""


@pytest.mark.parametrize("query", ["Istres", "istres", "ISTRES", "  istres  ", "istr", "13118", "13800", "13047"])
def test_istres_comes_first(query: str) -> None:
    assert search(query)[0].insee == "13047"


@pytest.mark.parametrize("query", ["Viroflay", "viroflay", "78220", "78686", "78220 viroflay", "viroflay 78"])
def test_viroflay_comes_first(query: str) -> None:
    assert search(query)[0].insee == "78686"


@pytest.mark.parametrize(
    "query", ["Saint-Étienne", "saint etienne", "st etienne", "St-Étienne", "ST. ETIENNE", f"st{NO_BREAK_SPACE}etienne"]
)
def test_accents_hyphens_case_and_abbreviations_of_saint_do_not_matter(query: str) -> None:
    found = search(query)
    assert found[0].insee == "42218"
    assert "Saint-Étienne-du-Rouvray" in [other.name for other in found]


def test_sainte_and_saintes_are_abbreviated_too() -> None:
    assert names("ste marie aux mines") == ["Sainte-Marie-aux-Mines"]
    assert names("Stes-Maries-de-la-Mer") == ["Saintes-Maries-de-la-Mer"]


@pytest.mark.parametrize(
    "query",
    ["l'isle d'abeau", "L’Isle-d’Abeau", "L'Isle-d'Abeau", "l isle d abeau", "lisle d'abeau", "abeau", "abeau isle"],
)
def test_apostrophes_and_the_order_of_words_do_not_matter(query: str) -> None:
    assert search(query)[0].insee == "38193"


@pytest.mark.parametrize("query", ["Œting", "œting", "Oeting", "OETING"])
def test_ligatures_are_two_letters(query: str) -> None:
    assert names(query) == ["Œting"]


def test_an_article_may_be_left_out() -> None:
    assert names("havre")[0] == "Le Havre"
    assert names("rochelle")[:2] == ["La Rochelle", "La Rochelle"]


def test_the_same_name_comes_before_longer_ones_and_the_larger_town_before_the_smaller() -> None:
    found = search("saint-denis", limit=100)
    exact = [town.population for town in found if town.name == "Saint-Denis"]
    assert [town.name for town in found[: len(exact)]] == ["Saint-Denis"] * len(exact)
    assert exact == sorted(exact, reverse=True, key=lambda population: population or 0)
    assert len(exact) > 2


def test_a_whole_word_begins_before_one_inside() -> None:
    found = names("port", limit=300)
    assert found.index("Le Port") < found.index("Porto-Vecchio") < found.index("Saint-Nicolas-de-Port")


def test_the_shortest_name_is_found() -> None:
    assert names("y")[0] == "Y"


def test_a_postcode_shared_by_several_communes_gives_them_all() -> None:
    shared = search("51300", limit=60)
    *sharing, other = shared
    assert len(sharing) == 46
    assert all("51300" in town.postcodes for town in sharing)
    assert other.insee == "51300", "and, last, the commune that has this number as its INSEE code"


def test_a_number_that_is_a_postcode_here_and_an_insee_code_there_gives_both() -> None:
    istres, coudoux = search("13118")
    assert "13118" in istres.postcodes
    assert coudoux.insee == "13118"


def test_the_beginning_of_a_postcode_or_of_an_insee_code_is_enough() -> None:
    assert names("7822")[:1] == ["Viroflay"]
    assert all(
        town.insee.startswith("138") or any(code.startswith("138") for code in town.postcodes) for town in search("138")
    )


def test_corsica_has_letters_in_its_codes() -> None:
    ajaccio = commune("2A004")
    assert ajaccio is not None
    assert ajaccio == commune(" 2a004 ")
    assert ajaccio.department_name == "Corse-du-Sud"
    assert search("2a")[0] == ajaccio
    assert search("20090")[0] == ajaccio


def test_a_number_narrows_a_name() -> None:
    assert [town.department for town in search("saint-denis 974")] == ["974"]
    assert names("istres 84") == []


def test_paris_is_one_commune_with_all_its_postcodes() -> None:
    paris = search("paris")[0]
    assert paris.insee == "75056"
    assert len(paris.postcodes) == 21
    assert search("75015")[0] == paris
    assert commune("75115") is None, "a district has no town hall that could open a conciergerie"


def test_only_current_communes_are_listed() -> None:
    assert len(every_commune()) == 34_969
    assert commune("13999") is None


def test_communes_where_nobody_lives_have_neither_postcode_nor_population() -> None:
    kerguelen = commune("98412")
    assert kerguelen is not None
    assert kerguelen.postcodes == ()
    assert kerguelen.population is None
    assert names("kerguelen") == ["Archipel des Kerguelen"]
    everywhere = every_commune()
    assert sum(not place.postcodes for place in everywhere) == 5
    assert sum(place.population is None for place in everywhere) == 6


@pytest.mark.parametrize(
    ("insee", "zone", "territory"),
    [
        ("13047", "Europe/Paris", ""),
        ("57463", "Europe/Paris", "57"),
        ("67482", "Europe/Paris", "6AE"),
        ("68066", "Europe/Paris", "6AE"),
        ("97105", "America/Guadeloupe", "971"),
        ("97209", "America/Martinique", "972"),
        ("97302", "America/Cayenne", "973"),
        ("97411", "Indian/Reunion", "974"),
        ("97502", "America/Miquelon", "PM"),
        ("97611", "Indian/Mayotte", "976"),
        ("97701", "America/St_Barthelemy", "BL"),
        ("97801", "America/Marigot", "MF"),
        ("98613", "Pacific/Wallis", "WF"),
        ("98735", "Pacific/Tahiti", "PF"),
        ("98731", "Pacific/Marquesas", "PF"),
        ("98719", "Pacific/Gambier", "PF"),
        ("98818", "Pacific/Noumea", "NC"),
        ("98414", "Antarctica/DumontDUrville", "TF"),
        ("98901", "Etc/GMT+8", ""),
    ],
)
def test_each_place_has_its_own_clock_and_holidays(insee: str, zone: str, territory: str) -> None:
    place = commune(insee)
    assert place is not None
    assert (place.zone, place.territory) == (zone, territory)


def test_every_department_of_the_mainland_has_a_zone_of_school_holidays() -> None:
    zones = {place.department: school_zone(place.department) for place in every_commune()}
    without = {department for department, zone in zones.items() if not zone}
    assert without == {"2A", "2B"} | {department for department in zones if department.startswith(("97", "98"))}
    assert Counter(zones.values()) == {"A": 32, "B": 41, "C": 21, "": len(without)}
    assert [zones[department] for department in ("13", "78", "69")] == ["B", "C", "A"]


def test_every_zone_and_every_calendar_exists() -> None:
    everywhere = every_commune()
    assert all(ZoneInfo(zone) for zone in {place.zone for place in everywhere})
    for territory in {place.territory for place in everywhere} - {""}:
        holidays.country_holidays("FR", subdiv=territory, years=2026)


def test_the_day_after_christmas_is_a_holiday_in_strasbourg_and_not_in_istres() -> None:
    days = {
        insee: date(2026, 12, 26) in holidays.country_holidays("FR", subdiv=place.territory or None, years=2026)
        for insee in ("67482", "13047")
        if (place := commune(insee))
    }
    assert days == {"67482": True, "13047": False}


@pytest.mark.parametrize(
    "query",
    [
        "",
        "   ",
        "zzzzzz",
        "1",
        "999999",
        "12345678901234567890",
        "'",
        "-",
        "%",
        "_",
        "'; DROP TABLE towns_town; --",
        "' OR '1'='1",
        "istres%",
        "<script>alert(1)</script>",
        "(istres",
        "[]+",
        ".*",
        "\\",
        "Истр",
        "🧀",
        "\x00",
        "a" * 10_000,
        "st " * 40,
        "ﷺ" * 90,
    ],
)
def test_what_means_nothing_finds_nothing(query: str) -> None:
    # A sign is a space: what is left of the word is still looked for.
    expected = ["Istres", "Les Istres-et-Bury"] if "istres" in query else []
    assert names(query) == expected


def test_a_line_break_inside_a_query_is_a_space() -> None:
    assert names("saint\netienne")[0] == "Saint-Étienne"
    assert names("istres\r\n")[0] == "Istres"


def test_no_more_answers_than_asked() -> None:
    assert len(search("saint", limit=3)) == 3
    assert search("istres", limit=0) == []
    assert search("istres", limit=-1) == []


@pytest.mark.parametrize("insee", ["", "1304", "130470", "13047;", "13047 13118", "\n13047 13118 13800;Istres"])
def test_an_insee_code_is_whole_or_nothing(insee: str) -> None:
    assert commune(insee) is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Œting", "oeting"),
        ("Vœuil-et-Giget", "voeuil et giget"),
        ("L'Haÿ-les-Roses", "l hay les roses"),
        ("Saint-Rémy (71)", "saint remy 71 "),
        ("STE-MÈRE-ÉGLISE", "sainte mere eglise"),
        ("un\ndeux", "un\ndeux"),
    ],
)
def test_a_folded_name_has_only_plain_letters(name: str, expected: str) -> None:
    assert fold(name) == expected


@given(st.text(max_size=100))
def test_no_text_is_an_error(query: str) -> None:
    assert len(search(query)) <= 10


@given(st.integers(min_value=0, max_value=34_968))
def test_every_commune_is_found_by_its_name_and_by_its_codes(position: int) -> None:
    place = commune_at(position)
    assert commune(place.insee) == place
    assert place in search(place.name, limit=400)
    assert place in search(f"{place.name} {place.insee}")
    assert all(place in search(postcode, limit=60) for postcode in place.postcodes)
