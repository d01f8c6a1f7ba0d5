"""Somebody's own pages, and signing in."""

from tests.journeys import ways
from tests.journeys.spot import Spot
from tests.journeys.spots.places import BASE, SIGN_IN
from tests.journeys.ways import link, opens, then

HALL = "mairie@viroflay.example"

SPOTS = [
    Spot("town-account", "alice", "/compte/"),
    Spot("town-hub-access", "alice", f"{BASE}acces/"),
    Spot("town-hub-quit", "concierge", f"{BASE}acces/", ways.become_a_member("mistral-125"), "site:hub_quit"),
    Spot("town-my-data", "alice", "/compte/donnees/"),
    Spot("town-erase", "alice", "/compte/donnees/effacer/"),
    Spot("town-emails", "alice", "/compte/email/"),
    Spot("town-password-change", "alice", "/compte/password/change/"),
    Spot("town-security", "alice", "/compte/2fa/"),
    Spot("town-confirm-it-is-you", "alice", "/compte/reauthenticate/"),
    Spot("town-sign-out", "alice", "/compte/logout/"),
    Spot("town-account-closed", "town", "/compte/inactive/"),
    Spot("town-sign-in", "town", SIGN_IN),
    Spot("town-sign-in-error", "town", SIGN_IN, ways.ask_for_a_code("pas une adresse"), "account_login"),
    Spot("town-sign-in-password", "town", f"{SIGN_IN}?avec=mot-de-passe"),
    Spot(
        "town-sign-in-code",
        "town",
        SIGN_IN,
        ways.ask_for_a_code("alice@habitants.example"),
        "account_confirm_login_code",
    ),
    Spot("town-sign-in-code-only", "town", "/compte/login/code/"),
    Spot("town-sign-up", "town", "/compte/signup/"),
    Spot(
        "town-sign-up-code",
        "town",
        "/compte/signup/",
        ways.sign_up("zoe@habitants.example"),
        "account_email_verification_sent",
    ),
    Spot(
        "town-password-set",
        "town",
        "/compte/signup/",
        then(
            ways.sign_up("luc@habitants.example"),
            ways.confirm_with_the_code_sent_to("luc@habitants.example"),
            opens("/compte/password/set/"),
        ),
        "account_set_password",
    ),
    Spot("town-password-lost", "town", "/compte/password/reset/"),
    Spot(
        "town-password-lost-sent",
        "town",
        "/compte/password/reset/",
        ways.ask_for_another_password("alice@habitants.example"),
        "account_reset_password_done",
    ),
    Spot(
        "town-password-new",
        "town",
        "/compte/password/reset/",
        then(
            ways.ask_for_another_password("alice@habitants.example"),
            ways.open_the_link_sent_to("alice@habitants.example", "/compte/password/reset/key/"),
        ),
        "account_reset_password_from_key",
    ),
    Spot("town-password-new-done", "town", "/compte/password/reset/key/done/"),
    Spot("town-invitation-closed", "town", "/invitation/inconnue/", status=410),
    Spot(
        "town-invitation",
        "town_hall",
        "/mairie/equipe/",
        then(
            ways.invite_a_concierge("marie@istres.example"),
            ways.lose_ones_cookies,
            ways.open_the_link_sent_to("marie@istres.example", "/invitation/"),
        ),
        "invitation",
    ),
    Spot(
        "town-invitation-of-another",
        "town_hall",
        "/mairie/equipe/",
        then(
            ways.invite_a_concierge("jules@istres.example"),
            ways.open_the_link_sent_to("jules@istres.example", "/invitation/"),
        ),
        "invitation",
    ),
    # With an application, a passkey and codes to lose nothing.
    Spot("guarded-security", "guarded", "/compte/2fa/", needs="guarded"),
    Spot("guarded-passkeys", "guarded", "/compte/2fa/webauthn/", needs="guarded"),
    Spot("guarded-passkey-add", "guarded", "/compte/2fa/webauthn/add/", needs="guarded"),
    Spot(
        "guarded-passkey-rename",
        "guarded",
        "/compte/2fa/webauthn/",
        link("a[href$='/edit/']"),
        "mfa_edit_webauthn",
        "guarded",
    ),
    Spot(
        "guarded-passkey-remove",
        "guarded",
        "/compte/2fa/webauthn/",
        link("a[href$='/remove/']"),
        "mfa_remove_webauthn",
        "guarded",
    ),
    Spot("guarded-codes", "guarded", "/compte/2fa/recovery-codes/", needs="guarded", prints=True),
    Spot("guarded-codes-new", "guarded", "/compte/2fa/recovery-codes/generate/", needs="guarded"),
    Spot("guarded-application-off", "guarded", "/compte/2fa/totp/deactivate/", needs="guarded"),
    Spot("guarded-confirm-password", "guarded", "/compte/reauthenticate/", needs="guarded"),
    Spot("guarded-confirm-code", "guarded", "/compte/2fa/reauthenticate/", needs="guarded"),
    Spot("guarded-confirm-passkey", "guarded", "/compte/2fa/webauthn/reauthenticate/", needs="guarded"),
    Spot("guarded-sign-in", "other_town", SIGN_IN, ways.type_the_password(HALL), "mfa_authenticate", "guarded"),
    Spot(
        "application-on",
        "other_town",
        SIGN_IN,
        then(
            ways.type_the_password("bruno@habitants.example"),
            opens("/compte/2fa/totp/activate/"),
            ways.confirm_it_is_you,
        ),
        "mfa_activate_totp",
    ),
]
