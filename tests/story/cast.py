"""Who plays: everybody begins as a stranger with an e-mail address, or without one."""

from dataclasses import dataclass, field
from urllib.parse import urljoin

from conciergeries.embedded.supervisor import Platform
from tests.story.browser import Person
from tests.story.post import Letter, Post
from tests.story.telling import Teller

# Of people who live for a minute.
PASSWORD = "une conciergerie pour chacun"

OPERATOR = "odile@plateforme.example"
ALICE = "alice@habitants.example"
CHLOE = "chloe@habitants.example"
BRUNO = "bruno@habitants.example"
SIMONE = "Simone Roche"


@dataclass(frozen=True, kw_only=True)
class Good:
    """Something to sell, as its merchant types it in."""

    name: str
    price: str
    vat: str
    unit: str
    stock: int = 0
    hours: int = 0
    allergens: str = ""
    alcohol: bool = False


@dataclass(frozen=True, kw_only=True)
class Trader:
    """A merchant, its shop, and who answers for it."""

    shop: str
    contact: str
    email: str
    siret: str
    kind: str
    goods: tuple[Good, ...]


T_SHIRT = Good(name="T-shirt « Étang de Berre »", price="21,50", vat="20 %", unit="la pièce", stock=6)
BOARD = Good(
    name="Plateau « Retour de marché »", price="24,00", vat="5,5 %", unit="le plateau", hours=4, allergens="lait"
)
BANON = Good(name="Banon affiné", price="6,90", vat="5,5 %", unit="la pièce", stock=14, allergens="lait")
WINE = Good(name="Coteaux d’Aix rouge 2023", price="14,50", vat="20 %", unit="la bouteille", stock=36, alcohol=True)
JUICE = Good(name="Jus de raisin muscat", price="5,90", vat="5,5 %", unit="la bouteille", stock=20)

MISTRAL = Trader(
    shop="Atelier Mistral",
    contact="Leïla Benali",
    email="leila@atelier-mistral.example",
    siret="00000004200010",
    kind="vêtements",
    goods=(T_SHIRT,),
)
AMANDINE = Trader(
    shop="Fromagerie Amandine",
    contact="Amandine Roux",
    email="amandine@fromagerie.example",
    siret="00000002600013",
    kind="fromagerie",
    goods=(BOARD, BANON),
)
MARC = Trader(
    shop="Cave des Heures Claires",
    contact="Marc Delmas",
    email="marc@heures-claires.example",
    siret="00000003400017",
    kind="cave à vins",
    goods=(WINE, JUICE),
)
TRADERS = (MISTRAL, AMANDINE, MARC)


@dataclass
class Known:
    """What the story has met that other chapters speak of."""

    order_url: str = ""
    number: str = ""
    code: str = ""
    phone_number: str = ""
    phone_code: str = ""
    phone_url: str = ""
    picture_url: str = ""
    # By shop's name, in Istres: where its window, its part of Alice's order, its statement are on the portal.
    windows: dict[str, str] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)
    statements: dict[str, str] = field(default_factory=dict)


@dataclass
class Stage:
    """Where the story is played: the platform, the post, the teller, the people met so far by e-mail address."""

    platform: Platform
    post: Post
    teller: Teller
    people: dict[str, Person] = field(default_factory=dict)
    known: Known = field(default_factory=Known)

    @property
    def console(self) -> str:
        return urljoin(self.platform.url, "console/")

    @property
    def portal(self) -> str:
        return urljoin(self.platform.url, "portail/")

    def site(self, slug: str) -> str:
        return f"http://{slug}.localhost:{self.platform.port}/"

    def person(self, email: str, name: str = "") -> Person:
        return self.people.setdefault(email, Person(name or email))

    def mayor(self, slug: str) -> Person:
        return self.people[f"mairie@{slug}.example"]

    def concierge(self, slug: str) -> Person:
        return self.people[f"concierge@{slug}.example"]

    def letter(self, *, to: str, subject: str, count: int = 1) -> Letter:
        return self.post.wait_for(to=to, subject=subject, count=count)

    def accepts_invitation(self, *, email: str, name: str) -> Person:
        """Open the latest invitation sent to this address, and take it up."""
        person = self.person(email, name)
        person.opens(self.letter(to=email, subject="vous invite").link)
        answers = {"name": name, "password": PASSWORD} if person.page.has_field("password") else {}
        return person.fills(answers, "Accepter l’invitation")

    def signs_up(self, person: Person, *, name: str, email: str) -> Person:
        """Fill in the sign-up page that this person is on, and the code that comes by e-mail."""
        person.fills({"name": name, "email": email}, "Créer mon compte")
        return person.fills({"code": self.letter(to=email, subject="Votre code").code}, "Confirmer")
