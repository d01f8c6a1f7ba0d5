"""The way from the basket to a paid order, for a browser that runs no script."""

from playwright.sync_api import expect

from tests.journeys.buying import eventually, fills_the_basket, goes_to_pay, pays
from tests.journeys.visitors import Visitors


def test_an_order_is_paid_without_a_script(visitors: Visitors) -> None:
    alice = visitors.signed_in("alice", java_script_enabled=False)
    fills_the_basket(alice)
    goes_to_pay(alice)
    alice.page.get_by_label("Carte refusée").check()
    alice.presses("Payer")
    expect(alice.page.get_by_text("Votre carte a été refusée")).to_be_visible()
    pays(alice)
    eventually(alice, "payée par carte")


def test_quantities_change_without_a_script(visitors: Visitors) -> None:
    stranger = visitors.stranger(java_script_enabled=False)
    stranger.opens("/boutiques/librairie-letang/")
    stranger.follows("Contes de l’étang")
    stranger.presses("Ajouter au panier")
    stranger.opens("/panier/")
    stranger.presses("Un de plus")
    expect(stranger.page.get_by_role("spinbutton")).to_have_value("2")
    expect(stranger.page.locator("main")).to_contain_text("33,80\u00a0€")
    stranger.presses("Retirer")
    expect(stranger.page.get_by_role("heading", name="Il est vide pour l’instant")).to_be_visible()


def test_the_road_of_another_window_is_seen_without_a_script(visitors: Visitors) -> None:
    alice = visitors.signed_in("alice", java_script_enabled=False)
    fills_the_basket(alice)
    alice.opens("/commande/")
    alice.page.locator("input[name=window]:not([disabled])").nth(2).check()
    later = alice.page.locator("label:has(input[name=window]:checked) .choice__title").inner_text().lower()
    alice.presses("Voir le trajet de ce créneau")
    expect(alice.page.locator("#promesse")).to_contain_text(f"Pour {later}")
    expect(alice.page.locator("#passage")).to_contain_text(f"Vous passez {later}")
