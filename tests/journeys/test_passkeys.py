"""A passkey in a real browser: made after a sign-in by code, then the only thing needed."""

from playwright.sync_api import expect

from tests.journeys.guarding import adds_a_passkey, gives_a_device
from tests.journeys.looking import take_picture
from tests.journeys.visitors import ROLES, Visitors
from tests.journeys.ways import ask_for_a_code, confirm_with_the_code_sent_to

SIGN_IN = "/compte/login/"


def test_a_concierge_signs_in_with_a_passkey(visitors: Visitors) -> None:
    thomas = visitors.stranger("viroflay")
    page, email = thomas.page, ROLES["thomas"].email
    gives_a_device(page)

    thomas.opens(SIGN_IN)
    ask_for_a_code(email)(thomas)
    confirm_with_the_code_sent_to(email)(thomas)
    adds_a_passkey(thomas, "tablette du comptoir")
    thomas.opens("/compte/2fa/webauthn/")
    expect(page.locator("main")).to_contain_text("tablette du comptoir")

    thomas.opens("/compte/")
    thomas.presses("Me déconnecter")
    thomas.opens("/comptoir/")
    expect(page.get_by_role("heading", level=1)).to_have_text("S’identifier")
    take_picture(page, "journey-passkey")
    page.get_by_role("button", name="Avec une clé d’accès").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Aujourd’hui")
