"""5. Each merchant sees its own lines only, and answers; one line is refused, and given back to the cent."""

from tests.story.browser import Person
from tests.story.cast import ALICE, AMANDINE, BANON, BOARD, JUICE, MARC, MISTRAL, SIMONE, T_SHIRT, WINE, Stage, Trader
from tests.story.ordering import TOTAL_CENTS
from tests.story.telling import euros

REFUSED_CENTS = 590
SOLD_IN_ISTRES = (T_SHIRT, BOARD, BANON, WINE, JUICE)


def answer_orders(stage: Stage) -> None:
    with stage.teller.chapter("Chaque commerçant voit ses lignes, et répond"):
        number, phone_number = stage.known.number, stage.known.phone_number
        for trader, numbers in ((MISTRAL, (number,)), (AMANDINE, (number, phone_number)), (MARC, (number,))):
            person = _sees_only_its_own(stage, trader, numbers)
            stage.known.parts[trader.shop] = _part_id(person, number)
            if trader is MARC:
                _refuses_the_juice(stage, person)
            for each in numbers:
                person.opens(stage.portal).sends(f"Accepter la commande {each}").reads(f"Commande {each} acceptée")
            stage.teller.fact(f"{trader.shop} accepte {' et '.join(numbers)}, sans rien voir des autres")
        _is_refunded(stage)


def _sees_only_its_own(stage: Stage, trader: Trader, numbers: tuple[str, ...]) -> Person:
    stage.letter(to=trader.email, subject=f"{numbers[-1]}, {trader.shop}")
    person = stage.person(trader.email).opens(stage.portal)
    for number in numbers:
        person.reads(number)
    for good in SOLD_IN_ISTRES:
        if good in trader.goods:
            continue
        person.does_not_read(good.name)
    # Nor who ordered: the concierge hands over, not the shop.
    return person.does_not_read("Alice").does_not_read(SIMONE)


def _part_id(person: Person, number: str) -> str:
    return next(
        form.action.split("/commandes/")[1].split("/")[0]
        for form in person.page.forms
        if any(number in button.text for button in form.buttons)
    )


def _refuses_the_juice(stage: Stage, person: Person) -> None:
    person.follows(f"Refuser {JUICE.name}").reads(f"{euros(REFUSED_CENTS)} lui sont rendus")
    person.sends("Il n’y en a plus").reads(f"« {JUICE.name} » est refusé")
    stage.teller.fact(f"{MARC.shop} refuse « {JUICE.name} » : il n’y en a plus")


def _is_refunded(stage: Stage) -> None:
    letter = stage.letter(to=ALICE, subject=f"n’a plus {JUICE.name}")
    letter.reads(f"{euros(REFUSED_CENTS)} vous sont rendus").reads(f"de {euros(TOTAL_CENTS - REFUSED_CENTS)}")
    alice = stage.person(ALICE).waits_for(f"Remboursé {euros(REFUSED_CENTS)}", stage.known.order_url)
    alice.reads(f"Total TTC {euros(TOTAL_CENTS - REFUSED_CENTS)}").reads("Il n’y en a plus")
    stage.teller.fact(f"Alice est prévenue, et remboursée d’exactement {euros(REFUSED_CENTS)}")
