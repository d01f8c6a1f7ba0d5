"""What must be looked at before others change it."""

from tests.journeys.spot import Spot
from tests.journeys.ways import link, then

# While both cheeses are there to be ordered: those who look at all the rest buy them too.
SPOTS = [
    Spot(
        "portal-refuse-line",
        "amandine",
        "/portail/",
        then(link("a[href$='/remplacer/']"), link("a[href*='/lignes/'][href$='/refuser/']")),
        "portal:refuse_line",
        "two_cheeses",
    ),
]
