"""The platform's own pages, and those that every host has."""

from tests.journeys import ways
from tests.journeys.spot import Spot
from tests.journeys.spots.places import SIGN_IN

SPOTS = [
    Spot("platform-home", "platform", "/"),
    Spot("platform-sign-in", "platform", SIGN_IN),
    Spot("platform-account", "operator", "/compte/"),
    Spot("platform-accessibility", "platform", "/accessibilite/"),
    Spot("platform-legal", "platform", "/mentions-legales/"),
    Spot("platform-privacy", "platform", "/vos-donnees/"),
    Spot("platform-not-found", "platform", "/nulle-part/", status=404),
    Spot("platform-host-unknown", "nowhere", "/", status=404),
    Spot("components", "platform", "/composants/"),
    Spot("mailbox", "town", "/boite-aux-lettres/", ways.wait_for_the_post, "mailbox"),
    Spot("letter", "town", "/boite-aux-lettres/", ways.read_a_letter, "letter"),
]
