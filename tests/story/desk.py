"""6. The concierge fetches the goods, says that they wait, and hands them over on the code."""

from tests.story.browser import Person
from tests.story.cast import ALICE, SIMONE, Stage
from tests.story.ordering import PHONE_TOTAL_CENTS
from tests.story.telling import euros

BAGS = 4


def hand_over_orders(stage: Stage) -> None:
    with stage.teller.chapter("La concierge rassemble, prévient et remet"):
        nadia = stage.concierge("istres")
        site = stage.site("istres")
        _ticks(nadia.opens(f"{site}comptoir/ramassage/"), "Ramassé Ramassé :")
        nadia.opens(f"{site}comptoir/arrivees/").reads(f"{BAGS} sacs").sends("Tout est arrivé")
        stage.teller.fact(f"{BAGS} sacs ramassés dans trois boutiques, puis cochés à l’arrivée")
        letter = stage.letter(to=ALICE, subject=f"Votre commande {stage.known.number} vous attend")
        stage.known.code = letter.finds(r"(?m)^\s+(\d{6})$")
        stage.person(ALICE).opens(stage.known.order_url).reads("Votre code de retrait")
        stage.teller.fact("Alice reçoit « votre commande vous attend », avec son code")
        _calls_simone(stage, nadia)
        _gives_to_alice(stage, nadia)
        _gives_to_simone(stage, nadia)


def _ticks(nadia: Person, button: str) -> None:
    """Tick every bag off, one by one, as at each shop's door."""
    for _bag in range(BAGS):
        nadia.sends(button).reads("ramassé.")
    nadia.reads(f"{BAGS} sacs")


def _calls_simone(stage: Stage, nadia: Person) -> None:
    nadia.opens(f"{stage.site('istres')}comptoir/").reads("À appeler").opens(f"{stage.known.phone_url}prevenir/")
    nadia.sends("Client prévenu par téléphone").reads("est prévenu")
    stage.teller.fact(f"{SIMONE} n’a pas d’e-mail : la concierge l’appelle, et le note")


def _gives_to_alice(stage: Stage, nadia: Person) -> None:
    number, code = stage.known.number, stage.known.code
    nadia.opens(f"{stage.site('istres')}comptoir/remise/?q={number}").follows(f"Remettre {number}")
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    nadia.fills({"code": wrong, "adult_seen": "on"}, "Remettre la commande").reads("Ce n’est pas le code")
    nadia.fills({"code": code, "adult_seen": "on"}, "Remettre la commande").reads(f"{number} est remise à Alice")
    stage.person(ALICE).opens(stage.known.order_url).reads("Votre commande vous a été remise")
    stage.teller.fact(f"{number} : un code faux est refusé ; sur le bon, et l’âge vérifié, la commande est remise")


def _gives_to_simone(stage: Stage, nadia: Person) -> None:
    number = stage.known.phone_number
    nadia.opens(f"{stage.site('istres')}comptoir/remise/?q=Roche").follows(f"Remettre {number}")
    nadia.fills({"code": stage.known.phone_code}, f"{euros(PHONE_TOTAL_CENTS)} en espèces")
    nadia.reads(f"{number} est remise à {SIMONE}")
    stage.teller.fact(f"{number} : {euros(PHONE_TOTAL_CENTS)} encaissés en espèces, commande remise")
