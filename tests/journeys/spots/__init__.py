"""Every kind of page of the platform: who looks at it, and how they get there; a file per audience."""

from tests.journeys.spots import account, buying, console, desk, first, platform, portal, town, town_hall

SPOTS = [
    *first.SPOTS,
    *platform.SPOTS,
    *town.SPOTS,
    *buying.SPOTS,
    *account.SPOTS,
    *desk.SPOTS,
    *town_hall.SPOTS,
    *portal.SPOTS,
    *console.SPOTS,
]
