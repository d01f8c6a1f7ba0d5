"""Somebody tries what is not theirs; each try is counted, and must be refused."""

from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import unquote_plus

import requests

from tests.story.browser import TIMEOUT, Person
from tests.story.pages import Page, squeeze
from tests.story.telling import Told

# What a refusal looks like: not found, not yours, gone, not like this. A way to the sign-in page is one too.
REFUSALS = frozenset({400, 403, 404, 405, 410})
SIGN_IN = "/compte/login/"
# A form sent without its token is refused for that, which proves nothing.
NO_TOKEN = "Ce formulaire a expiré"


class NotRefusedError(AssertionError):
    """Somebody saw or did what is not theirs."""


@dataclass
class Trials:
    """Everything tried so far; `secrets` are words that no answer may hold."""

    told: Told
    secrets: tuple[str, ...]
    kinds: Counter[str] = field(default_factory=Counter)

    def opens(self, kind: str, person: Person, url: str) -> None:
        """Open an address."""
        response = person.session.get(url, timeout=TIMEOUT, allow_redirects=False)
        self._judge(kind, f"{person.name} ouvre {url}", response)

    def replays(self, kind: str, person: Person, home: str, url: str) -> None:
        """Open an address of another host with the session that `home` gave this person."""
        kept = f"sessionid={person.cookie(home, 'sessionid')}"
        with requests.Session() as session:
            session.trust_env = False
            response = session.get(url, headers={"Cookie": kept}, timeout=TIMEOUT, allow_redirects=False)
        self._judge(kind, f"la session de {person.name} à {home} ouvre {url}", response)

    def sends(self, kind: str, person: Person, url: str, data: dict[str, str]) -> None:
        """Send a form that no page offered."""
        person.posts(url, data)
        if person.response is not None:
            self._judge(kind, f"{person.name} envoie {data} à {url}", person.response)

    def finds_nothing(self, kind: str, person: Person, url: str) -> None:
        """Open a page that may be opened, and that must tell nothing; the words asked for may be repeated."""
        asked = unquote_plus(url.partition("?")[2])
        response = person.session.get(url, timeout=TIMEOUT)
        self.told.isolation["tried"] += 1
        said = squeeze(Page(response.text).text)
        seen = [secret for secret in self.secrets if secret in said and secret not in squeeze(asked)]
        if seen or response.status_code != requests.codes.ok:
            raise NotRefusedError(f"{person.name} ouvre {url} ({response.status_code}) et y lit {seen}")
        self._count(kind)

    def _judge(self, kind: str, what: str, response: requests.Response) -> None:
        self.told.isolation["tried"] += 1
        to_sign_in = response.is_redirect and SIGN_IN in response.headers["Location"]
        refused = response.status_code in REFUSALS or to_sign_in
        said = squeeze(Page(response.text).text)
        seen = [secret for secret in self.secrets if secret in said]
        if not refused or seen or NO_TOKEN in said:
            raise NotRefusedError(f"{what} : {response.status_code}, {seen or said[:300]}")
        self._count(kind)

    def _count(self, kind: str) -> None:
        self.told.isolation["refused"] += 1
        self.kinds[kind] += 1
