"""How a person of the story finds what to press, against a small site of its own."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qsl

import pytest

from tests.story.browser import NotOnThePageError, Person

PAGE = """<body><h1>Ramassage</h1><p>Bonjour {said}</p><a href="/autre/">Une autre page</a><a href="/exacte/">Autre</a>
<h2>Boulangerie</h2><form method="post" action="/pas/"><button>Pas ramassé</button></form>
<h2>Librairie</h2><form method="post" action="/fait/"><input type="hidden" name="part" value="p-1">
<label for="c">Code</label><input id="c" name="code"><select name="kind"><option value="a">Livres</option>
<option value="b">Fleurs</option></select><button name="verb" value="oui">Ramassé</button></form></body>"""


class _Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self._answer(f"de {self.path}")

    def do_POST(self) -> None:
        sent = parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self._answer(f"{self.path} {sent}")

    def _answer(self, said: str) -> None:
        status = 500 if "panne" in self.path else 200
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Set-Cookie", "csrftoken=jeton; Path=/")
        self.end_headers()
        self.wfile.write(PAGE.format(said=said).encode())

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def visitor() -> Iterator[Person]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Site)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    person = Person("Alice").opens(f"http://127.0.0.1:{server.server_port}/")
    yield person
    person.session.close()
    server.shutdown()
    thread.join()
    server.server_close()


def test_exact_words_win_over_words_that_contain_them(visitor: Person) -> None:
    assert "/exacte/" in visitor.follows("Autre").text
    assert "Bonjour /fait/" in visitor.sends("Ramassé").text


def test_forms_are_filled_by_label_and_choices_by_their_words(visitor: Person) -> None:
    visitor.fills({"Code": "1234", "kind": "Fleurs"}, "Ramassé")
    assert "[('part', 'p-1'), ('code', '1234'), ('kind', 'b'), ('verb', 'oui')]" in visitor.text


def test_a_form_is_picked_by_its_heading(visitor: Person) -> None:
    assert "Bonjour /pas/" in visitor.sends("ramassé", near="Boulangerie").text


def test_what_is_not_there_is_said(visitor: Person) -> None:
    for wish in (
        lambda: visitor.follows("Nulle part"),
        lambda: visitor.sends("Payer"),
        lambda: visitor.reads("Adieu"),
        lambda: visitor.does_not_read("Bonjour"),
        lambda: visitor.finds(r"(\d{9})"),
        lambda: visitor.fills({"Prénom": "Alice"}, "Ramassé"),
        lambda: visitor.opens("/panne/"),
    ):
        with pytest.raises(NotOnThePageError, match="Alice"):
            wish()


def test_a_forged_form_carries_the_browser_s_own_token(visitor: Person) -> None:
    assert "('csrfmiddlewaretoken', 'jeton'), ('a', 'b')" in visitor.posts("/faux/", {"a": "b"}).text


def test_cookies_are_those_of_the_host(visitor: Person) -> None:
    assert visitor.cookie(visitor.url, "csrftoken") == "jeton"
    assert visitor.cookie("http://istres.localhost/", "csrftoken") == ""
