"""What must be looked at before others change it."""

from tests.journeys.spot import Spot
from tests.journeys.ways import link

# While both cheeses are there to be ordered: those who look at all the rest buy them too.
SPOTS = [
    Spot(
        "portal-refuse-line", "amandine", "/portail/", link("a[href*='/lignes/']"), "portal:refuse_line", "two_cheeses"
    ),
]
