"""From the basket to the order."""

from tests.journeys import ways
from tests.journeys.spot import Spot
from tests.journeys.spots.places import CHEESE
from tests.journeys.ways import link, press, then

SPOTS = [
    Spot("town-basket-empty", "town", "/panier/"),
    Spot("town-basket", "town", CHEESE, ways.fill_a_basket, "site:basket"),
    Spot("town-checkout", "alice", CHEESE, ways.check_out, "site:checkout"),
    Spot("town-checkout-lockers", "alice", CHEESE, ways.check_out_at_the_lockers, "site:checkout"),
    Spot(
        "town-checkout-error",
        "alice",
        CHEESE,
        then(ways.check_out, ways.fill(phone="12"), press("Commander et payer")),
        "site:checkout",
    ),
    Spot("stripe-payment", "alice", CHEESE, ways.go_to_pay),
    Spot("stripe-payment-refused", "alice", CHEESE, ways.pay_with("Carte refusée")),
    Spot("stripe-bank", "alice", CHEESE, ways.pay_with("Carte avec 3-D Secure")),
    Spot(
        "town-order-paying", "alice", CHEESE, then(ways.go_to_pay, ways.come_back_before_the_bank_answers), "site:paid"
    ),
    Spot("town-orders", "alice", "/commandes/"),
    Spot(
        "town-order-proposal",
        "alice",
        "/commandes/",
        link("tr:has-text('Votre réponse est attendue') a"),
        "site:order",
    ),
    Spot("town-order", "alice", CHEESE, ways.order_at_the_desk, "site:order", prints=True),
    Spot(
        "town-order-cancel", "alice", CHEESE, then(ways.order_at_the_desk, link("a[href$='/annuler/']")), "site:cancel"
    ),
]
