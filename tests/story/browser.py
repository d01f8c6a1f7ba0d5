"""A person at a browser, without JavaScript: opens pages, follows links, fills forms in, keeps cookies."""

import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar
from urllib.parse import urljoin, urlsplit

import requests

from tests.story.pages import Button, Field, Form, Link, Page, squeeze

TIMEOUT = 60.0
PATIENCE = 40.0

T = TypeVar("T", Link, Button)


class NotOnThePageError(AssertionError):
    """What a person was to find is not on the page."""


class Person:
    """Somebody at a browser: their name is for the story, their cookies are their own."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.session = requests.Session()
        # Nothing of the machine's proxies: the platform is on this machine.
        self.session.trust_env = False
        self.response: requests.Response | None = None
        self.page = Page("")

    @property
    def url(self) -> str:
        return self.response.url if self.response is not None else ""

    @property
    def status(self) -> int:
        return self.response.status_code if self.response is not None else 0

    @property
    def text(self) -> str:
        return self.page.text

    def opens(self, url: str) -> "Person":
        """Open an address, absolute or of the current host."""
        return self._keep(self.session.get(urljoin(self.url, url), timeout=TIMEOUT))

    def follows(self, words: str) -> "Person":
        """Follow the link whose words contain these. Raises NotOnThePageError."""
        return self.opens(urljoin(self.url, self.link(words).href))

    def link(self, words: str) -> Link:
        found = _best(self.page.links, words)
        if found is not None:
            return found
        raise NotOnThePageError(f"{self.name} : pas de lien « {words} » sur {self.url} ({self._glimpse()})")

    def sends(self, button: str, *, near: str = "") -> "Person":
        """Press a button, changing nothing in its form."""
        return self.fills({}, button, near=near)

    def fills(self, answers: dict[str, str], button: str, *, near: str = "") -> "Person":
        """Fill in the form that has this button, by labels (or names), and press it. Raises NotOnThePageError.

        `near` picks the form under a heading, or whose action or values contain it, when several have the button.
        A value beginning with @ is the path of a file.
        """
        form, pressed = self._form(button, near)
        data = form.data()
        files: dict[str, tuple[str, bytes]] = {}
        for label, answer in answers.items():
            field = self._field(form, label, answer)
            if field.kind == "file":
                path = Path(answer.removeprefix("@"))
                files[field.name] = (path.name, path.read_bytes())
                continue
            data = [(name, value) for name, value in data if name != field.name or field.kind == "checkbox"]
            if answer or field.kind not in {"checkbox", "radio"}:
                data.append((field.name, self._value(field, answer)))
        if pressed.name:
            data.append((pressed.name, pressed.value))
        target = urljoin(self.url, pressed.action or form.action)
        if form.method == "post":
            headers = {"Referer": self.url, "Origin": _origin(self.url)}
            return self._keep(
                self.session.post(target, data=data, files=files or None, headers=headers, timeout=TIMEOUT)
            )
        return self._keep(self.session.get(target, params=data, timeout=TIMEOUT))

    def reads(self, words: str) -> "Person":
        """Make sure that the page says these words. Raises NotOnThePageError."""
        if squeeze(words).lower() not in self.text.lower():
            raise NotOnThePageError(f"{self.name} : « {words} » n’est pas sur {self.url} ({self._glimpse()})")
        return self

    def does_not_read(self, words: str) -> "Person":
        if squeeze(words).lower() in self.text.lower():
            raise NotOnThePageError(f"{self.name} : « {words} » ne devrait pas être sur {self.url}")
        return self

    def waits_for(self, words: str, url: str = "") -> "Person":
        """Open the page (this one if none is named) again until it says these words, for 40 s at most."""
        deadline = time.monotonic() + PATIENCE
        url = urljoin(self.url, url) if url else self.url
        while squeeze(words).lower() not in self.opens(url).text.lower() and time.monotonic() < deadline:
            time.sleep(0.15)
        return self.reads(words)

    def finds(self, pattern: str) -> str:
        """The first group of a pattern in the page's words. Raises NotOnThePageError."""
        found = re.search(pattern, self.text)
        if not found:
            raise NotOnThePageError(f"{self.name} : rien comme {pattern} sur {self.url} ({self._glimpse()})")
        return found.group(1)

    def posts(self, url: str, data: dict[str, str]) -> "Person":
        """Send a form that no page offered, with this browser's own token: what a forger would try."""
        target = urljoin(self.url, url)
        token = self.cookie(target, "csrftoken")
        headers = {"Referer": target, "Origin": _origin(target)}
        data = {"csrfmiddlewaretoken": token, **data}
        return self._keep(self.session.post(target, data=data, headers=headers, timeout=TIMEOUT, allow_redirects=False))

    def cookie(self, url: str, name: str) -> str:
        """What this browser keeps under this name for that host; empty when nothing."""
        host = urlsplit(url).hostname or ""
        # The library files a host without a dot under «.local».
        kept = [each for each in self.session.cookies if each.domain in {host, f"{host}.local"} and each.name == name]
        return (kept[0].value or "") if kept else ""

    def _form(self, button: str, near: str) -> tuple[Form, Button]:
        place = squeeze(near).lower()
        forms = [form for form in self.page.forms if place in _known_of(form)]
        pressed = _best([each for form in forms for each in form.buttons], button)
        if pressed is not None:
            return next(form for form in forms if any(each is pressed for each in form.buttons)), pressed
        where = f" près de « {near} »" if near else ""
        raise NotOnThePageError(f"{self.name} : pas de bouton « {button} »{where} sur {self.url} ({self._glimpse()})")

    def _keep(self, response: requests.Response) -> "Person":
        self.response = response
        self.page = Page(response.text if "html" in response.headers.get("Content-Type", "") else "")
        if response.status_code >= requests.codes.internal_server_error:
            raise NotOnThePageError(f"{self.name} : erreur {response.status_code} sur {response.url}")
        return self

    def _glimpse(self) -> str:
        buttons = [button.text for form in self.page.forms for button in form.buttons]
        return f"{self.status}, boutons {buttons[:12]}, « {self.page.main[:600]} »"

    @staticmethod
    def _value(field: Field, answer: str) -> str:
        for value, text in field.options:
            if squeeze(answer).lower() in {value.lower(), text.lower()}:
                return value
        return next((value for value, text in field.options if squeeze(answer).lower() in text.lower()), answer)

    def _field(self, form: Form, label: str, answer: str) -> Field:
        wanted = squeeze(label).lower()
        found = [each for each in form.fields if each.name == label] or [
            each for each in form.fields if wanted in squeeze(each.label).lower()
        ]
        radios = [each for each in found if each.kind == "radio"]
        if radios:
            return next((each for each in radios if answer in {each.value, each.label}), radios[0])
        if not found:
            labels = [f"{each.label or '?'} [{each.name}]" for each in form.fields if each.kind != "hidden"]
            raise NotOnThePageError(f"{self.name} : pas de champ « {label} » sur {self.url}, mais {labels}")
        return found[0]


def _known_of(form: Form) -> str:
    """What tells a form from others of the same page."""
    return squeeze(" ".join([form.heading, form.action, *(each.value for each in form.fields)])).lower()


def _best(things: Sequence[T], words: str) -> T | None:
    """The first thing with exactly these words, else that begins with them, else that contains them."""
    wanted = squeeze(words).lower()
    found = [(thing, thing.text.lower()) for thing in things if wanted in thing.text.lower()]
    ranked = sorted(found, key=lambda pair: (pair[1] != wanted, not pair[1].startswith(wanted)))
    return ranked[0][0] if ranked else None


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
