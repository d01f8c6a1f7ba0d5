"""The concierge's pages."""

from tests.journeys import ways
from tests.journeys.spot import Spot
from tests.journeys.ways import link, press, then

# From the board to an order that its customer has, some of which is to be given back.
REFUND = then(link(".message a[href*='/comptoir/commandes/']"), link("a[href$='/rembourser/']"))

SPOTS = [
    Spot("desk-today", "concierge", "/comptoir/"),
    Spot("desk-collect", "concierge", "/comptoir/ramassage/"),
    Spot("desk-arrivals", "concierge", "/comptoir/arrivees/"),
    Spot("desk-handover-find", "concierge", "/comptoir/remise/"),
    Spot(
        "desk-handover", "concierge", "/comptoir/remise/", link("a[href*='/comptoir/remise/']"), "desk:handover_order"
    ),
    Spot("desk-order", "concierge", "/comptoir/remise/", link("a[href*='/comptoir/commandes/']"), "desk:order"),
    Spot(
        "desk-move",
        "concierge",
        "/comptoir/nouvelle-commande/",
        then(ways.place_the_call, link("a:has-text('Voir la commande')"), link("a[href$='/deplacer/']")),
        "desk:move",
    ),
    Spot("desk-move-review", "concierge", "/comptoir/nouvelle-commande/", ways.read_a_move_back, "desk:move"),
    Spot("desk-to-see", "concierge", "/comptoir/retraits-a-revoir/", needs="unsettled"),
    Spot("desk-refund", "concierge", "/comptoir/", REFUND, "desk:refund"),
    Spot(
        "desk-refund-error",
        "concierge",
        "/comptoir/",
        then(REFUND, press("Demander le remboursement")),
        "desk:refund",
    ),
    Spot("desk-give", "concierge", "/comptoir/", link("a[href$='/rendre/']"), "desk:give"),
    Spot("desk-answer", "concierge", "/comptoir/", link("a[href$='/repondre/']"), "desk:answer"),
    Spot(
        "desk-substitute",
        "concierge",
        "/comptoir/",
        then(link("a[href$='/repondre/']"), link("a[href$='/remplacer/']")),
        "desk:substitute",
    ),
    Spot("desk-substitution", "concierge", "/comptoir/", link("a[href*='/remplacements/']"), "desk:substitution"),
    Spot("desk-weigh", "concierge", "/comptoir/ramassage/", link("a[href$='/peser/']"), "desk:weigh"),
    Spot("desk-tell", "concierge", "/comptoir/", link("a[href$='/prevenir/']"), "desk:tell"),
    Spot("desk-call-who", "concierge", "/comptoir/nouvelle-commande/"),
    Spot("desk-call", "concierge", "/comptoir/nouvelle-commande/", ways.start_a_call, "desk:call"),
    Spot("desk-call-review", "concierge", "/comptoir/nouvelle-commande/", ways.read_the_call_back, "desk:review"),
    Spot("desk-call-placed", "concierge", "/comptoir/nouvelle-commande/", ways.place_the_call, "desk:placed"),
    Spot("desk-cancel", "concierge", "/comptoir/nouvelle-commande/", ways.cancel_the_call, "desk:cancel"),
]
