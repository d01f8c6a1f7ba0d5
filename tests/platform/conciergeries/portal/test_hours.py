"""A merchant's hours, closures and pauses, in its own shops of its own towns."""

import re
from datetime import date
from http import HTTPStatus
from typing import Any

import pytest
from django.test import Client

from shared.audit.models import AuditEvent
from shared.notifications.models import Message
from shared.tenancy import in_town
from tenants.orders.models import Order
from tenants.shops.changes import calendar_of
from tenants.shops.models import Shop, ShopChange, ShopPause
from tests.conftest import TUESDAY
from tests.platform.conciergeries.portal.conftest import Fair, Stall, client_of, order_of
from tests.tenants.staff.pages import hidden, text_of

WEEK = {
    **{f"d{day}_0_{end}": hour for day in range(1, 6) for end, hour in (("from", "09:00"), ("to", "12:30"))},
    **{f"d{day}_1_{end}": hour for day in range(1, 5) for end, hour in (("from", "15:00"), ("to", "19:00"))},
    "closed_on_holidays": "on",
    "preparation_minutes": "30",
}
RULE = "Tu-Fr 09:00-12:30,15:00-19:00; Sa 09:00-12:30; PH off"
HOLIDAYS = {"what": "closed", "first": "2026-11-26", "last": "2026-11-28", "reason": "congés"}


@pytest.fixture
def amandine(fair: Fair) -> Client:
    return client_of(fair.amandine)


def _url(stall: Stall, page: str) -> str:
    return f"/portail/{stall.town.slug}/vitrines/{stall.shop.pk}/{page}"


def _shop(stall: Stall) -> Shop:
    with in_town(stall.town):
        return Shop.objects.get(pk=stall.shop.pk)


def test_the_week_is_looked_at_then_saved_in_one_town_only(fair: Fair, amandine: Client) -> None:
    page = text_of(amandine.post(_url(fair.istres, "horaires/"), {**WEEK, "preview": "1"}))
    assert "mercredi 25 novembre 9 h–12 h 30 et 15 h–19 h" in page
    assert "lundi 30 novembre fermé" in page
    assert _shop(fair.istres).hours == ""

    answer = amandine.post(_url(fair.istres, "horaires/"), WEEK)
    assert answer.status_code == HTTPStatus.FOUND
    assert (_shop(fair.istres).hours, _shop(fair.istres).preparation_minutes) == (RULE, 30)
    assert _shop(fair.viroflay).hours == ""
    with in_town(fair.istres.town):
        assert AuditEvent.objects.get(action="shop.hours_set").actor_label == "Amandine Roux"
    shown = amandine.get(_url(fair.istres, "horaires/")).content.decode()
    assert re.search(r'name="d4_1_to" value="19:00"', shown)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"d2_0_from": "13:00"}, "la fin (12 h 30) doit venir après le début (13 h)."),
        ({"d2_1_from": "12:00"}, "la seconde plage commence à 12 h, avant la fin de la première."),
        ({"d2_1_to": ""}, "il manque la fin de la seconde plage."),
        ({"preparation_minutes": "bientôt"}, "Écrivez un nombre de minutes"),
        ({"preparation_minutes": "481"}, "inférieure ou égale à 480"),
        ({"hours": "lundi"}, "Ces horaires ne se lisent pas"),
        ({"hours": RULE, "no_week": "on"}, "Videz cette ligne"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_changed(
    fair: Fair, amandine: Client, *, change: dict[str, str], why: str
) -> None:
    assert why in text_of(amandine.post(_url(fair.istres, "horaires/"), {**WEEK, **change}), 422)
    assert _shop(fair.istres).hours == ""


def test_an_empty_week_is_a_choice(fair: Fair, amandine: Client) -> None:
    url = _url(fair.istres, "horaires/")
    amandine.post(url, WEEK)
    empty = {"preparation_minutes": "0"}
    assert "ou cochez « Pas d’horaires fixes »" in text_of(amandine.post(url, empty), 422)
    assert _shop(fair.istres).hours == RULE
    assert amandine.post(url, {**empty, "no_week": "on"}).status_code == HTTPStatus.FOUND
    assert _shop(fair.istres).hours == ""
    assert re.search(r'name="no_week"[^>]* checked', amandine.get(url).content.decode())


def test_a_day_is_copied_to_others_without_a_script(fair: Fair, amandine: Client) -> None:
    url = _url(fair.istres, "horaires/")
    one = {"d1_0_from": "09:00", "d1_0_to": "12:30", "preparation_minutes": "x"}
    answer = amandine.post(url, {**one, "copy": "1", "copy_from": "1", "copy_to": ["3", "5"]})
    page = answer.content.decode()
    assert "Mardi est copié vers jeudi, samedi." in text_of(answer)
    for day in (1, 3, 5):
        assert re.search(rf'name="d{day}_0_to" value="12:30"', page)
    assert not re.search(r'name="d2_0_to" value=', page)
    # What was typed elsewhere stays as it was, and is not judged yet.
    assert re.search(r'name="preparation_minutes" value="x"', page)
    assert "cochez au moins un autre jour" in text_of(amandine.post(url, {**one, "copy": "1", "copy_from": "1"}))
    assert "cochez au moins" in text_of(amandine.post(url, {"copy": "1", "copy_from": "9", "copy_to": ["x"]}))


def test_a_third_opening_is_asked_for_and_kept(fair: Fair, amandine: Client) -> None:
    url = _url(fair.istres, "horaires/")
    page = amandine.post(url, {**WEEK, "more": "1"}).content.decode()
    assert re.search(r'name="slots" value="3"', page)
    third = {"slots": "3", "d1_2_from": "20:00", "d1_2_to": "22:00"}
    amandine.post(url, {**WEEK, **third})
    assert "Tu 09:00-12:30,15:00-19:00,20:00-22:00" in _shop(fair.istres).hours
    assert re.search(r'name="d1_2_to" value="22:00"', amandine.get(url).content.decode())


@pytest.mark.parametrize(
    ("start", "end", "why"),
    [
        ("06:00", "22:00", "16 heures de suite"),
        ("09:00", "09:10", "10 minutes seulement"),
        ("03:00", "07:00", "avant 5 heures du matin"),
        ("20:00", "02:00", "après minuit"),
    ],
)
def test_absurd_hours_are_asked_about_before_they_are_saved(
    fair: Fair, amandine: Client, *, start: str, end: str, why: str
) -> None:
    url = _url(fair.istres, "horaires/")
    odd = {"d6_0_from": start, "d6_0_to": end, "preparation_minutes": "0"}
    page = text_of(amandine.post(url, odd), 422)
    assert "Est-ce bien cela ?" in page
    assert why in page
    assert _shop(fair.istres).hours == ""
    assert amandine.post(url, {**odd, "sure": "1"}).status_code == HTTPStatus.FOUND
    assert _shop(fair.istres).hours == f"Su {start}-{end}"


def test_hours_that_say_more_than_a_grid_are_kept_in_their_own_words(fair: Fair, amandine: Client) -> None:
    odd = "week 01-53/2 Tu-Sa 09:00-19:00; Sa 09:00-12:00"
    url = _url(fair.istres, "horaires/")
    assert amandine.post(url, {"preparation_minutes": "0", "hours": odd}).status_code == HTTPStatus.FOUND
    assert _shop(fair.istres).hours == odd
    page = amandine.get(url)
    assert f'value="{odd}"' in page.content.decode()
    assert "En clair semaines impaires, mardi au samedi, 9 h–19 h samedi, 9 h–12 h" in text_of(page)


SUMMER = {
    "seasons": "1",
    "s1_first_day": "1",
    "s1_first_month": "7",
    "s1_last_day": "31",
    "s1_last_month": "8",
    **{f"s1_d{day}_0_{end}": hour for day in range(1, 7) for end, hour in (("from", "08:00"), ("to", "13:00"))},
}


def test_a_season_is_added_filled_in_and_taken_away_without_a_script(fair: Fair, amandine: Client) -> None:
    url = _url(fair.istres, "horaires/")
    added = amandine.post(url, {**WEEK, "add_season": "1"}).content.decode()
    assert re.search(r'name="seasons" value="1"', added)
    assert re.search(r'name="s1_d4_1_to" value="19:00"', added), "it begins as the ordinary week"
    assert _shop(fair.istres).hours == ""

    looked = text_of(amandine.post(url, {**WEEK, **SUMMER, "preview": "1"}))
    assert "en juillet et août, mardi au dimanche, 8 h–13 h" in looked
    assert amandine.post(url, {**WEEK, **SUMMER}).status_code == HTTPStatus.FOUND
    seasonal = RULE.replace("; PH off", "; Jul-Aug Tu-Su 08:00-13:00; PH off")
    assert _shop(fair.istres).hours == seasonal

    shown = amandine.get(url).content.decode()
    assert re.search(r'name="s1_d6_0_to" value="13:00"', shown)
    assert not re.search(r'name="hours" value=', shown)
    two = {**WEEK, **SUMMER, "seasons": "2"} | {name.replace("s1", "s2"): value for name, value in SUMMER.items()}
    two |= {"seasons": "2", "s2_first_month": "12", "s2_last_month": "12", "s2_closed": "on"}
    page = amandine.post(url, {**two, "remove_season": "1"}).content.decode()
    assert re.search(r'name="seasons" value="1"', page)
    assert re.search(r'name="s1_closed"[^>]* checked', page), "the second is now the first"
    assert "s2_closed" not in page
    assert _shop(fair.istres).hours == seasonal


def test_a_closed_month_and_a_market_sunday(fair: Fair, amandine: Client) -> None:
    closed = {"seasons": "1", "s1_closed": "on", "s1_first_day": "1", "s1_first_month": "8"}
    closed |= {"s1_last_day": "31", "s1_last_month": "8"}
    market = {"m0_rank": "2", "m0_day": "6", "m0_0_from": "09:00", "m0_0_to": "12:00"}
    url = _url(fair.istres, "horaires/")
    assert amandine.post(url, {**WEEK, **closed, **market}).status_code == HTTPStatus.FOUND
    assert _shop(fair.istres).hours == RULE.replace("; PH off", "; Su[2] 09:00-12:00; Aug off; PH off")
    page = text_of(amandine.get(url))
    assert "le deuxième dimanche du mois, 9 h–12 h fermé en août fermé les jours fériés" in page


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"s1_last_day": "32"}, "Écrivez le jour du mois : de 1 à 31."),
        ({"s1_last_day": "31", "s1_last_month": "6"}, "juin n’a pas plus de 30 jours."),
        ({"s1_first_month": "13"}, "Sélectionnez un choix valide"),
        ({"s1_d1_0_to": "07:00"}, "la fin (7 h) doit venir après le début (8 h)."),
        ({"m0_0_from": "09:00", "m0_0_to": "12:00"}, "dites lequel : le premier, le deuxième…"),
        ({"m0_rank": "2", "m0_day": "6", "m1_rank": "2", "m1_day": "6"}, "le deuxième dimanche du mois est donné deux"),
        ({"m0_rank": "9"}, "Sélectionnez un choix valide"),
        (
            {**{name.replace("s1", "s2"): value for name, value in SUMMER.items()}, "seasons": "2"},
            "est dans deux saisons",
        ),
    ],
)
def test_what_is_wrong_with_a_season_is_said(fair: Fair, amandine: Client, *, change: dict[str, str], why: str) -> None:
    assert why in text_of(amandine.post(_url(fair.istres, "horaires/"), {**WEEK, **SUMMER, **change}), 422)
    assert _shop(fair.istres).hours == ""


@pytest.mark.parametrize(
    "nonsense",
    [
        {"seasons": "999999999999", "slots": "-1"},
        {"seasons": "²", "slots": "x"},
        {"remove_season": "7"},
        {"remove_season": "x", "add_season": "1", "copy": "1"},
        {"s1_copy": "1", "s1_copy_from": "12"},
        {"hours": "x" * 200_000},
        {"hours": "Mo 25:00-26:00"},
        {"hours": "Mo 09:00-12:00, Mo 11:00-13:00"},
        {"hours": "2020 Jan 01 09:00-12:00"},
        {"d0_0_from": "25:00", "d0_0_to": "é"},
        {"d0_0_from": "x" * 200_000},
        {"m0_rank": "x", "m0_day": "99"},
    ],
)
def test_nonsense_changes_nothing_and_is_no_error_of_ours(
    fair: Fair, amandine: Client, nonsense: dict[str, str]
) -> None:
    answer = amandine.post(_url(fair.istres, "horaires/"), {"preparation_minutes": "0", **nonsense})
    assert answer.status_code in {HTTPStatus.OK, HTTPStatus.UNPROCESSABLE_ENTITY}
    assert _shop(fair.istres).hours == ""


def test_a_shop_that_opens_in_its_season_only(fair: Fair, amandine: Client) -> None:
    """In November the strawberries of May are no mistake, once somebody said so."""
    may = {"preparation_minutes": "0", "hours": "May-Jul Mo-Sa 09:00-12:00"}
    url = _url(fair.istres, "horaires/")
    assert "ce n’est pas ouvert avant le samedi 1er mai 2027" in text_of(amandine.post(url, may), 422)
    assert amandine.post(url, {**may, "sure": "1"}).status_code == HTTPStatus.FOUND
    assert _shop(fair.istres).hours == may["hours"]


def test_hours_of_school_holidays_follow_the_zone_of_the_town(fair: Fair, amandine: Client) -> None:
    rule = "Tu-Sa 09:00-12:00; SH Mo-Fr 10:00-12:00"
    for stall, zone in ((fair.istres, "B"), (fair.viroflay, "C")):
        assert stall.town.free_days == f"/{zone}"
        answer = amandine.post(_url(stall, "horaires/"), {"preparation_minutes": "0", "hours": rule})
        assert answer.status_code == HTTPStatus.FOUND
    with in_town(fair.istres.town):
        calendar = calendar_of(town=fair.istres.town, shop=_shop(fair.istres))
        assert [span.start.hour for span in calendar.on(date(2027, 2, 23))] == [10], "holidays in Marseilles"
    with in_town(fair.viroflay.town):
        calendar = calendar_of(town=fair.viroflay.town, shop=_shop(fair.viroflay))
        assert [span.start.hour for span in calendar.on(date(2027, 2, 23))] == [9], "school in Versailles"


def test_a_closure_is_looked_at_saved_listed_and_taken_back(fair: Fair, amandine: Client) -> None:
    amandine.post(_url(fair.istres, "horaires/"), WEEK)
    add, every = _url(fair.istres, "changements/exception/"), _url(fair.istres, "changements/")
    assert "jeudi 26 novembre fermé : congés" in text_of(amandine.post(add, {**HOLIDAYS, "preview": "1"}))
    with in_town(fair.istres.town):
        assert not ShopChange.objects.exists()
    assert amandine.post(add, HOLIDAYS)["Location"] == every
    assert "déjà notée du 26 au 28 novembre 2026" in text_of(amandine.post(add, HOLIDAYS), 422)
    page = text_of(amandine.get(every))
    assert "Fermeture exceptionnelle du 26 au 28 novembre 2026" in page
    with in_town(fair.istres.town):
        change = ShopChange.objects.get()
    remove = f"{every}{change.pk}/"
    assert "« congés »" in text_of(amandine.get(remove))
    assert amandine.post(remove)["Location"] == every
    assert amandine.post(remove).status_code == HTTPStatus.NOT_FOUND
    with in_town(fair.istres.town):
        assert not ShopChange.objects.exists()


def test_an_evening_opening_and_a_closure_of_some_hours(fair: Fair, amandine: Client) -> None:
    amandine.post(_url(fair.istres, "horaires/"), WEEK)
    add = _url(fair.istres, "changements/exception/")
    day = {"first": "2026-12-24", "reason": "Noël"}
    for wrong, why in (
        ({"what": "open_at"}, "Dites à quelles heures."),
        ({"what": "closed", "from_1": "15:00", "to_1": "19:00"}, "Videz les heures"),
        ({"what": "open_at", "from_1": "15:00"}, "il manque la fin"),
        ({"what": "closed_at", "from_1": "15:00", "to_1": "19:00", "reason": ""}, "obligatoire"),
        ({"what": "closed_at", "from_1": "15:00", "to_1": "19:00", "first": "2026-11-01"}, "est passé"),
        ({"what": "autre"}, "choix"),
    ):
        assert why in text_of(amandine.post(add, {**day, **wrong}), 422)
    far = amandine.post(add, {**day, "what": "closed_at", "from_1": "17:00", "to_1": "19:00", "preview": "1"})
    assert "À partir du mardi 22 décembre" in text_of(far)
    assert "jeudi 24 décembre 9 h–12 h 30 et 15 h–17 h : Noël" in text_of(far)
    evening = {**day, "what": "open_at", "from_1": "09:00", "to_1": "12:00", "from_2": "14:00", "to_2": "00:30"}
    assert amandine.post(add, evening).status_code == HTTPStatus.FOUND
    with in_town(fair.istres.town):
        change = ShopChange.objects.get()
    assert (change.kind, change.hours, change.last) == ("opening", "09:00-12:00,14:00-00:30", change.first)


def test_new_hours_from_a_day_on(fair: Fair, amandine: Client) -> None:
    amandine.post(_url(fair.istres, "horaires/"), WEEK)
    add = _url(fair.istres, "changements/horaires/")
    assert re.search(r'name="d4_1_to" value="19:00"', amandine.get(add).content.decode())
    later = {**WEEK, "first": "2026-12-01", "d1_1_to": "20:00", "reason": "Horaires de Noël"}
    assert "mardi 1er décembre 9 h–12 h 30 et 15 h–20 h" in text_of(amandine.post(add, {**later, "preview": "1"}))
    assert "est passé" in text_of(amandine.post(add, {**later, "first": "2026-11-02"}), 422)
    assert amandine.post(add, later).status_code == HTTPStatus.FOUND
    assert "Nouveaux horaires à partir du mardi 1er décembre 2026" in text_of(
        amandine.get(_url(fair.istres, "changements/"))
    )
    assert _shop(fair.istres).hours == RULE


def test_orders_are_paused_and_taken_again(fair: Fair, amandine: Client) -> None:
    url = _url(fair.istres, "pause/")
    for wrong, why in (
        ({"reason": ""}, "obligatoire"),
        ({"reason": "Four", "until_day": "2026-11-01"}, "déjà passée"),
        ({"reason": "Four", "until_time": "12:00"}, "Dites aussi de quel jour."),
    ):
        assert why in text_of(amandine.post(url, wrong), 422)
    sent = {"reason": "Four en panne", "until_day": "2026-11-26", "until_time": "09:30"}
    assert amandine.post(url, sent).status_code == HTTPStatus.FOUND
    assert "Four en panne" in text_of(amandine.get(_url(fair.istres, "")))
    assert "jusqu’à jeudi 26 novembre à 9 h 30" in text_of(amandine.get(url))
    with in_town(fair.istres.town):
        pause = ShopPause.objects.get()
    assert amandine.post(f"{url}{pause.pk}/lever/").status_code == HTTPStatus.FOUND
    assert "Four en panne" not in text_of(amandine.get(_url(fair.istres, "")))
    with in_town(fair.viroflay.town):
        assert not ShopPause.objects.exists()


def test_closures_and_pauses_of_all_shops_are_in_one_place(fair: Fair, amandine: Client) -> None:
    assert 'href="/portail/fermetures/"' in amandine.get("/portail/").content.decode()
    url = "/portail/fermetures/"
    empty = text_of(amandine.get(url))
    assert empty.count("les horaires ordinaires valent tous les jours") == 2
    assert fair.other.shop.name not in empty
    amandine.post(_url(fair.istres, "horaires/"), WEEK)
    amandine.post(_url(fair.istres, "changements/exception/"), HOLIDAYS)
    amandine.post(_url(fair.viroflay, "pause/"), {"reason": "Panne de four"})
    page = text_of(amandine.get(url))
    assert "Fermeture exceptionnelle du 26 au 28 novembre 2026" in page
    assert "Panne de four, depuis" in page
    chloe = text_of(client_of(fair.chloe).get(url))
    assert "congés" not in chloe
    assert "Panne" not in chloe


def test_hours_that_make_a_product_impossible_say_so(fair: Fair, amandine: Client) -> None:
    with in_town(fair.istres.town):
        fair.istres.shop.products.filter(pk=fair.istres.cheese.pk).update(weekday_bits=1)
    answer = amandine.post(_url(fair.istres, "horaires/"), WEEK, follow=True)
    assert "ne pourra jamais être promis : « Banon affiné »" in text_of(answer)


TODAY = {"what": "closed", "first": "2026-11-24", "reason": "Malade"}


def _seen(answer: Any) -> dict[str, Any]:
    """What the page sends back once its box is ticked."""
    return {"seen": hidden(answer, "seen"), "warned": "1"}


def test_a_closure_names_the_orders_that_it_unsettles_first(fair: Fair, amandine: Client) -> None:
    order = order_of(fair.istres, fair.other.cheese)
    add = _url(fair.istres, "changements/exception/")
    answer = amandine.post(add, TODAY)
    page = text_of(answer, 409)
    assert "1 commande à revoir" in page
    assert f"{order.number} : 2 × Banon affiné, 1 × Plateau du soir. Vous seriez fermé au passage" in page
    assert "mardi 24 novembre à " in page
    # Neither who ordered, nor what they ordered elsewhere.
    assert order.customer_name not in page
    assert "1 × Banon affiné" not in page
    seen = _seen(answer)
    for sent in ({}, {"seen": seen["seen"]}, {"warned": "1"}):
        assert amandine.post(add, {**TODAY, **sent}).status_code == 409
    with in_town(fair.istres.town):
        assert not ShopChange.objects.exists()
    assert amandine.post(add, {**TODAY, **seen, "seen": "x"}).status_code == 404
    done = text_of(amandine.post(add, {**TODAY, **seen}, follow=True))
    assert "La conciergerie est prévenue pour 1 commande : vous n’avez personne à appeler." in done
    assert "déjà notée" in text_of(amandine.post(add, {**TODAY, **seen}), 422)
    with in_town(fair.istres.town):
        assert ShopChange.objects.count() == 1
        assert Message.objects.filter(template="orders/unsettled").count() == 1
        assert Order.objects.get().window_start == order.window_start
    with in_town(fair.viroflay.town):
        assert not Message.objects.filter(template="orders/unsettled").exists()


def test_another_merchants_closure_names_its_own_orders_only(fair: Fair) -> None:
    order_of(fair.istres)
    chloe = client_of(fair.chloe)
    assert chloe.post(_url(fair.other, "changements/exception/"), TODAY).status_code == 302


def test_a_week_that_leaves_no_time_names_them_too(fair: Fair, amandine: Client) -> None:
    order = order_of(fair.istres)
    url = _url(fair.istres, "horaires/")
    never = {"d5_0_from": "09:00", "d5_0_to": "12:00", "preparation_minutes": "0"}
    answer = amandine.post(url, never)
    assert order.number in text_of(answer, 409)
    assert _shop(fair.istres).hours == ""
    assert amandine.post(url, {**never, **_seen(answer)}).status_code == 302
    assert _shop(fair.istres).hours == "Sa 09:00-12:00"


def test_taking_an_opening_away_names_them_too(fair: Fair, amandine: Client) -> None:
    with in_town(fair.istres.town):
        Shop.objects.filter(pk=fair.istres.shop.pk).update(hours="We-Sa 09:00-19:00")
        change = ShopChange.objects.create(
            shop=fair.istres.shop,
            kind="opening",
            first=TUESDAY.date(),
            last=TUESDAY.date(),
            hours="09:00-19:00",
            created_at=TUESDAY,
        )
    order = order_of(fair.istres)
    remove = _url(fair.istres, f"changements/{change.pk}/")
    answer = amandine.post(remove)
    assert order.number in text_of(answer, 409)
    assert amandine.post(remove, _seen(answer)).status_code == 302
    with in_town(fair.istres.town):
        assert not ShopChange.objects.exists()


def test_nobody_touches_another_merchants_hours(fair: Fair, amandine: Client) -> None:
    chloe = client_of(fair.chloe)
    chloe.post(_url(fair.other, "changements/exception/"), HOLIDAYS)
    chloe.post(_url(fair.other, "pause/"), {"reason": "Four en panne"})
    with in_town(fair.other.town):
        change, pause = ShopChange.objects.get(), ShopPause.objects.get()
    pages: list[tuple[Stall, str, dict[str, Any]]] = [
        (fair.other, "horaires/", WEEK),
        (fair.other, "changements/", {}),
        (fair.other, "changements/exception/", HOLIDAYS),
        (fair.other, "changements/horaires/", {**WEEK, "first": "2026-12-01"}),
        (fair.other, f"changements/{change.pk}/", {}),
        # Another's change, by one's own shop's address.
        (fair.istres, f"changements/{change.pk}/", {}),
        (fair.other, "pause/", {"reason": "Four"}),
        (fair.other, f"pause/{pause.pk}/lever/", {}),
        (fair.istres, f"pause/{pause.pk}/lever/", {}),
    ]
    for stall, page, sent in pages:
        refused = (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED)
        assert amandine.get(_url(stall, page)).status_code in refused, page
        assert amandine.post(_url(stall, page), sent).status_code in refused, page
    # A shop of one town, by another town's address.
    crossed = f"/portail/viroflay/vitrines/{fair.istres.shop.pk}/horaires/"
    assert amandine.post(crossed, WEEK).status_code == HTTPStatus.NOT_FOUND
    with in_town(fair.other.town):
        assert (ShopChange.objects.count(), ShopPause.objects.filter(lifted_at=None).count()) == (1, 1)
