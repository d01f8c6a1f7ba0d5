"""Commission terms in French sentences."""

from billing.commissions.arithmetic import Sales, commission_of
from billing.commissions.terms import Basis, Beneficiary, Terms
from conciergeries.towns.models import Town
from shared.french import NBSP, money, percent

# A sale of goods at the reduced rate, on which terms are shown at work.
EXAMPLE_CENTS = 6000
EXAMPLE_VAT_BP = 550

_BASES = {Basis.TTC: "des ventes TTC", Basis.HT: "des ventes hors taxes"}


def rate(terms: Terms) -> str:
    """«5 % HT des ventes TTC»."""
    return f"{percent(terms.rate_bp)} {terms.price_basis.value} {_BASES[terms.base]}"


def fees(terms: Terms, *, free_months: int = 0) -> list[str]:
    """What comes beside the rate, one phrase each; nothing when there is nothing."""
    found = []
    if terms.fixed_fee_cents:
        found.append(f"{money(terms.fixed_fee_cents)} {terms.price_basis.value} par commande")
    if terms.minimum_cents:
        found.append(f"au moins {money(terms.minimum_cents)} HT par bordereau")
    if free_months:
        found.append("rien le premier mois" if free_months == 1 else f"rien les {free_months}{NBSP}premiers mois")
    return found


def in_full(terms: Terms, *, free_months: int = 0) -> str:
    """«5 % HT des ventes TTC, 0,30 € HT par commande, au moins 5,00 € HT par bordereau, rien les 3 premiers mois»."""
    return ", ".join([rate(terms), *fees(terms, free_months=free_months)])


def vat(terms: Terms) -> str:
    """How the commission's own VAT is counted."""
    if not terms.vat_rate_bp:
        return "sans TVA"
    said = percent(terms.vat_rate_bp)
    return f"TVA de {said} en plus" if terms.price_basis is Basis.HT else f"TVA de {said} comprise"


def beneficiary(terms: Terms, town: Town) -> str:
    """Who earns the commission, by name."""
    if terms.beneficiary is Beneficiary.TOWN:
        return f"la commune ({town.name})"
    return f"l’exploitant ({town.operating_company})"


def example(terms: Terms) -> str:
    """The terms at work on one sale; a minimum is of a whole statement, and left out."""
    segment = commission_of([Sales(terms, {EXAMPLE_VAT_BP: EXAMPLE_CENTS})]).segments[0]
    net = EXAMPLE_CENTS - segment.ttc_cents
    return (
        f"Sur une vente de {money(EXAMPLE_CENTS)} : {money(segment.ht_cents)} HT et {money(segment.vat_cents)} de TVA, "
        f"soit {money(segment.ttc_cents)}. La boutique reçoit {money(net)}."
    )
