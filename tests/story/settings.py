"""2. Each town hall sets its own hours and its own commission, and invites a concierge."""

from dataclasses import dataclass

from tests.story.cast import Stage


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What one town hall decides."""

    slug: str
    mayor: str
    concierge: str
    address: str
    phone: str
    week: dict[str, tuple[tuple[str, str], ...]]
    rate: str
    said: str


WORKDAYS = ("0", "1", "2", "3", "4")
MONDAY_TO_SATURDAY = (*WORKDAYS, "5")

ISTRES = Choices(
    slug="istres",
    mayor="Bernard Faure",
    concierge="Nadia Kessler",
    address="12 boulevard Paul-Painlevé, 13800 Istres",
    phone="04 42 00 00 00",
    week=dict.fromkeys(MONDAY_TO_SATURDAY, (("12:00", "14:00"), ("18:00", "20:00"))),
    rate="5",
    said="Lundi au samedi : 12 h–14 h et 18 h–20 h",
)
VIROFLAY = Choices(
    slug="viroflay",
    mayor="Claire Joubert",
    concierge="Thomas Aubry",
    address="Parvis de la gare Rive-Droite, 78220 Viroflay",
    phone="01 30 00 00 00",
    week={**dict.fromkeys(WORKDAYS, (("07:30", "09:30"), ("17:00", "20:30"))), "5": (("09:00", "13:00"),)},
    rate="4",
    said="7 h 30–9 h 30 et 17 h–20 h 30",
)


def set_up_towns(stage: Stage) -> None:
    with stage.teller.chapter("Chaque mairie règle ses horaires et sa commission"):
        for choices in (ISTRES, VIROFLAY):
            _set_up(stage, choices)


def _set_up(stage: Stage, choices: Choices) -> None:
    site = stage.site(choices.slug)
    mayor = stage.accepts_invitation(email=f"mairie@{choices.slug}.example", name=choices.mayor)
    mayor.opens(f"{site}mairie/points-de-retrait/").follows("Modifier")
    # The week that a new town begins with gives way: every field of the grid is filled in, or emptied.
    grid = {each.name: "" for form in mayor.page.forms for each in form.fields if each.kind == "time"}
    for day, openings in choices.week.items():
        for place, (start, end) in enumerate(openings):
            grid |= {f"d{day}_{place}_from": start, f"d{day}_{place}_to": end}
    mayor.fills(
        {"name": "La conciergerie", "address": choices.address, "closed_on_holidays": "on", **grid}, "Enregistrer"
    )
    mayor.reads("c’est enregistré")
    mayor.opens(f"{site}mairie/apparence/").fills(
        {"phone": choices.phone, "email": f"bonjour@{choices.slug}.example"}, "Enregistrer"
    ).reads("C’est enregistré")
    mayor.opens(f"{site}mairie/argent/commissions/").follows("Fixer une commission")
    mayor.fills({"rate": choices.rate}, "Relire avant de fixer").reads(f"Fixer {choices.rate} % HT")
    mayor.sends("Fixer cette commission").reads(f"Aujourd’hui : {choices.rate} % HT des ventes TTC")
    concierge = f"concierge@{choices.slug}.example"
    mayor.opens(f"{site}mairie/equipe/").fills({"email": concierge, "role": "concierge"}, "Envoyer l’invitation")
    stage.accepts_invitation(email=concierge, name=choices.concierge).reads("Aujourd’hui")
    # What was decided is what a passer-by reads.
    mayor.opens(f"{site}points-de-retrait/").reads(choices.said).reads(choices.phone)
    stage.teller.fact(f"{choices.mayor} : {choices.said}, fermé les jours fériés ; commission de {choices.rate} % HT")
    stage.teller.fact(f"{choices.concierge} a accepté son invitation : le comptoir est tenu")
