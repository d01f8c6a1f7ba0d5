"""Who plays: everybody begins as a stranger with an e-mail address, or without one."""

from dataclasses import dataclass, field
from urllib.parse import urljoin

from conciergeries.embedded.supervisor import Platform
from tests.story.browser import Person
from tests.story.post import Letter, Post
from tests.story.telling import Teller

# Of people who live for a minute.
PASSWORD = "une conciergerie pour chacun"


@dataclass
class Stage:
    """Where the story is played: the platform, the post, the teller, the people met so far by e-mail address."""

    platform: Platform
    post: Post
    teller: Teller
    people: dict[str, Person] = field(default_factory=dict)

    @property
    def console(self) -> str:
        return urljoin(self.platform.url, "console/")

    @property
    def portal(self) -> str:
        return urljoin(self.platform.url, "portail/")

    def site(self, slug: str) -> str:
        return f"http://{slug}.localhost:{self.platform.port}/"

    def person(self, email: str, name: str) -> Person:
        return self.people.setdefault(email, Person(name))

    def letter(self, *, to: str, subject: str, count: int = 1) -> Letter:
        return self.post.wait_for(to=to, subject=subject, count=count)

    def accepts_invitation(self, *, email: str, name: str, count: int = 1) -> Person:
        """Open the latest invitation sent to this address, and take it up."""
        person = self.person(email, name)
        letter = self.letter(to=email, subject="invite", count=count)
        person.opens(letter.link)
        answers = {"Prénom et nom": name, "Mot de passe": PASSWORD} if "nom" in fields_of(person) else {}
        return person.fills(answers, "Accepter l’invitation")


def fields_of(person: Person) -> str:
    """The labels of the page's forms, in one line: for pages that ask more of a stranger."""
    return " ".join(each.label.lower() for form in person.page.forms for each in form.fields)
