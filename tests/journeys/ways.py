"""How visitors get to pages that have no address one could type: through forms, letters and other pages."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import Route, expect

from tests.journeys.buying import eventually
from tests.journeys.letters import code_sent_to, link_sent_to
from tests.journeys.visitors import PASSWORD_PAGE, Visit

Way = Callable[[Visit], None]

# Invented, with the right check digits.
SIRET = "12345678200010"
# The demo's towns read the same clock; a day begins there before it does in UTC.
TOWN_TIME = ZoneInfo("Europe/Paris")


def then(*ways: Way) -> Way:
    """One way after another."""

    def follow(visit: Visit) -> None:
        for way in ways:
            way(visit)

    return follow


def link(selector: str) -> Way:
    """Follow the first link of the page's content that looks like this."""

    def follow(visit: Visit) -> None:
        with visit.page.expect_navigation():
            visit.page.locator(f"main {selector}").first.click()

    return follow


def press(words: str) -> Way:
    """Press the first button of the page's content with these words: a form goes, a page comes."""

    def follow(visit: Visit) -> None:
        with visit.page.expect_navigation():
            visit.page.locator("main").get_by_role("button", name=words).first.click()

    return follow


def fill(**fields: str) -> Way:
    """Fill the fields of these names."""

    def follow(visit: Visit) -> None:
        for name, value in fields.items():
            visit.page.locator(f"main form [name={name}]").last.fill(value)

    return follow


def tick(words: str) -> Way:
    """Tick the box with these words."""

    def follow(visit: Visit) -> None:
        visit.page.locator("main").get_by_label(words).check()

    return follow


def opens(path: str) -> Way:
    def follow(visit: Visit) -> None:
        visit.opens(path)

    return follow


# --- Letters ---


def wait_for_the_post(visit: Visit) -> None:
    eventually(visit, "confirmée")


read_a_letter = then(wait_for_the_post, link("a:has-text('confirmée')"))


# --- Signing in ---


def ask_for_a_code(email: str) -> Way:
    return then(fill(login=email), press("Recevoir un code"))


def sign_up(email: str) -> Way:
    return then(fill(name="Zoé Blanc", email=email), press("Créer mon compte"))


def confirm_with_the_code_sent_to(email: str) -> Way:
    def follow(visit: Visit) -> None:
        code = code_sent_to(visit, email)
        visit.page.get_by_label("Code").first.fill(code)
        press("Confirmer")(visit)

    return follow


def type_the_password(email: str) -> Way:
    def follow(visit: Visit) -> None:
        visit.opens(PASSWORD_PAGE)
        visit.page.get_by_label("Adresse e-mail").fill(email)
        visit.page.get_by_label("Mot de passe").fill(visit.password)
        press("S’identifier")(visit)

    return follow


def confirm_it_is_you(visit: Visit) -> None:
    """Give the password once more, before a page that touches the account's security."""
    visit.page.get_by_label("Mot de passe").fill(visit.password)
    press("Confirmer")(visit)


def ask_for_another_password(email: str) -> Way:
    return then(fill(email=email), press("Recevoir le lien"))


def open_the_link_sent_to(email: str, path: str) -> Way:
    def follow(visit: Visit) -> None:
        visit.opens(link_sent_to(visit, email, path))

    return follow


def lose_ones_cookies(visit: Visit) -> None:
    visit.page.context.clear_cookies()


# --- Buying ---


def fill_a_basket(visit: Visit) -> None:
    link("a[href^='/boutiques/fromagerie-amandine/']")(visit)
    visit.presses("Ajouter au panier")
    visit.page.get_by_text("est dans votre panier").wait_for()
    visit.opens("/panier/")


check_out = then(fill_a_basket, opens("/commande/"))
check_out_at_the_lockers = then(fill_a_basket, opens("/commande/?retrait=gare"))
order_at_the_desk = then(check_out, press("au comptoir"))
go_to_pay = then(check_out, press("Commander et payer"))


def become_a_member(code: str) -> Way:
    """Type a hub's code where it is asked, then ask to leave."""

    def follow(visit: Visit) -> None:
        if visit.page.locator("main form [name=code]").count():
            then(fill(code=code), press("Devenir membre"))(visit)
            visit.page.get_by_text("Vous en êtes membre").wait_for()
        link("a[href$='/quitter/']")(visit)

    return follow


def pay_with(card: str) -> Way:
    def follow(visit: Visit) -> None:
        visit.page.get_by_label(card).check()
        press("Payer")(visit)

    return then(go_to_pay, follow)


def come_back_before_the_bank_answers(visit: Visit) -> None:
    """From the payment's page straight to the page that waits for it."""
    address = visit.page.locator("a[href*='/abandon/']").get_attribute("href") or ""
    visit.opens(address.replace("/abandon/", "/retour/"))


# --- The desk ---

start_a_call = then(fill(name="Denise Aubanel", phone="04 42 00 00 12"), press("Commander pour elle"))


def read_the_call_back(visit: Visit) -> None:
    start_a_call(visit)
    visit.presses("Ajouter")
    visit.page.get_by_text("Encore rien").wait_for(state="detached")
    press("Relire la commande")(visit)


place_the_call = then(read_the_call_back, press("Confirmer la commande"))
read_a_move_back = then(
    place_the_call,
    link("a:has-text('Voir la commande')"),
    link("a[href$='/deplacer/']"),
    press("Relire le message"),
)
cancel_the_call = then(place_the_call, link("a:has-text('Voir la commande')"), link("a[href$='/annuler/']"))


# --- The town hall, the portal, the console ---


def invite_a_concierge(email: str) -> Way:
    return then(fill(email=email), press("Envoyer l’invitation"))


def review_a_commission(visit: Visit) -> None:
    """Write terms that are new, from a day that has none yet."""
    someday = datetime.now(UTC).date() + timedelta(days=60)
    fill(rate="6,5", valid_from=someday.isoformat())(visit)
    press("Relire")(visit)
    expect(visit.page.get_by_role("button", name="Fixer cette commission")).to_be_visible()


def admit_a_shop(visit: Visit) -> None:
    fill(name="Mercerie du Cours", siret=SIRET, address="3 cours Jean-Jaurès", postcode="13800", city="Istres")(visit)
    fill(email="mercerie@exemple.example")(visit)
    visit.page.locator("main select[name=kind]").select_option(index=1)
    press("Admettre et inviter")(visit)


def review_a_departure(visit: Visit) -> None:
    """Say that the merchant asked for it, and read what that means again: nothing is done."""
    tick("le commerçant le demande")(visit)
    press("Relire")(visit)
    expect(visit.page.get_by_role("button", name="Confirmer ce départ")).to_be_visible()


def search_for(words: str) -> Way:
    return then(fill(q=words), press("Chercher"))


def copy_a_day(visit: Visit) -> None:
    """Open the grid's own tools, and copy Monday over Sunday."""
    visit.page.get_by_text("Copier un jour vers d’autres").click()
    visit.page.get_by_role("group", name="vers").get_by_label("dimanche").check()
    press("Copier ce jour")(visit)
    visit.page.get_by_text("Lundi est copié vers dimanche.").wait_for()


changes_of_a_hub = link("a[aria-label='Changements d’horaires de La conciergerie']")


def _close(first: date, last: date) -> Way:
    return then(fill(first=first.isoformat(), last=last.isoformat(), reason="travaux"), press("Enregistrer"))


def close_for_a_week(visit: Visit) -> None:
    """Close everything from today on: the demo's orders are named first."""
    today = datetime.now(TOWN_TIME).date()
    visit.expected.add(409)
    _close(today, today + timedelta(days=8))(visit)
    visit.page.get_by_text("à déplacer").wait_for()


def close_a_shop_today(visit: Visit) -> None:
    """Close from today on: the orders that the shop has are named first."""
    today = datetime.now(TOWN_TIME).date()
    visit.expected.add(409)
    _close(today, today + timedelta(days=13))(visit)
    visit.page.get_by_text("à revoir").first.wait_for()


close_a_shop_all_the_same = then(
    link("a[href*='/vitrines/']"),
    link("a[href$='/changements/']"),
    link("a[href$='/exception/']"),
    close_a_shop_today,
    tick("J’ai vu"),
    press("Enregistrer, et prévenir"),
)
open_a_shop_again = then(
    link("a[href*='/vitrines/']"), link("a[href$='/changements/']"), link("a[aria-label^='Retirer']"), press("Retirer")
)


def close_someday(visit: Visit) -> None:
    """Close a week that nobody has ordered for, unless it is noted already."""
    someday = datetime.now(UTC).date() + timedelta(days=60)
    visit.expected.add(422)
    _close(someday, someday + timedelta(days=6))(visit)
    if visit.page.get_by_text("déjà notée").count():
        link("a[href$='/changements/'], a[href$='/fermetures/']")(visit)


open_early_on_sunday = fill(d6_0_from="04:00", d6_0_to="22:00")
first_shop = link("a[href*='/vitrines/']")
first_product = then(first_shop, link("a[href*='/produits/']:not([href$='nouveau/'])"))
first_round = link("li a[href^='/mairie/tournees/']:not([href$='/changements/'])")
new_product = then(first_shop, link("a[href$='/produits/nouveau/']"))


def open_a_commune(name: str) -> Way:
    """Ask for a commune to be opened, and come to the page that shows it being done."""

    def follow(visit: Visit) -> None:
        visit.opens(f"/console/communes/nouvelle/?q={name}")
        visit.page.get_by_role("radio").first.check()
        visit.page.locator("main select[name=company]").select_option(index=1)
        press("Ouvrir la conciergerie")(visit)

    return follow


def add_a_domain(host: str) -> Way:
    return then(link("th a:has-text('Istres')"), fill(host=host), press("Ajouter ce domaine"))


def stand_still(visit: Visit) -> None:
    """Let no page ask how far the opening is: what is seen stays."""
    visit.page.route("**/avancement/", lambda route: route.fulfill(status=204))


def wait_until_it_is_open(visit: Visit) -> None:
    expect(visit.page.get_by_text("C’est ouvert")).to_be_visible(timeout=60_000)


# --- What goes wrong ---


def served_instead(content: str, status: int) -> Way:
    """See a page that only a fault brings, at an address of the host: its styles are the host's own."""

    def serve(route: Route) -> None:
        route.fulfill(status=status, content_type="text/html; charset=utf-8", body=content)

    def follow(visit: Visit) -> None:
        visit.expected.add(status)
        visit.page.route(re.compile(r"/en-panne/$"), serve)
        visit.opens("/en-panne/")

    return follow


# --- Taking to the bank ---


def unpaid_cheque(visit: Visit) -> None:
    """The cheque that came back: of the first deposit of cheques."""
    with visit.page.expect_navigation():
        visit.page.locator("main a[aria-label*=', chèques, ']").last.click()
    link("a[href*='/impayes/']")(visit)


def pay_it_in_cash(visit: Visit) -> None:
    """Note that its customer paid, unless that is noted already."""
    if visit.page.get_by_label("en espèces").count():
        visit.page.get_by_label("en espèces").check()
        press("Noter")(visit)
