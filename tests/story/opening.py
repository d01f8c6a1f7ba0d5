"""1. The operator opens two towns from the official list, and watches."""

import time

from tests.story.browser import Person
from tests.story.cast import OPERATOR, Stage
from tests.tools.managing import manage

PATIENCE = 60.0


class OpeningError(AssertionError):
    """A town did not open."""


def open_towns(stage: Stage) -> None:
    with stage.teller.chapter("L’opératrice ouvre Istres et Viroflay"):
        manage(stage.platform, "invite_operator", OPERATOR)
        operator = stage.accepts_invitation(email=OPERATOR, name="Odile Perrin")
        operator.opens(stage.console).follows("Ouvrir une commune")
        operator.follows("Ajouter un exploitant").fills(
            {
                "Raison sociale": "Conciergeries de Provence",
                "Forme juridique": "SAS",
                "Capital": "20000",
                "SIREN": "732829320",
                "rcs_city": "Salon-de-Provence",
                "Numéro de TVA": "FR44732829320",
                "Adresse": "4 place de l’Hôtel-de-Ville",
                "Code postal": "13800",
                "city": "Istres",
                "e-mail": "bonjour@provence.example",
            },
            "Enregistrer",
        )
        for name, insee, population in (("Istres", "13047", "4"), ("Viroflay", "78686", "1")):
            _open(stage, operator, name=name, insee=insee, population=population)


def _open(stage: Stage, operator: Person, *, name: str, insee: str, population: str) -> None:
    operator.opens(f"{stage.console}communes/nouvelle/").fills({"q": name}, "Chercher")
    operator.reads(f"INSEE {insee}").finds(rf"({population}\d \d\d\d) hab")
    operator.fills({"insee": insee, "exploitant": "Conciergeries de Provence"}, "Ouvrir la conciergerie")
    deadline = time.monotonic() + PATIENCE
    while "C’est ouvert" not in operator.text:
        if "a échoué" in operator.text or time.monotonic() > deadline:
            raise OpeningError(operator.text)
        time.sleep(0.2)
        operator.opens(operator.url)
    said = operator.finds(r"C’est ouvert, en ([\d,]+) s")
    seconds = float(said.replace(",", "."))
    slug = name.lower()
    Person("un passant").opens(stage.site(slug)).reads(name)
    mayor = f"mairie@{slug}.example"
    operator.follows("Inviter la mairie").fills({"e-mail": mayor}, "Inviter à la mairie").reads(mayor)
    schema = operator.finds(r"Espace de données (\w+)")
    stage.teller.told.towns.append({"name": name, "insee": insee, "schema": schema, "seconds_to_ready": seconds})
    stage.teller.fact(f"{name} (INSEE {insee}) ouverte en {said} s, servie à {stage.site(slug)}")
