"""Every kind of page of the platform: who looks at it, and how they get there."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.journeys.buying import eventually
from tests.journeys.visitors import Visit

Way = Callable[[Visit], None]


@dataclass(frozen=True)
class Spot:
    """A page: `who` is one of ROLES, or «town» or «platform» for a stranger; `way` goes on from `path` to it.

    `needs` names the fixture that makes something to look at.
    """

    name: str
    who: str
    path: str
    way: Way | None = None
    needs: str = ""

    def __str__(self) -> str:
        return self.name


def _link(selector: str) -> Way:
    """Follow the first link of the page's content that looks like this."""

    def follow(visit: Visit) -> None:
        visit.page.locator(f"main {selector}").first.click()
        visit.page.wait_for_load_state()

    return follow


def _wait_for_the_post(visit: Visit) -> None:
    eventually(visit, "confirmée")


def _read_a_letter(visit: Visit) -> None:
    _wait_for_the_post(visit)
    _link("a:has-text('confirmée')")(visit)


def _fill_a_basket(visit: Visit) -> None:
    _link("a[href^='/boutiques/fromagerie-amandine/']")(visit)
    visit.presses("Ajouter au panier")
    visit.page.get_by_text("est dans votre panier").wait_for()
    visit.opens("/panier/")


def _check_out(visit: Visit) -> None:
    _fill_a_basket(visit)
    visit.opens("/commande/")


def _error_in_a_form(visit: Visit) -> None:
    visit.page.get_by_label("Adresse e-mail").fill("pas une adresse")
    visit.presses("Recevoir un code")


def _start_a_call(visit: Visit) -> None:
    visit.page.get_by_label("Nom").last.fill("Denise Aubanel")
    visit.page.get_by_label("Téléphone").last.fill("04 42 00 00 12")
    visit.presses("Commander pour elle")


def _read_the_call_back(visit: Visit) -> None:
    _start_a_call(visit)
    visit.presses("Ajouter")
    visit.page.get_by_text("Encore rien").wait_for(state="detached")
    visit.presses("Relire la commande")


def _first_product(visit: Visit) -> None:
    _link("a[href*='/vitrines/']")(visit)
    _link("a[href*='/produits/']:not([href$='nouveau/'])")(visit)


CHEESE = "/boutiques/fromagerie-amandine/"

SPOTS = [
    # The platform's own host.
    Spot("platform-home", "platform", "/"),
    Spot("platform-sign-in", "platform", "/compte/login/"),
    Spot("platform-accessibility", "platform", "/accessibilite/"),
    Spot("platform-legal", "platform", "/mentions-legales/"),
    Spot("platform-privacy", "platform", "/vos-donnees/"),
    Spot("platform-not-found", "platform", "/nulle-part/"),
    Spot("components", "platform", "/composants/"),
    Spot("mailbox", "town", "/boite-aux-lettres/", _wait_for_the_post),
    Spot("letter", "town", "/boite-aux-lettres/", _read_a_letter),
    # A town's site.
    Spot("town-home", "town", "/"),
    Spot("town-shops", "town", "/boutiques/"),
    Spot("town-crafts", "town", "/artisans/"),
    Spot("town-shop", "town", CHEESE),
    Spot("town-product", "town", CHEESE, _link("a[href^='/boutiques/fromagerie-amandine/plateau']")),
    Spot("town-search", "town", "/recherche/?q=plateau"),
    Spot("town-search-nothing", "town", "/recherche/?q=zzz"),
    Spot("town-hubs", "town", "/points-de-retrait/"),
    Spot("town-basket-empty", "town", "/panier/"),
    Spot("town-basket", "town", CHEESE, _fill_a_basket),
    Spot("town-checkout", "alice", CHEESE, _check_out),
    Spot("town-orders", "alice", "/commandes/"),
    Spot("town-order", "alice", "/commandes/", _link("a[href^='/commandes/']")),
    Spot("town-account", "alice", "/compte/"),
    Spot("town-my-data", "alice", "/compte/donnees/"),
    Spot("town-sign-in", "town", "/compte/login/"),
    Spot("town-sign-in-error", "town", "/compte/login/", _error_in_a_form),
    Spot("town-sign-up", "town", "/compte/signup/"),
    Spot("town-accessibility", "town", "/accessibilite/"),
    Spot("town-legal", "town", "/mentions-legales/"),
    Spot("town-privacy", "town", "/vos-donnees/"),
    Spot("town-not-found", "town", "/nulle-part/"),
    Spot("town-forbidden", "alice", "/comptoir/"),
    Spot("town-invitation-closed", "town", "/invitation/inconnue/"),
    # The desk.
    Spot("desk-today", "concierge", "/comptoir/"),
    Spot("desk-collect", "concierge", "/comptoir/ramassage/"),
    Spot("desk-arrivals", "concierge", "/comptoir/arrivees/"),
    Spot("desk-handover-find", "concierge", "/comptoir/remise/"),
    Spot("desk-handover", "concierge", "/comptoir/remise/", _link("a[href*='/comptoir/remise/']")),
    Spot("desk-order", "concierge", "/comptoir/remise/", _link("a[href*='/comptoir/commandes/']")),
    Spot("desk-call-who", "concierge", "/comptoir/nouvelle-commande/"),
    Spot("desk-call", "concierge", "/comptoir/nouvelle-commande/", _start_a_call),
    Spot("desk-call-review", "concierge", "/comptoir/nouvelle-commande/", _read_the_call_back),
    # The town hall.
    Spot("hall-home", "town_hall", "/mairie/"),
    Spot("hall-hubs", "town_hall", "/mairie/points-de-retrait/"),
    Spot(
        "hall-hub-hours", "town_hall", "/mairie/points-de-retrait/", _link("li a[href^='/mairie/points-de-retrait/']")
    ),
    Spot("hall-commission", "town_hall", "/mairie/commissions/"),
    Spot("hall-commission-new", "town_hall", "/mairie/commissions/nouvelle/"),
    Spot("hall-staff", "town_hall", "/mairie/equipe/"),
    Spot("hall-shops", "town_hall", "/mairie/boutiques/"),
    Spot("hall-admit", "town_hall", "/mairie/boutiques/admettre/"),
    Spot("hall-look", "town_hall", "/mairie/apparence/"),
    Spot("hall-journal", "town_hall", "/mairie/journal/"),
    # The merchants' portal.
    Spot("portal-orders", "amandine", "/portail/"),
    Spot("portal-past", "amandine", "/portail/passees/"),
    Spot("portal-shops", "amandine", "/portail/vitrines/"),
    Spot("portal-shop", "amandine", "/portail/vitrines/", _link("a[href*='/vitrines/']")),
    Spot("portal-product", "amandine", "/portail/vitrines/", _first_product),
    Spot("portal-refuse", "amandine", "/portail/", _link("a[href*='/refuser/']")),
    Spot("portal-statements", "amandine", "/portail/releves/", needs="statements"),
    Spot("portal-statement", "amandine", "/portail/releves/", _link("a[href*='/releves/']"), "statements"),
    Spot("portal-payments", "amandine", "/portail/versements/"),
    # The operator's console.
    Spot("console-towns", "operator", "/console/"),
    Spot("console-town", "operator", "/console/", _link("th a[href^='/console/communes/']")),
    Spot("console-opening", "operator", "/console/communes/nouvelle/?q=istres"),
    Spot("console-companies", "operator", "/console/exploitants/"),
    Spot("console-company", "operator", "/console/exploitants/nouveau/"),
    Spot("console-journal", "operator", "/console/journal/"),
]
