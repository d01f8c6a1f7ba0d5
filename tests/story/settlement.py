"""7. The settlement: a statement and a transfer for each merchant, and a ledger that balances to the cent."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from zoneinfo import ZoneInfo

from tests.story.browser import Person
from tests.story.cast import AMANDINE, MARC, MISTRAL, Stage, Trader
from tests.story.records import CUSTOMERS, Books, stripe_transfer
from tests.story.telling import euros
from tests.tools.managing import manage

GROSS_CENTS = {MISTRAL.shop: 2150, AMANDINE.shop: 2400 + 2400 + 690, MARC.shop: 1450}
RATE_BP, VAT_BP = 500, 2000
_ZONE = ZoneInfo("Europe/Paris")


class WrongAmountError(AssertionError):
    """The books do not say what they should."""


def settle_merchants(stage: Stage) -> None:
    with stage.teller.chapter("Le règlement : bordereaux, virements, grand livre"):
        today = datetime.now(_ZONE).date().isoformat()
        once = manage(stage.platform, "settle", "istres", "--until", today)
        with ThreadPoolExecutor(max_workers=1) as aside:
            second = aside.submit(manage, stage.platform, "settle", "istres", "--until", today)
            for trader in (MISTRAL, AMANDINE, MARC):
                _is_paid(stage, trader)
            again = second.result()
        if _numbers(once) != _numbers(again) or len(_numbers(once)) != len(GROSS_CENTS):
            raise WrongAmountError(f"deux règlements diffèrent :\n{once}\n{again}")
        stage.teller.fact("Lancé deux fois, le règlement n’émet qu’un bordereau par commerçant")
        _balances(stage)


def _numbers(output: str) -> list[str]:
    return [line.split()[0] for line in output.splitlines() if line.strip()]


def _is_paid(stage: Stage, trader: Trader) -> None:
    letter = stage.letter(to=trader.email, subject="Votre bordereau")
    number = letter.subject.split(" : ")[0].rsplit(" ", 1)[1]
    person = stage.person(trader.email).opens(f"{stage.portal}bordereaux/").follows(number)
    stage.known.statements[trader.shop] = person.url
    person.waits_for("Référence du virement").reads("Bordereau").reads(number)
    gross = GROSS_CENTS[trader.shop]
    commission = _share(gross, RATE_BP)
    vat = _share(commission, VAT_BP)
    net = gross - commission - vat
    said = {
        "Ventes TTC, moins les remboursements": gross,
        "Commission HT −": commission,
        "TVA sur la commission −": vat,
        "Net": net,
    }
    for words, cents in said.items():
        person.reads(f"{words}{'' if words.endswith('−') else ' '}{euros(cents)}")
    letter.reads(f"Net : {euros(net)}")
    transfer = _transfer(stage, person, net)
    stage.teller.told.settlements.append(
        {
            "town": "Istres",
            "merchant": trader.shop,
            "statement": number,
            "gross_cents": gross,
            "commission_ht_cents": commission,
            "vat_cents": vat,
            "net_cents": net,
            "transfer": transfer,
        }
    )
    stage.teller.fact(
        f"{number}, {trader.shop} : ventes {euros(gross)}, commission {euros(commission)} HT, "
        f"TVA {euros(vat)}, net {euros(net)}, viré ({transfer})"
    )


def _share(cents: int, rate_bp: int) -> int:
    """A rate of an amount, half a cent rounded up: worked out here on purpose, apart from the platform's own code."""
    return (cents * rate_bp * 2 + 10_000) // 20_000


def _transfer(stage: Stage, person: Person, net: int) -> str:
    identifier = person.finds(r"Référence du virement (tr_\w+)")
    transfer = stripe_transfer(stage.platform, identifier)
    if transfer["amount"] != net or transfer["currency"] != "eur" or transfer["reversed"]:
        raise WrongAmountError(f"Stripe a viré {transfer['amount']} centimes, et non {net}")
    return identifier


def _balances(stage: Stage) -> None:
    """Read the ledger itself, and every order as it ended."""
    books, told = Books(stage.platform), stage.teller.told
    told.orders = books.orders("istres")
    told.ledger = {"entries": books.entries(), "unbalanced": books.unbalanced()}
    sold = sum(order["total_cents"] - order["refunded_cents"] for order in told.orders)
    parts = [part for order in told.orders for part in order["shops"]]
    left = books.balance("istres", CUSTOMERS)
    if told.ledger["unbalanced"] or left or sold != sum(GROSS_CENTS.values()):
        raise WrongAmountError(f"grand livre {told.ledger}, fonds des clients {left}, vendu {sold}")
    if any(part["state"] != "settled" for part in parts):
        raise WrongAmountError(f"des ventes ne sont pas réglées : {parts}")
    entries = told.ledger["entries"]
    stage.teller.fact(f"Grand livre : {entries} écritures, toutes équilibrées ; fonds des clients {euros(left)}")
    commission = sum(each["commission_ht_cents"] + each["vat_cents"] for each in told.settlements)
    net = sum(each["net_cents"] for each in told.settlements)
    stage.teller.fact(f"{euros(sold)} vendus = {euros(net)} aux commerçants + {euros(commission)} de commission TTC")
