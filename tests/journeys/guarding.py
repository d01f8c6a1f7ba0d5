"""Second factors, in a real browser: a device that makes passkeys, and the codes of an application."""

import time

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Page, expect

from tests.journeys.visitors import Visit
from tests.journeys.ways import confirm_it_is_you

PERIOD_S = 30
# What a telephone or a computer with a fingerprint reader is.
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def gives_a_device(page: Page) -> None:
    """Let this page make and use passkeys, with a finger always on the reader."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})


def adds_a_passkey(visit: Visit, name: str) -> None:
    _comes_to(visit, "/compte/2fa/webauthn/add/")
    visit.page.get_by_label("Le nom de cette clé").fill(name)
    visit.page.get_by_role("button", name="Ajouter cette clé").click()
    visit.page.wait_for_url(lambda url: "/add/" not in url)


def activates_an_application(visit: Visit) -> None:
    _comes_to(visit, "/compte/2fa/totp/activate/")
    secret = visit.page.locator("main code").inner_text()
    code = format_hotp_value(hotp_value(secret, int(time.time()) // PERIOD_S))
    visit.page.get_by_label("Code affiché par l’application").fill(code)
    visit.page.get_by_role("button", name="Activer").click()
    expect(visit.page.get_by_label("Code affiché par l’application")).to_have_count(0)


def _comes_to(visit: Visit, path: str) -> None:
    """Open a page that touches the account's security: the password is asked once more, every five minutes."""
    visit.opens(path)
    if "/reauthenticate/" in visit.page.url:
        confirm_it_is_you(visit)
