"""What the concierge does, click by click."""

import re

from playwright.sync_api import expect

from tests.journeys.buying import NUMBER
from tests.journeys.visitors import Visit


def fetches(nadia: Visit, number: str, *, bags: int) -> None:
    """Tick the bags off at the shops' doors, then at the counter; each tick moves a row, without a new page."""
    for verb, address in (("Ramassé", "/comptoir/ramassage/"), ("Arrivé", "/comptoir/arrivees/")):
        nadia.opens(address)
        button = nadia.page.get_by_role("button", name=re.compile(rf"^{verb} : {number}"))
        expect(button).to_have_count(bags)
        for left in range(bags - 1, -1, -1):
            button.first.click()
            expect(button).to_have_count(left)


def opens_the_handover(nadia: Visit, number: str) -> None:
    nadia.opens("/comptoir/remise/")
    nadia.page.get_by_role("searchbox").fill(number)
    nadia.presses("Trouver")
    nadia.page.get_by_role("link", name=f"Remettre {number}").click()
    expect(nadia.page.get_by_role("heading", level=1)).to_contain_text(number)


def sells_an_accepted_order(nadia: Visit) -> None:
    """Bring the demo's accepted order to its customer, who has lost the code and pays in cash."""
    nadia.opens("/comptoir/ramassage/")
    row = nadia.page.locator("li.row").filter(has=nadia.page.get_by_text("acceptée", exact=True)).first
    found = NUMBER.search(row.inner_text())
    assert found, row.inner_text()
    number = found.group()
    bags = nadia.page.get_by_role("button", name=re.compile(rf"^Ramassé : {number}")).count()
    fetches(nadia, number, bags=bags)
    opens_the_handover(nadia, number)
    nadia.page.get_by_label("j’ai vu une pièce d’identité").check()
    nadia.presses("en espèces")
    expect(nadia.page.get_by_text(f"{number} est remise à")).to_be_visible()
