"""Every kind of page of the platform: who looks at it, and how they get there."""

from django.template.loader import render_to_string

from tests.journeys import ways
from tests.journeys.spot import Spot
from tests.journeys.visitors import Visit
from tests.journeys.ways import Way, link, opens, press, then


def _fault(template: str, status: int) -> Way:
    def follow(visit: Visit) -> None:
        ways.served_instead(render_to_string(template), status)(visit)

    return follow


BASE = "/points-de-retrait/base-aerienne/"
CHEESE = "/boutiques/fromagerie-amandine/"
SIGN_IN = "/compte/login/"
HALL = "mairie@viroflay.example"
# From the board to an order that its customer has, some of which is to be given back.
REFUND = then(link(".message a[href*='/comptoir/commandes/']"), link("a[href$='/rembourser/']"))

_PLATFORM = [
    Spot("platform-home", "platform", "/"),
    Spot("platform-sign-in", "platform", SIGN_IN),
    Spot("platform-account", "operator", "/compte/"),
    Spot("platform-accessibility", "platform", "/accessibilite/"),
    Spot("platform-legal", "platform", "/mentions-legales/"),
    Spot("platform-privacy", "platform", "/vos-donnees/"),
    Spot("platform-not-found", "platform", "/nulle-part/", status=404),
    Spot("platform-host-unknown", "nowhere", "/", status=404),
    Spot("components", "platform", "/composants/"),
    Spot("mailbox", "town", "/boite-aux-lettres/", ways.wait_for_the_post, "mailbox"),
    Spot("letter", "town", "/boite-aux-lettres/", ways.read_a_letter, "letter"),
]

_TOWN = [
    Spot("town-home", "town", "/"),
    Spot("town-shops", "town", "/boutiques/"),
    Spot("town-crafts", "town", "/artisans/"),
    Spot("town-shop", "town", CHEESE),
    Spot("town-product", "town", CHEESE, link("a[href^='/boutiques/fromagerie-amandine/plateau']"), "site:product"),
    Spot("town-search", "town", "/recherche/?q=plateau"),
    Spot("town-search-nothing", "town", "/recherche/?q=zzz"),
    Spot("town-hubs", "town", "/points-de-retrait/"),
    Spot("town-hub", "town", "/points-de-retrait/conciergerie/"),
    Spot("town-hub-satellite", "town", "/points-de-retrait/tube/"),
    Spot("town-hub-restricted", "town", BASE),
    Spot("town-accessibility", "town", "/accessibilite/"),
    Spot("town-legal", "town", "/mentions-legales/"),
    Spot("town-privacy", "town", "/vos-donnees/"),
    Spot("town-not-found", "town", "/nulle-part/", status=404),
    Spot("town-forbidden", "alice", "/comptoir/", status=403),
    Spot(
        "town-form-too-old", "town", SIGN_IN, then(ways.lose_ones_cookies, ways.ask_for_a_code("zoe@exemple.example"))
    ),
    Spot("town-request-refused", "town", "/", _fault("400.html", 400)),
    Spot("town-too-many", "town", "/", _fault("429.html", 429)),
    Spot("town-fault", "town", "/", _fault("500.html", 500)),
    Spot("town-busy", "town", "/", _fault("503.html", 503)),
    Spot("town-suspended", "other_town", "/", needs="viroflay_suspended", status=503),
]

_BUYING = [
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
    Spot("town-order", "alice", CHEESE, ways.order_at_the_desk, "site:order", prints=True),
    Spot(
        "town-order-cancel", "alice", CHEESE, then(ways.order_at_the_desk, link("a[href$='/annuler/']")), "site:cancel"
    ),
]

_ACCOUNT = [
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

_DESK = [
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
    Spot("desk-tell", "concierge", "/comptoir/", link("a[href$='/prevenir/']"), "desk:tell"),
    Spot("desk-call-who", "concierge", "/comptoir/nouvelle-commande/"),
    Spot("desk-call", "concierge", "/comptoir/nouvelle-commande/", ways.start_a_call, "desk:call"),
    Spot("desk-call-review", "concierge", "/comptoir/nouvelle-commande/", ways.read_the_call_back, "desk:review"),
    Spot("desk-call-placed", "concierge", "/comptoir/nouvelle-commande/", ways.place_the_call, "desk:placed"),
    Spot("desk-cancel", "concierge", "/comptoir/nouvelle-commande/", ways.cancel_the_call, "desk:cancel"),
]

_TOWN_HALL = [
    Spot("hall-home", "town_hall", "/mairie/"),
    Spot("hall-hubs", "town_hall", "/mairie/points-de-retrait/"),
    Spot("hall-hub-new", "town_hall", "/mairie/points-de-retrait/nouveau/"),
    Spot(
        "hall-hub-error", "town_hall", "/mairie/points-de-retrait/nouveau/", press("Enregistrer"), "town_hall:add_hub"
    ),
    Spot(
        "hall-hub",
        "town_hall",
        "/mairie/points-de-retrait/",
        link("a[aria-label^='Modifier ']"),
        "town_hall:hub",
    ),
    Spot(
        "hall-hub-copied",
        "town_hall",
        "/mairie/points-de-retrait/",
        then(link("a[aria-label^='Modifier ']"), ways.copy_a_day),
        "town_hall:hub",
    ),
    Spot(
        "hall-hub-remove",
        "town_hall",
        "/mairie/points-de-retrait/",
        then(link("a[aria-label='Modifier Zone du Tubé']"), link("a[href$='/supprimer/']")),
        "town_hall:remove_hub",
    ),
    Spot(
        "hall-members",
        "town_hall",
        "/mairie/points-de-retrait/",
        then(link("a[aria-label='Membres de La base aérienne']"), ways.search_for("roche")),
        "town_hall:members",
    ),
    Spot(
        "hall-member-remove",
        "town_hall",
        "/mairie/points-de-retrait/",
        then(link("a[aria-label='Membres de La base aérienne']"), link("a[href$='/retirer/']")),
        "town_hall:remove_member",
    ),
    Spot(
        "hall-hub-code",
        "town_hall",
        "/mairie/points-de-retrait/",
        link("a[aria-label='Modifier La base aérienne']"),
        "town_hall:hub",
    ),
    Spot(
        "hall-hub-changes",
        "town_hall",
        "/mairie/points-de-retrait/",
        ways.changes_of_a_hub,
        "town_hall:hub_changes",
    ),
    Spot(
        "hall-hub-exception",
        "town_hall",
        "/mairie/points-de-retrait/",
        then(ways.changes_of_a_hub, link("a[href$='/exception/']")),
        "town_hall:add_exception",
    ),
    Spot(
        "hall-hub-version",
        "town_hall",
        "/mairie/points-de-retrait/",
        then(ways.changes_of_a_hub, link("a[href$='/horaires/']")),
        "town_hall:add_version",
    ),
    Spot("hall-closures", "town_hall", "/mairie/fermetures/"),
    Spot("hall-closure-new", "town_hall", "/mairie/fermetures/nouvelle/"),
    Spot(
        "hall-closure-orders",
        "town_hall",
        "/mairie/fermetures/nouvelle/",
        ways.close_for_a_week,
        "town_hall:add_closure",
    ),
    Spot(
        "hall-change-remove",
        "town_hall",
        "/mairie/fermetures/nouvelle/",
        then(ways.close_someday, link("a[href*='/changements/'][href$='/retirer/']")),
        "town_hall:remove_change",
    ),
    Spot("hall-pause-new", "town_hall", "/mairie/pauses/nouvelle/"),
    Spot("hall-pauses", "town_hall", "/mairie/pauses/"),
    Spot("hall-rounds", "town_hall", "/mairie/tournees/"),
    Spot("hall-round-new", "town_hall", "/mairie/tournees/nouvelle/"),
    Spot("hall-round-error", "town_hall", "/mairie/tournees/nouvelle/", press("Enregistrer"), "town_hall:add_round"),
    Spot("hall-round", "town_hall", "/mairie/tournees/", ways.first_round, "town_hall:round"),
    Spot(
        "hall-round-remove",
        "town_hall",
        "/mairie/tournees/",
        then(ways.first_round, link("a[href$='/supprimer/']")),
        "town_hall:remove_round",
    ),
    Spot(
        "hall-round-changes",
        "town_hall",
        "/mairie/tournees/",
        link("a[href$='/changements/']"),
        "town_hall:round_changes",
    ),
    Spot(
        "hall-round-exception",
        "town_hall",
        "/mairie/tournees/",
        then(link("a[href$='/changements/']"), link("a[href$='/exception/']")),
        "town_hall:add_round_exception",
    ),
    Spot(
        "hall-round-version",
        "town_hall",
        "/mairie/tournees/",
        then(link("a[href$='/changements/']"), link("a[href$='/horaires/']")),
        "town_hall:add_round_version",
    ),
    Spot("hall-promise", "town_hall", "/mairie/promesse/?q=plateau"),
    Spot("hall-promise-error", "town_hall", "/mairie/promesse/?hub=lune", status=422),
    Spot("hall-money", "town_hall", "/mairie/argent/"),
    Spot("hall-money-nobody", "town_hall", "/mairie/argent/?q=zzz"),
    Spot("hall-sales", "town_hall", "/mairie/argent/ventes/"),
    Spot("hall-sales-refused", "town_hall", "/mairie/argent/ventes/?du=2026-12-01&au=2026-01-01", status=422),
    Spot("hall-documents", "town_hall", "/mairie/argent/documents/", needs="statements"),
    Spot("hall-documents-nothing", "town_hall", "/mairie/argent/documents/?q=zzz&nature=statement"),
    Spot("hall-accounts", "town_hall", "/mairie/argent/comptes/"),
    Spot("hall-settlements", "town_hall", "/mairie/argent/reglements/", needs="by_bank"),
    Spot("hall-would-be", "town_hall", "/mairie/argent/reglements/apercu/"),
    Spot("hall-settlement-rules", "town_hall", "/mairie/argent/reglements/regles/"),
    Spot(
        "hall-settlement-rules-shown",
        "town_hall",
        "/mairie/argent/reglements/regles/",
        press("Voir les prochaines dates"),
        "town_hall:settlement_rules",
    ),
    Spot("hall-adjust", "town_hall", "/mairie/argent/reglements/ajuster/"),
    Spot(
        "hall-adjust-error",
        "town_hall",
        "/mairie/argent/reglements/ajuster/",
        press("Ajuster ce compte"),
        "town_hall:adjust",
    ),
    Spot(
        "hall-draft",
        "town_hall",
        "/mairie/argent/reglements/",
        link("a:has-text('Relire')"),
        "town_hall:draft",
        "by_bank",
    ),
    Spot("hall-transfers", "town_hall", "/mairie/argent/virements/", needs="by_bank"),
    Spot(
        "hall-batch",
        "town_hall",
        "/mairie/argent/virements/",
        link("th a[href*='/virements/']"),
        "town_hall:batch",
        "by_bank",
    ),
    Spot(
        "hall-transfer-failed",
        "town_hall",
        "/mairie/argent/virements/",
        then(link("th a[href*='/virements/']"), link("a[href$='/echec/']")),
        "town_hall:fail_line",
        "by_bank",
    ),
    Spot("hall-exports", "town_hall", "/mairie/argent/fichiers/"),
    Spot("hall-exports-refused", "town_hall", "/mairie/argent/fichiers/vendeurs/?annee=9999", status=422),
    Spot("hall-commission", "town_hall", "/mairie/commissions/"),
    Spot("hall-commission-new", "town_hall", "/mairie/commissions/nouvelle/"),
    Spot(
        "hall-commission-error",
        "town_hall",
        "/mairie/commissions/nouvelle/",
        then(ways.fill(rate="cent"), press("Relire")),
        "town_hall:set_terms",
    ),
    Spot(
        "hall-commission-confirm",
        "town_hall",
        "/mairie/commissions/nouvelle/",
        ways.review_a_commission,
        "town_hall:set_terms",
    ),
    Spot(
        "hall-terms", "town_hall", "/mairie/commissions/", link("tr a[href^='/mairie/commissions/']"), "town_hall:terms"
    ),
    Spot(
        "hall-terms-withdraw",
        "town_hall",
        "/mairie/commissions/",
        then(link("tr:has-text('à venir') a[href^='/mairie/commissions/']"), link("a[href$='/retirer/']")),
        "town_hall:withdraw_terms",
    ),
    Spot("hall-staff", "town_hall", "/mairie/equipe/"),
    Spot(
        "hall-staff-invited",
        "town_hall",
        "/mairie/equipe/",
        ways.invite_a_concierge("remplacante@istres.example"),
        "town_hall:staff",
    ),
    Spot("hall-staff-remove", "town_hall", "/mairie/equipe/", link("a[href$='/retirer/']"), "town_hall:deactivate"),
    Spot("hall-shops", "town_hall", "/mairie/boutiques/"),
    Spot("hall-admit", "town_hall", "/mairie/boutiques/admettre/"),
    Spot(
        "hall-admit-error", "town_hall", "/mairie/boutiques/admettre/", press("Admettre et inviter"), "town_hall:admit"
    ),
    Spot("hall-admitted", "town_hall", "/mairie/boutiques/admettre/", ways.admit_a_shop, "town_hall:shops"),
    Spot("hall-withdraw", "town_hall", "/mairie/boutiques/", link("a[href$='/retirer/']"), "town_hall:withdraw"),
    Spot("hall-look", "town_hall", "/mairie/apparence/"),
    Spot("hall-to-see", "town_hall", "/mairie/retraits-a-revoir/", needs="unsettled"),
    Spot("hall-refunds", "town_hall", "/mairie/remboursements/"),
    Spot(
        "hall-refund-decline",
        "town_hall",
        "/mairie/remboursements/",
        link("a[href$='/refuser/']"),
        "town_hall:decline_refund",
    ),
    Spot("hall-incidents", "town_hall", "/mairie/incidents/", needs="contested"),
    Spot(
        "hall-dispute",
        "town_hall",
        "/mairie/incidents/",
        link("a[aria-label^='Voir'][href*='/contestations/']"),
        "town_hall:dispute",
        "contested",
    ),
    Spot(
        "hall-dispute-decide",
        "town_hall",
        "/mairie/incidents/",
        link("a[aria-label^='Décider']"),
        "town_hall:dispute",
        "contested",
    ),
    Spot(
        "hall-by-hand",
        "town_hall",
        "/mairie/incidents/",
        link("a[href$='/rendre/']"),
        "town_hall:by_hand",
        "sent_back",
    ),
    Spot("hall-journal", "town_hall", "/mairie/journal/"),
]

_PORTAL = [
    Spot("portal-orders", "amandine", "/portail/"),
    Spot("portal-past", "amandine", "/portail/passees/"),
    Spot("portal-shops", "amandine", "/portail/vitrines/"),
    Spot("portal-closures", "amandine", "/portail/fermetures/"),
    Spot("portal-shop", "amandine", "/portail/vitrines/", ways.first_shop, "portal:shop"),
    Spot(
        "portal-shop-edit",
        "amandine",
        "/portail/vitrines/",
        then(ways.first_shop, link("a[href$='/modifier/']")),
        "portal:edit_shop",
    ),
    Spot(
        "portal-hours",
        "amandine",
        "/portail/vitrines/",
        then(ways.first_shop, link("a[href$='/horaires/']")),
        "portal:hours",
    ),
    Spot(
        "portal-hours-error",
        "amandine",
        "/portail/vitrines/",
        then(ways.first_shop, link("a[href$='/horaires/']"), ways.fill(d1_0_to="08:00"), press("Enregistrer")),
        "portal:hours",
    ),
    Spot(
        "portal-hours-doubts",
        "amandine",
        "/portail/vitrines/",
        then(ways.first_shop, link("a[href$='/horaires/']"), ways.open_early_on_sunday, press("Enregistrer")),
        "portal:hours",
    ),
    Spot(
        "portal-changes",
        "amandine",
        "/portail/vitrines/",
        then(ways.first_shop, link("a[href$='/changements/']")),
        "portal:changes",
    ),
    Spot(
        "portal-exception",
        "amandine",
        "/portail/vitrines/",
        then(ways.first_shop, link("a[href$='/changements/']"), link("a[href$='/exception/']")),
        "portal:add_exception",
    ),
    Spot(
        "portal-exception-orders",
        "amandine",
        "/portail/vitrines/",
        then(
            ways.first_shop, link("a[href$='/changements/']"), link("a[href$='/exception/']"), ways.close_a_shop_today
        ),
        "portal:add_exception",
    ),
    Spot(
        "portal-version",
        "amandine",
        "/portail/vitrines/",
        then(ways.first_shop, link("a[href$='/changements/']"), link("a[href$='/changements/horaires/']")),
        "portal:add_version",
    ),
    Spot(
        "portal-change-remove",
        "amandine",
        "/portail/vitrines/",
        then(
            ways.first_shop,
            link("a[href$='/changements/']"),
            link("a[href$='/exception/']"),
            ways.close_someday,
            link("a[aria-label^='Retirer']"),
        ),
        "portal:remove_change",
    ),
    Spot(
        "portal-pause",
        "amandine",
        "/portail/vitrines/",
        then(ways.first_shop, link("a[href$='/pause/']")),
        "portal:pause",
    ),
    Spot("portal-product", "amandine", "/portail/vitrines/", ways.first_product, "portal:product"),
    Spot("portal-product-new", "amandine", "/portail/vitrines/", ways.new_product, "portal:new_product"),
    Spot(
        "portal-product-error",
        "amandine",
        "/portail/vitrines/",
        then(ways.new_product, press("Mettre en vitrine")),
        "portal:new_product",
    ),
    Spot("portal-refuse", "amandine", "/portail/", link("a[href*='/commandes/'][href$='/refuser/']"), "portal:refuse"),
    Spot("portal-money", "amandine", "/portail/argent/", needs="statements"),
    Spot("portal-sales", "amandine", "/portail/argent/", link("a[href*='/ventes/']"), "portal:sales"),
    Spot("portal-statements", "amandine", "/portail/bordereaux/", needs="statements"),
    Spot(
        "portal-statement",
        "amandine",
        "/portail/bordereaux/",
        link("a[href*='/bordereaux/']"),
        "portal:statement",
        "statements",
        prints=True,
    ),
    Spot("portal-payments", "amandine", "/portail/versements/"),
    Spot("portal-bank", "amandine", "/portail/versements/", link("a[href*='/compte-bancaire/']"), "portal:bank"),
    Spot(
        "portal-bank-change",
        "amandine",
        "/portail/versements/",
        then(link("a[href*='/compte-bancaire/']"), link("a[href$='/changer/']")),
        "portal:change_bank",
    ),
    Spot(
        "portal-bank-error",
        "amandine",
        "/portail/versements/",
        then(
            link("a[href*='/compte-bancaire/']"),
            link("a[href$='/changer/']"),
            ways.fill(iban="FR76 0000"),
            press("Recevoir le code"),
        ),
        "portal:change_bank",
    ),
    Spot(
        "portal-bank-confirm",
        "amandine",
        "/portail/versements/",
        then(
            link("a[href*='/compte-bancaire/']"),
            link("a[href$='/changer/']"),
            ways.fill(iban="FR14 2004 1010 0505 0001 3M02 606"),
            press("Recevoir le code"),
        ),
        "portal:confirm_bank",
    ),
    Spot("portal-documents", "amandine", "/portail/documents/", needs="statements"),
    Spot("portal-documents-nothing", "amandine", "/portail/documents/?q=zzz"),
    Spot("portal-declarations", "amandine", "/portail/declarations/", needs="statements"),
    Spot("portal-declarations-error", "amandine", "/portail/declarations/?annee=1", status=422),
    Spot("portal-details", "amandine", "/portail/bordereaux/", link("a[href*='/coordonnees/']"), "portal:details"),
    Spot("portal-terms", "amandine", "/portail/conditions/"),
    Spot("stripe-account", "amandine", "/portail/versements/", link("form[action*='/versements/'] button")),
]

_CONSOLE = [
    Spot("console-towns", "operator", "/console/"),
    Spot("console-town", "operator", "/console/", link("th a[href^='/console/communes/']"), "console:town"),
    Spot(
        "console-town-invited",
        "operator",
        "/console/",
        then(
            link("th a[href^='/console/communes/']"),
            ways.fill(email="elue@istres.example"),
            press("Inviter à la mairie"),
        ),
        "console:town",
    ),
    Spot(
        "console-suspend",
        "operator",
        "/console/",
        then(link("th a[href^='/console/communes/']"), link("a[href$='/suspendre/']")),
        "console:suspend",
    ),
    Spot(
        "console-domain",
        "operator",
        "/console/",
        ways.add_a_domain("conciergerie.istres.example"),
        "console:town",
    ),
    Spot("console-domain-error", "operator", "/console/", ways.add_a_domain("istres.localhost")),
    Spot(
        "console-domain-remove",
        "operator",
        "/console/",
        then(ways.add_a_domain("istres.example"), link("a[href$='/retirer/']")),
        "console:remove_domain",
    ),
    Spot("console-opening-ask", "operator", "/console/communes/nouvelle/?q=istres"),
    Spot(
        "console-opening-running",
        "operator",
        "/console/",
        then(ways.stand_still, ways.open_a_commune("Grans")),
        "console:opening",
    ),
    Spot(
        "console-opening-done",
        "operator",
        "/console/",
        then(ways.open_a_commune("Miramas"), ways.wait_until_it_is_open),
        "console:opening",
    ),
    Spot("console-companies", "operator", "/console/exploitants/"),
    Spot("console-company-new", "operator", "/console/exploitants/nouveau/"),
    Spot(
        "console-company",
        "operator",
        "/console/exploitants/",
        link("a[href^='/console/exploitants/']:not([href$='nouveau/'])"),
        "console:company",
    ),
    Spot("console-journal", "operator", "/console/journal/"),
]

# While both cheeses are there to be ordered: those who look at all the rest buy them too.
_FIRST = [
    Spot(
        "portal-refuse-line", "amandine", "/portail/", link("a[href*='/lignes/']"), "portal:refuse_line", "two_cheeses"
    ),
]

SPOTS = [*_FIRST, *_PLATFORM, *_TOWN, *_BUYING, *_ACCOUNT, *_DESK, *_TOWN_HALL, *_PORTAL, *_CONSOLE]
