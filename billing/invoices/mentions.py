"""What French law has every invoice say, beside its figures. Dated, as the law is."""

from billing.invoices.facts import Due, Exemption
from conciergeries.towns.models import OperatingCompany, Town
from shared.french import full_date, money

# Subjects of notes (UNTDID 4451) that the French reform asks for, each once (BR-FR-05, BR-FR-06).
LATE_COSTS, LATE_INTEREST, DISCOUNT, GENERAL, TREATMENT = "PMT", "PMD", "AAB", "AAI", "BAR"

# Code of commerce, art. L. 441-9 and L. 441-10: asked for even of what is paid already.
_ALWAYS = (
    (LATE_COSTS, "Indemnité forfaitaire pour frais de recouvrement en cas de retard de paiement\u00a0: 40\u00a0€."),
    (LATE_INTEREST, "Pénalités en cas de retard de paiement\u00a0: trois fois le taux de l’intérêt légal."),
    (DISCOUNT, "Pas d’escompte pour paiement anticipé."),
    (TREATMENT, "B2B"),
)

FRANCHISE = Exemption(code="VATEX-FR-FRANCHISE", text="TVA non applicable, art. 293 B du CGI")
# No VAT there: art. 294 of the CGI. The list of codes has none for it.
_WITHOUT_VAT = frozenset({"973", "976"})
TERRITORY = Exemption(code="", text="TVA non applicable, art. 294 du CGI")


def notes(*, statement_number: str, is_credit_note: bool, due: Due | None = None) -> tuple[tuple[str, str], ...]:
    """The notes of an invoice: (subject, words). How it was paid, or is to be, comes first."""
    if due is not None:
        paid = (
            f"{money(due.cents)} à régler par virement avant le {full_date(due.on)}, pour des ventes encaissées par le "
            f"commerçant (bordereau {statement_number})."
        )
    else:
        paid = (
            f"{'Remboursé' if is_credit_note else 'Réglée'} par compensation sur le bordereau de reversement "
            f"{statement_number}."
        )
    return ((GENERAL, f"Prestation de services. {paid}"), *_ALWAYS)


def exemption_of(*, company: OperatingCompany, town: Town) -> Exemption | None:
    """Why a company invoices no VAT in a town; None where it does."""
    if company.vat_franchise:
        return FRANCHISE
    return TERRITORY if town.department in _WITHOUT_VAT else None
