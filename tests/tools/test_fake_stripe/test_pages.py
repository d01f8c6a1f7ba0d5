"""The hosted pages: what they say, what they do, in French and without JavaScript."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe

from tests.tools.fake_stripe import FakeStripe, running_fake_stripe
from tests.tools.test_fake_stripe.browser import visit
from tests.tools.test_fake_stripe.conftest import connect
from tests.tools.test_fake_stripe.makers import ALICE, line, new_session, session_params

NB = "\u00a0"
TYPED = {"number": "4242 4242 4242 4242", "expiry": "12/34", "cvc": "123", "name": "Alice Martin"}


def open_page(client: stripe.StripeClient, **changes: object) -> tuple[str, str]:
    session = new_session(client, **changes)
    assert session.url is not None
    return session.id, session.url


def success(session: str) -> str:
    return f"http://istres.localhost:8000/merci/?session={session}"


def test_the_page_says_what_is_paid(client: stripe.StripeClient) -> None:
    _, url = open_page(client)
    page = visit(url)
    assert page.status == 200
    assert '<html lang="fr">' in page.html
    for words in (
        "Paiement de démonstration",
        "Plateau de fromages",
        "Fromagerie des Alpilles",
        f"24,00{NB}€",
        f"2 × 10,75{NB}€",
        f"Payer 60,00{NB}€",
        "Carte refusée",
        "Numéro de carte",
        "Nom sur la carte",
        f"Reçu envoyé à {ALICE}",
    ):
        assert words in page.html, words
    assert 'href="http://istres.localhost:8000/panier/"' in page.html


def test_a_page_needs_no_script_and_has_no_inline_style(client: stripe.StripeClient) -> None:
    _, url = open_page(client)
    page = visit(url)
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=|javascript:", page.html)
    assert "default-src 'none'" in page.policy
    assert "unsafe" not in page.policy
    assert page.html.count("<h1") == 1
    inputs = set(re.findall(r'<input[^>]* id="([^"]+)"', page.html))
    assert inputs
    assert inputs <= set(re.findall(r'<label[^>]* for="([^"]+)"', page.html))


def test_what_the_shop_writes_is_escaped(client: stripe.StripeClient) -> None:
    _, url = open_page(
        client,
        line_items=[line("<b>Gras</b>", 1000, description="<script>1</script>")],
        custom_text={"submit": {"message": "<i>Vite</i>"}},
        branding_settings={"display_name": "<u>Istres</u>"},
    )
    html = visit(url).html
    assert "&lt;b&gt;Gras&lt;/b&gt;" in html
    assert "&lt;i&gt;Vite&lt;/i&gt;" in html
    assert "&lt;u&gt;Istres&lt;/u&gt;" in html
    assert not re.search(r"<(script|u>|i>)", html)


def test_one_click_on_the_chosen_test_card_pays(client: stripe.StripeClient) -> None:
    session, url = open_page(client)
    paid = visit(url, {"test_card": "4242424242424242"})
    assert (paid.status, paid.location) == (303, success(session))
    assert client.v1.checkout.sessions.retrieve(session).payment_status == "paid"


def test_a_typed_card_wins_over_the_chosen_one(client: stripe.StripeClient) -> None:
    session, url = open_page(client, customer_email="bruno@example.fr")
    paid = visit(url, {"test_card": "4000000000000002", **TYPED})
    assert paid.location == success(session)
    details = client.v1.checkout.sessions.retrieve(session).customer_details
    assert details is not None
    assert (details.name, details.email) == ("Alice Martin", "bruno@example.fr")


def test_submitting_twice_pays_once(client: stripe.StripeClient) -> None:
    session, url = open_page(client)
    first, second = visit(url, TYPED), visit(url, TYPED)
    assert first.location == second.location == success(session)
    assert len(client.v1.charges.list().data) == 1


def test_clicks_at_the_same_time_pay_once(client: stripe.StripeClient) -> None:
    session, url = open_page(client)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: visit(url, TYPED), range(8)))
    assert {answer.location for answer in answers} == {success(session)}
    assert len(client.v1.charges.list().data) == 1
    assert client.v1.balance.retrieve().available[0].amount == 6000


@pytest.mark.parametrize(
    ("card", "words"),
    [
        ("4000000000000002", "Votre carte a été refusée."),
        ("4000000000009995", "La provision de votre carte est insuffisante."),
        ("4000000000000069", "Votre carte a expiré."),
        ("4111111111111111", "N’entrez jamais une vraie carte ici."),
    ],
)
def test_a_refusal_is_said_and_the_page_stays(client: stripe.StripeClient, card: str, words: str) -> None:
    session, url = open_page(client)
    refused = visit(url, {**TYPED, "number": card})
    assert (refused.status, refused.location) == (303, url)
    page = visit(url)
    assert words in page.html
    assert 'role="alert"' in page.html
    assert f"Erreur{NB}: votre paiement" in page.html
    assert client.v1.checkout.sessions.retrieve(session).status == "open"
    assert visit(url, TYPED).location == success(session)


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"number": "4242 4242 4242 4241"}, "number", "incomplet ou erroné"),
        ({"number": "4242"}, "number", "incomplet ou erroné"),
        ({"number": "abcd"}, "number", "incomplet ou erroné"),
        ({"expiry": "13/30"}, "expiry", "par exemple 12/34"),
        ({"expiry": ""}, "expiry", "par exemple 12/34"),
        ({"expiry": "01/20"}, "expiry", "Cette carte a expiré"),
        ({"cvc": "12"}, "cvc", "3 ou 4 chiffres"),
        ({"cvc": "abc"}, "cvc", "3 ou 4 chiffres"),
        ({"name": " "}, "name", "nom écrit sur la carte"),
    ],
)
def test_a_mistake_is_shown_at_its_field(
    client: stripe.StripeClient, typed: dict[str, str], field: str, words: str
) -> None:
    session, url = open_page(client)
    page = visit(url, {**TYPED, **typed})
    assert page.status == 422
    assert f'href="#{field}"' in page.html
    match = re.search(rf'<input id="{field}"[^>]*>', page.html)
    assert match
    assert 'aria-invalid="true"' in match[0]
    assert f"{field}-error" in match[0]
    assert words in page.text
    assert "4242 4242 4242 4241" not in page.html
    assert client.v1.checkout.sessions.retrieve(session).payment_intent is None


def test_nothing_chosen_is_a_mistake(client: stripe.StripeClient) -> None:
    _, url = open_page(client)
    page = visit(url, {"test_card": "1234"})
    assert page.status == 422
    assert "Choisissez une carte de test ou saisissez un numéro." in page.text


def test_an_address_may_be_asked(client: stripe.StripeClient) -> None:
    params = session_params()
    del params["customer_email"]
    session = client.v1.checkout.sessions.create(params=params)
    assert session.url is not None
    assert 'name="email"' in visit(session.url).html
    assert visit(session.url, {**TYPED, "email": "alice"}).status == 422
    visit(session.url, {**TYPED, "email": ALICE})
    details = client.v1.checkout.sessions.retrieve(session.id).customer_details
    assert details is not None
    assert details.email == ALICE


@pytest.mark.parametrize(("answer", "pays"), [("accept", True), ("refuse", False)])
def test_the_banks_page(client: stripe.StripeClient, answer: str, pays: bool) -> None:  # noqa: FBT001 - a parameter of the test
    session, url = open_page(client)
    bank = visit(url, {"test_card": "4000002500003155"}).location
    assert bank is not None
    page = visit(bank)
    assert f"Autorisez-vous ce paiement{NB}?" in page.html
    assert "se terminant par 3155" in page.html
    after = visit(bank, {"answer": answer})
    assert after.location == (success(session) if pays else url)
    if not pays:
        assert "Votre banque n’a pas confirmé le paiement." in visit(url).html
    assert visit(bank, {"answer": "accept"}).location == after.location
    assert client.v1.checkout.sessions.retrieve(session).status == ("complete" if pays else "open")


def test_a_paid_session_says_so(client: stripe.StripeClient, fake: FakeStripe) -> None:
    session, url = open_page(client)
    fake.pay(session)
    page = visit(url)
    assert "Ce paiement est déjà fait" in page.html
    assert success(session) in page.html


def test_an_expired_session_says_so(client: stripe.StripeClient, fake: FakeStripe) -> None:
    session, url = open_page(client)
    fake.expire(session)
    for page in (visit(url), visit(url, TYPED)):
        assert page.status == 410
        assert "Ce lien de paiement a expiré" in page.html
        assert "http://istres.localhost:8000/panier/" in page.html
    assert client.v1.charges.list().data == []


def test_a_debit_is_offered_when_the_session_takes_it(client: stripe.StripeClient) -> None:
    _, without = open_page(client)
    assert "Prélèvement" not in visit(without).html
    session, url = open_page(client, allowed_payment_method_types=["card", "sepa_debit"])
    assert "Prélèvement SEPA accepté" in visit(url).html
    assert visit(url, {"test_card": "FR1420041010050500013M02606"}).location == success(session)
    assert client.v1.checkout.sessions.retrieve(session).payment_status == "unpaid"


@pytest.mark.parametrize(
    "path", ["/c/pay/cs_test_none", "/3d-secure/pi_none", "/setup/none", "/nothing", "/assets/x.css"]
)
def test_what_does_not_exist_says_so(fake: FakeStripe, path: str) -> None:
    page = visit(fake.api_url + path)
    assert page.status == 404
    assert "Page introuvable" in page.html


@pytest.mark.parametrize("asset", ["page.css", "awning.svg", "icon.svg"])
def test_the_assets_are_served(fake: FakeStripe, asset: str) -> None:
    assert visit(f"{fake.api_url}/assets/{asset}").status == 200


def test_the_pages_may_have_another_address() -> None:
    with running_fake_stripe(public_url="https://paiement.example.fr") as behind:
        session = new_session(connect(behind))
    assert session.url == f"https://paiement.example.fr/c/pay/{session.id}"
