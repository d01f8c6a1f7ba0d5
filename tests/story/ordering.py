"""4. Alice orders from three shops and pays once by card; Simone, who has no e-mail, telephones the concierge."""

from tests.story.browser import Person
from tests.story.cast import ALICE, AMANDINE, BANON, BOARD, JUICE, MARC, MISTRAL, SIMONE, T_SHIRT, WINE, Stage
from tests.story.telling import euros

REFUSED_CARD, GOOD_CARD = "4000000000000002", "4242424242424242"
TOTAL_CENTS = 2150 + 2400 + 1450 + 590
PHONE_TOTAL_CENTS = 2400 + 690
WANTED = ((MISTRAL, T_SHIRT), (AMANDINE, BOARD), (MARC, WINE), (MARC, JUICE))


def place_orders(stage: Stage) -> None:
    with stage.teller.chapter("Alice commande dans trois boutiques ; Simone téléphone"):
        alice = _fills_her_basket(stage)
        alice.sends("Continuer").reads("S’identifier").follows("Créer mon compte")
        stage.signs_up(alice, name="Alice Martin", email=ALICE)
        _goes_to_pay(alice)
        _is_refused_her_card(stage, alice)
        _pays(stage, alice)
        _telephones(stage)


def _fills_her_basket(stage: Stage) -> Person:
    alice = stage.person(ALICE, "Alice Martin")
    alice.opens(stage.site("istres")).reads("Commandez").reads("04 42 00 00 00")
    for trader, good in WANTED:
        alice.opens("/boutiques/").follows(trader.shop).follows(good.name).reads(f"{good.price} €")
        alice.sends("Ajouter au panier").reads(f"{good.name} est dans votre panier")
    alice.opens("/panier/").reads("4 articles, 3 boutiques").reads(f"Total à payer TTC {euros(TOTAL_CENTS)}")
    promise = alice.finds(r"(Prêt .+?)\.").replace(" ,", ",")
    stage.teller.fact(f"Un panier, trois boutiques, un total : {euros(TOTAL_CENTS)}. {promise}")
    return alice


def _goes_to_pay(alice: Person) -> None:
    """From the page before last: the first window is chosen, who she is is known, the wine asks for her age."""
    alice.reads("Votre commande").reads(f"Total à payer TTC {euros(TOTAL_CENTS)}")
    alice.fills({"phone": "06 12 34 56 78", "adult": "on"}, f"Commander et payer {euros(TOTAL_CENTS)}")
    alice.reads("Votre paiement").reads(f"Total à payer {euros(TOTAL_CENTS)}")


def _is_refused_her_card(stage: Stage, alice: Person) -> None:
    alice.fills({"test_card": REFUSED_CARD}, "Payer").reads("Votre carte a été refusée").follows("Annuler et revenir")
    alice.reads("rien n’est débité, et votre panier est gardé").reads(f"Total à payer TTC {euros(TOTAL_CENTS)}")
    stage.teller.fact("Une première carte est refusée : rien n’est débité, son panier est gardé")


def _pays(stage: Stage, alice: Person) -> None:
    alice.sends("Continuer")
    _goes_to_pay(alice)
    # The worst moment to lose the worker: the bank has the money, nobody has been told.
    children = stage.platform.children
    worker = children.kill(next(child for child in children if child.program.log.name == "worker.log"))
    alice.fills({"test_card": GOOD_CARD}, "Payer")
    alice.waits_for("Commande passée").reads("payée par carte")
    children.start(worker)
    known = stage.known
    known.order_url, known.number = alice.url, alice.finds(r"Commande ([A-Z]+\d-\d\d)")
    letter = stage.letter(to=ALICE, subject=f"Commande {known.number} confirmée")
    letter.reads(f"{euros(TOTAL_CENTS)} payés par carte")
    when = letter.subject.split(" : ", 1)[1]
    stage.teller.fact(f"{known.number} payée par carte, {euros(TOTAL_CENTS)} ; confirmée par e-mail : {when}")
    stage.teller.fact(
        "Le worker est mort pendant qu’elle payait ; un autre a repris, rien n’est perdu ni fait deux fois"
    )
    alice.opens("/panier/").reads("Il est vide")


def _telephones(stage: Stage) -> None:
    nadia = stage.concierge("istres").opens(f"{stage.site('istres')}comptoir/nouvelle-commande/")
    nadia.fills({"name": SIMONE, "phone": "04 42 00 00 11"}, "Commander pour elle").reads("Panier")
    for good in (BOARD, BANON):
        nadia.fills({"q": good.name.split()[0]}, "Chercher").sends(f"Ajouter {good.name}")
    nadia.fills({"channel": "phone"}, "Relire la commande").reads(f"À relire à {SIMONE}")
    nadia.reads(euros(PHONE_TOTAL_CENTS)).sends("Confirmer la commande").reads(f"C’est noté pour {SIMONE}")
    nadia.reads(f"À payer sur place espèces, chèque ou carte {euros(PHONE_TOTAL_CENTS)}")
    known = stage.known
    known.phone_number = nadia.finds(r"Votre commande est la ([A-Z]+\d-\d\d)")
    known.phone_code = nadia.finds(r"Votre code de retrait ([\d ]+\d)").replace(" ", "")
    known.phone_url = nadia.url.removesuffix("enregistree/")
    stage.teller.fact(
        f"{known.phone_number} : Simone n’a pas d’e-mail, la concierge note sa commande ; "
        f"{euros(PHONE_TOTAL_CENTS)} à payer au comptoir"
    )
