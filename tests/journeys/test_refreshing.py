"""Pages that stay open all day show what comes, without taking anything away from who is using them."""

from playwright.sync_api import Page, expect

from tests.journeys.buying import fills_the_basket
from tests.journeys.visitors import Visit, Visitors
from tests.journeys.ways import order_at_the_desk

HALF_A_MINUTE_MS = 30_500
# Set on the element that has the focus: it is still there if the element is.
MARK = "document.activeElement.marked = true"
MARKED = "document.activeElement.marked === true"


def _new_order(visitors: Visitors) -> str:
    alice = visitors.signed_in("alice")
    alice.opens("/boutiques/fromagerie-amandine/")
    order_at_the_desk(alice)
    heading = alice.page.get_by_role("heading", level=1).inner_text()
    return heading.split()[-1].rstrip(".")


def _stays_open(visit: Visit, path: str) -> Page:
    """Leave the page open, with a clock that the test moves."""
    visit.page.clock.install()
    visit.opens(path)
    visit.settles()
    return visit.page


def test_the_desks_board_shows_and_says_an_order_that_comes(visitors: Visitors) -> None:
    page = _stays_open(visitors.signed_in("concierge"), "/comptoir/")
    button = page.get_by_role("button", name="Ramassé").first
    button.focus()
    page.evaluate(MARK)
    page.evaluate("document.querySelector('#aujourdhui [role=status]').marked = true")

    number = _new_order(visitors)
    expect(page.locator("#tableau")).not_to_contain_text(number)
    page.clock.run_for(HALF_A_MINUTE_MS)
    status = page.locator("#aujourdhui [role=status]").first
    expect(status).to_contain_text(f"Dernière commande : {number}")
    expect(page.locator("#sans-reponse")).to_contain_text(number)
    # The element that screen readers listen to is the same, and so is the one that has the focus.
    assert status.evaluate("node => node.marked") is True
    assert page.evaluate(MARKED)
    expect(button).to_be_focused()

    # And it goes on: a page put in place asks again. A tick works as before.
    second = _new_order(visitors)
    page.clock.run_for(HALF_A_MINUTE_MS)
    expect(status).to_contain_text(second)


def test_the_merchants_orders_show_one_that_comes(visitors: Visitors) -> None:
    page = _stays_open(visitors.signed_in("amandine"), "/portail/")
    link = page.get_by_role("link", name="Passées")
    link.focus()
    page.evaluate(MARK)
    status = page.locator("#commandes [role=status]")
    before = status.inner_text()

    number = _new_order(visitors)
    page.clock.run_for(HALF_A_MINUTE_MS)
    expect(page.get_by_role("article", name=number)).to_be_visible()
    expect(status).not_to_have_text(before)
    assert page.evaluate(MARKED)
    expect(link).to_be_focused()
    part = page.get_by_role("article", name=number)
    part.get_by_role("button", name="Accepter").click()
    expect(page.get_by_text(f"Commande {number} acceptée")).to_be_visible()


def test_a_session_that_is_over_leads_to_sign_in(visitors: Visitors) -> None:
    nadia = visitors.signed_in("concierge")
    page = _stays_open(nadia, "/comptoir/")
    page.context.clear_cookies()
    page.clock.run_for(HALF_A_MINUTE_MS)
    page.wait_for_url("**/compte/login/**")


def test_the_ticket_follows_the_window_and_the_hub_that_one_chooses(visitors: Visitors) -> None:
    alice = visitors.signed_in("alice")
    fills_the_basket(alice)
    alice.opens("/panier/")
    page = alice.page
    promise = page.locator("#promesse")
    page.locator("input[name=retrait][type=radio][value=gare]").check(force=True)
    expect(promise).to_contain_text("Casiers de la gare")
    page.locator("input[name=retrait][type=radio][value=conciergerie]").check(force=True)
    expect(promise).to_contain_text("à la conciergerie")

    alice.opens("/commande/")
    page.get_by_label("Un mot pour les commerçants").fill("sonnez")
    first = page.locator("input[name=window]:not([disabled])").first
    first.focus()
    page.evaluate("document.querySelector('#promesse').marked = true")
    page.keyboard.press("ArrowDown")
    chosen = page.locator("label:has(input[name=window]:checked) .choice__title").inner_text().lower()
    expect(promise).to_contain_text(f"Pour {chosen}")
    expect(page.locator("#passage")).to_contain_text(f"Vous passez {chosen}")
    # What screen readers listen to is the same element, the focus is where it was, nothing typed is lost.
    assert promise.evaluate("node => node.marked") is True
    expect(page.locator("input[name=window]:checked")).to_be_focused()
    expect(page.get_by_label("Un mot pour les commerçants")).to_have_value("sonnez")
