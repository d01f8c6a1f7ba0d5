"""How a statement's net comes about and what becomes of it, in French: the same words on its page, mail and PDF."""

from dataclasses import dataclass

from django.db.models import QuerySet

from billing.settlements.calendar import day_in
from billing.settlements.models import Adjustment, Means, Statement, payout_of
from conciergeries.towns.models import Town
from shared.french import NBSP, full_date, money
from shared.sepa.accounts import spaced

TOO_SMALL = f"Ce montant est trop petit pour être versé seul{NBSP}: il est reporté sur votre prochain bordereau."
CARRIED = f"Ce montant est reporté sur votre prochain bordereau{NBSP}; vous n’avez rien à régler."
NOTHING = "Rien n’est à verser pour cette période."
ACCOUNT_WAITED_FOR = f"Ce montant vous attend{NBSP}: il vous sera versé dès que votre compte de versement sera validé."
IBAN_WAITED_FOR = f"Ce montant vous attend{NBSP}: donnez-nous votre IBAN pour le recevoir."


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the sum: what it is, and signed cents, as they count for the merchant."""

    label: str
    cents: int


def reckoning_of(
    statement: Statement,
    adjustments: QuerySet[Adjustment] | None = None,
    *,
    unheld: str = "Réglées chez vous, vous les avez déjà",
) -> list[Entry]:
    """The lines that add up to a statement's net, in the order in which one reads them.

    `adjustments` are those of one that is not issued. What is nothing is left out, but for sales and commission.
    `unheld`: what the reader is told of the sales that customers paid to the merchant.
    """
    before = [Entry("Report du bordereau précédent", statement.opening_cents)] if statement.opening_cents else []
    other = [Entry("Contestations et autres mouvements", statement.other_cents)] if statement.other_cents else []
    if adjustments is None:
        adjustments = Adjustment.objects.filter(statement_id=statement.pk)
    return [
        *before,
        Entry("Ventes TTC, moins les remboursements", statement.gross_cents),
        *([Entry(unheld, -statement.unheld_cents)] if statement.unheld_cents else []),
        *(Entry(each.reason, each.amount_cents) for each in adjustments.order_by("added_at", "pk")),
        *other,
        Entry("Commission HT", -statement.commission_ht_cents),
        Entry("TVA sur la commission", -statement.vat_cents),
    ]


def becomes(statement: Statement, *, town: Town, can_receive: bool = True) -> str:
    """What becomes of an issued statement's net: a sentence that was true when it was issued.

    `can_receive`: whether Stripe may pay the merchant; leave it out where only what never changes may be said.
    """
    payout = payout_of(statement)
    if statement.due_cents:
        return to_pay(statement, town=town)
    if payout is None:
        if statement.net_cents > 0:
            return TOO_SMALL
        return CARRIED if statement.net_cents < 0 else NOTHING
    waits = payout.due_on is not None and payout.due_on > day_in(town, statement.issued_at)
    when = f", à partir du {full_date(payout.due_on)}" if waits and payout.due_on else ""
    if payout.means == Means.STRIPE:
        return f"Ce montant vous est versé par Stripe{when}." if can_receive else ACCOUNT_WAITED_FOR
    if not payout.iban:
        return IBAN_WAITED_FOR
    return f"Ce montant vous est versé par virement, sur votre compte qui finit par {payout.iban[-4:]}{when}."


def to_pay(statement: Statement, *, town: Town) -> str:
    """How the merchant pays the commission that could not be withheld from anything."""
    iban = town.operating_company.iban
    where = f"sur le compte {spaced(iban)} de {town.operating_company}" if iban else f"à {town.operating_company}"
    return (
        f"{money(statement.due_cents)} de commission sont à nous régler, vos clients vous ayant payé vous-même"
        f"{NBSP}: par virement {where}, en rappelant {statement.number}. À défaut, vos prochaines ventes le compensent."
    )
