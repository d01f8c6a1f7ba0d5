"""The operator's pages."""

from tests.journeys import ways
from tests.journeys.spot import Spot
from tests.journeys.ways import link, press, then

SPOTS = [
    Spot("console-towns", "operator", "/console/"),
    Spot("console-town", "operator", "/console/", link("th a[href^='/console/communes/']"), "console:town"),
    Spot(
        "console-town-invited",
        "operator",
        "/console/",
        then(
            link("th a[href^='/console/communes/']"),
            ways.fill(email="elue@istres.example"),
            press("Inviter à la mairie"),
        ),
        "console:town",
    ),
    Spot(
        "console-collection",
        "operator",
        "/console/",
        then(link("th a[href^='/console/communes/']"), link("a[href$='/encaissement/']")),
        "console:collection",
    ),
    Spot(
        "console-suspend",
        "operator",
        "/console/",
        then(link("th a[href^='/console/communes/']"), link("a[href$='/suspendre/']")),
        "console:suspend",
    ),
    Spot(
        "console-domain",
        "operator",
        "/console/",
        ways.add_a_domain("conciergerie.istres.example"),
        "console:town",
    ),
    Spot("console-domain-error", "operator", "/console/", ways.add_a_domain("istres.localhost")),
    Spot(
        "console-domain-remove",
        "operator",
        "/console/",
        then(ways.add_a_domain("istres.example"), link("a[href$='/retirer/']")),
        "console:remove_domain",
    ),
    Spot("console-opening-ask", "operator", "/console/communes/nouvelle/?q=istres"),
    Spot(
        "console-opening-running",
        "operator",
        "/console/",
        then(ways.stand_still, ways.open_a_commune("Grans")),
        "console:opening",
    ),
    Spot(
        "console-opening-done",
        "operator",
        "/console/",
        then(ways.open_a_commune("Miramas"), ways.wait_until_it_is_open),
        "console:opening",
    ),
    Spot("console-companies", "operator", "/console/exploitants/"),
    Spot("console-company-new", "operator", "/console/exploitants/nouveau/"),
    Spot(
        "console-company",
        "operator",
        "/console/exploitants/",
        link("a[href^='/console/exploitants/']:not([href$='nouveau/'])"),
        "console:company",
    ),
    Spot("console-journal", "operator", "/console/journal/"),
]
