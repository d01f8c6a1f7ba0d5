"""What anybody sees of a town."""

from django.template.loader import render_to_string

from tests.journeys import ways
from tests.journeys.spot import Spot
from tests.journeys.spots.places import BASE, CHEESE, SIGN_IN
from tests.journeys.visitors import Visit
from tests.journeys.ways import Way, link, then


def _fault(template: str, status: int) -> Way:
    def follow(visit: Visit) -> None:
        ways.served_instead(render_to_string(template), status)(visit)

    return follow


SPOTS = [
    Spot("town-home", "town", "/"),
    Spot("town-shops", "town", "/boutiques/"),
    Spot("town-crafts", "town", "/artisans/"),
    Spot("town-shop", "town", CHEESE),
    Spot("town-product", "town", CHEESE, link("a[href^='/boutiques/fromagerie-amandine/plateau']"), "site:product"),
    Spot("town-search", "town", "/recherche/?q=plateau"),
    Spot("town-search-nothing", "town", "/recherche/?q=zzz"),
    Spot("town-hubs", "town", "/points-de-retrait/"),
    Spot("town-hub", "town", "/points-de-retrait/conciergerie/"),
    Spot("town-hub-satellite", "town", "/points-de-retrait/tube/"),
    Spot("town-hub-restricted", "town", BASE),
    Spot("town-accessibility", "town", "/accessibilite/"),
    Spot("town-legal", "town", "/mentions-legales/"),
    Spot("town-privacy", "town", "/vos-donnees/"),
    Spot("town-not-found", "town", "/nulle-part/", status=404),
    Spot("town-forbidden", "alice", "/comptoir/", status=403),
    Spot(
        "town-form-too-old", "town", SIGN_IN, then(ways.lose_ones_cookies, ways.ask_for_a_code("zoe@exemple.example"))
    ),
    Spot("town-request-refused", "town", "/", _fault("400.html", 400)),
    Spot("town-too-many", "town", "/", _fault("429.html", 429)),
    Spot("town-fault", "town", "/", _fault("500.html", 500)),
    Spot("town-busy", "town", "/", _fault("503.html", 503)),
    Spot("town-suspended", "other_town", "/", needs="viroflay_suspended", status=503),
]
