"""What a resident does, click by click: with scripts or without them."""

import re
import time

from playwright.sync_api import expect

from tests.journeys.visitors import Visit

# Shops and goods of the demo, one of them from a fourth line that its shop will not have.
T_SHIRT = ("Atelier Mistral", "T-shirt « Étang de Berre » taille M")
BOARD = ("Fromagerie Amandine", "Plateau « Retour de marché »")
WINE = ("Cave des Heures Claires", "Coteaux d’Aix rouge 2023")
JUICE = ("Cave des Heures Claires", "Jus de raisin muscat")
BASKET = (T_SHIRT, BOARD, WINE, JUICE)
TOTAL, AFTER_REFUSAL, REFUSED = "65,90\u00a0€", "60,00\u00a0€", "5,90\u00a0€"

# Its owner tells the bank, as soon as it is paid, that they know nothing of it.
CONTESTED = "4000000000000259"
# Its refund fails some time later.
REFUND_FAILS = "4000000000005126"

NUMBER = re.compile(r"[A-Z]+\d-\d\d")
PATIENCE_S = 40


def empties_the_basket(visit: Visit) -> None:
    """Take out what another visit left."""
    visit.opens("/panier/")
    buttons = visit.page.get_by_role("button", name="Retirer")
    for left in range(buttons.count() - 1, -1, -1):
        buttons.first.click()
        expect(buttons).to_have_count(left)


def fills_the_basket(visit: Visit) -> None:
    """Find four things in three shops, and put them in."""
    empties_the_basket(visit)
    for shop, good in BASKET:
        visit.opens("/boutiques/")
        visit.follows(shop)
        visit.follows(good)
        visit.presses("Ajouter au panier")
        expect(visit.page.get_by_text(f"{good} est dans votre panier")).to_be_visible()
    visit.opens("/panier/")
    expect(visit.page.get_by_role("heading", name="Votre panier")).to_be_visible()
    expect(visit.page.locator("main")).to_contain_text(TOTAL)


def goes_to_pay(visit: Visit) -> None:
    """From the basket, with the first window offered, to the payment's own page."""
    visit.presses("Continuer")
    visit.page.get_by_label("Téléphone").fill("06 12 34 56 78")
    visit.page.get_by_label("J’ai plus de 18 ans").check()
    visit.presses(f"Commander et payer {TOTAL}")
    expect(visit.page.get_by_role("heading", name="Votre paiement")).to_be_visible()


def type_a_card(visit: Visit, number: str) -> None:
    """Write a card on the hosted page, rather than choose one."""
    for name, value in (("number", number), ("expiry", "12/34"), ("cvc", "123"), ("name", "Alice Martin")):
        visit.page.locator(f"[name={name}]").fill(value)


def pays(visit: Visit, card: str = "Carte acceptée") -> str:
    """Pay on the hosted page, and come back to the order. Returns its number."""
    visit.page.get_by_label(card).check()
    return pays_as_typed(visit)


def pays_as_typed(visit: Visit) -> str:
    visit.presses("Payer")
    heading = visit.page.get_by_role("heading", name=NUMBER)
    expect(heading).to_be_visible()
    found = NUMBER.search(heading.inner_text())
    assert found
    return found.group()


def eventually(visit: Visit, words: str, path: str = "") -> None:
    """Open the page again until it says these words, for 40 s at most: a worker is at work."""
    deadline = time.monotonic() + PATIENCE_S
    address = path or visit.page.url
    while True:
        visit.opens(address)
        if words in visit.page.locator("body").inner_text() or time.monotonic() > deadline:
            break
        time.sleep(0.3)
    expect(visit.page.locator("body")).to_contain_text(words)
