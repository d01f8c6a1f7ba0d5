"""What is to be looked at: one page, and how somebody gets there."""

from dataclasses import dataclass

from django.urls import Resolver404, resolve

from tests.journeys.ways import Way

# Strangers, by the host that they visit.
STRANGERS = {"town": "istres", "platform": "", "other_town": "viroflay", "nowhere": "nulle-part"}
ON_THE_PLATFORM = frozenset({"platform", "amandine", "operator"})
OK = 200


@dataclass(frozen=True)
class Spot:
    """A page: `who` is one of ROLES, or of STRANGERS; `way` goes on from `path` to it.

    `shows` is the name of the address at which a way ends: empty for pages that are not ours, or that no address has.
    `needs` names the fixture that makes something to look at. `status` is what `path` answers. `prints`: on paper too.
    """

    name: str
    who: str
    path: str
    way: Way | None = None
    shows: str = ""
    needs: str = ""
    status: int = OK
    prints: bool = False

    def __str__(self) -> str:
        return self.name

    @property
    def page(self) -> str:
        """The name of the address that is looked at; empty for an error, and for what is not ours."""
        if self.way or self.status != OK:
            return self.shows
        return name_of(self.path, platform=self.who in ON_THE_PLATFORM)


def name_of(path: str, *, platform: bool) -> str:
    """The name that an address has in our code; empty when it has none."""
    try:
        return resolve(
            path.split("?", maxsplit=1)[0], f"conciergeries.urls.{'public' if platform else 'town'}"
        ).view_name
    except Resolver404:
        return ""
