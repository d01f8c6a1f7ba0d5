"""Steps 4 to 6 of an order's life, in a real browser: ordered and paid, answered, fetched, handed over on its code."""

import re

from playwright.sync_api import expect

from tests.journeys.buying import (
    AFTER_REFUSAL,
    JUICE,
    REFUSED,
    TOTAL,
    eventually,
    fills_the_basket,
    goes_to_pay,
    pays,
)
from tests.journeys.desk import fetches, opens_the_handover
from tests.journeys.looking import take_picture
from tests.journeys.visitors import Visit, Visitors

SHOPS = 3


def test_an_order_from_three_shops_lives_its_life(visitors: Visitors) -> None:
    alice = visitors.signed_in("alice")
    fills_the_basket(alice)
    take_picture(alice.page, "journey-1-basket")
    goes_to_pay(alice)
    take_picture(alice.page, "journey-2-payment")
    number = pays(alice)
    address = alice.page.url
    eventually(alice, "payée par carte", address)
    take_picture(alice.page, "journey-3-paid")

    for merchant in ("leila", "amandine", "marc"):
        _answers(visitors.signed_in(merchant), number, refuses=merchant == "marc")
    eventually(alice, "Remboursé", address)
    expect(alice.page.locator("main")).to_contain_text(REFUSED)
    expect(alice.page.locator("main")).to_contain_text(AFTER_REFUSAL)
    take_picture(alice.page, "journey-4-refunded")

    nadia = visitors.signed_in("concierge")
    fetches(nadia, number, bags=SHOPS)
    take_picture(nadia.page, "journey-5-arrived")
    code = _code_in_the_letter(alice, number)
    _hands_over(nadia, number, code)
    alice.opens(address)
    expect(alice.page.locator("main")).to_contain_text("Votre commande vous a été remise")
    take_picture(alice.page, "journey-6-handed-over")


def _answers(merchant: Visit, number: str, *, refuses: bool) -> None:
    eventually(merchant, number, "/portail/")
    part = merchant.page.get_by_role("article", name=number)
    expect(part).to_be_visible()
    if refuses:
        part.get_by_role("link", name=f"Refuser {JUICE[1]}").click()
        expect(merchant.page.get_by_text(f"{REFUSED} lui sont rendus")).to_be_visible()
        merchant.presses("Il n’y en a plus.")
        expect(part).to_contain_text("Refusé")
    part.get_by_role("button", name="Accepter").click()
    expect(merchant.page.get_by_text(f"Commande {number} acceptée")).to_be_visible()
    # Nobody else's lines, and not a word of who ordered.
    assert TOTAL not in part.inner_text()
    assert "Alice" not in merchant.page.locator("main").inner_text()


def _code_in_the_letter(alice: Visit, number: str) -> str:
    """The letter that says that everything waits, in the demo's mailbox."""
    eventually(alice, f"Votre commande {number} vous attend", "/boite-aux-lettres/")
    alice.page.get_by_role("link", name=f"Votre commande {number} vous attend").first.click()
    alice.page.wait_for_load_state("networkidle")
    said = alice.page.locator("body").inner_text() + "".join(
        frame.locator("body").inner_text() for frame in alice.page.frames
    )
    found = re.search(r"avec ce code\s*:?\s*(\d{6}|\d{3}\s\d{3})", said)
    assert found, said
    return re.sub(r"\s", "", found.group(1))


def _hands_over(nadia: Visit, number: str, code: str) -> None:
    opens_the_handover(nadia, number)
    nadia.page.get_by_label("J’ai vérifié que la personne est majeure").check()
    nadia.page.get_by_label("Code du client").fill(f"{(int(code) + 1) % 1_000_000:06}")
    nadia.presses("Remettre la commande")
    expect(nadia.page.get_by_role("alert")).to_contain_text("Ce n’est pas le code")
    nadia.page.get_by_label("Code du client").fill(code)
    nadia.presses("Remettre la commande")
    expect(nadia.page.get_by_text(f"{number} est remise à Alice Martin")).to_be_visible()
