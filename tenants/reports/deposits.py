"""What was taken to the bank over a period, as a file for a spreadsheet: beside the bank's own statement."""

from collections.abc import Iterator

from billing.payments.deposit_models import Deposit
from shared import spreadsheets
from tenants.reports.period import Period

HEADER = (
    "Jour",
    "Moyen",
    "Montant (€)",
    "Frais (€)",
    "Crédité (€)",
    "Chèques",
    "Bordereau",
    "Remarque",
    "Noté par",
    "Annulée",
)


def written(period: Period) -> Iterator[bytes]:
    """Every deposit of the period by the day it was made, those undone since marked, with why."""
    found = Deposit.objects.filter(deposited_on__gte=period.first, deposited_on__lte=period.last)
    ordered = found.order_by("deposited_on", "noted_at", "pk").prefetch_related("cheques")
    return spreadsheets.written(header=HEADER, rows=(_row(each) for each in ordered))


def _row(deposit: Deposit) -> tuple[str | int, ...]:
    return (
        deposit.deposited_on.isoformat(),
        deposit.get_means_display(),
        spreadsheets.euros(deposit.amount_cents),
        spreadsheets.euros(deposit.fee_cents),
        spreadsheets.euros(deposit.credited_cents),
        len(deposit.cheques.all()),
        spreadsheets.text(deposit.slip),
        spreadsheets.text(deposit.note),
        spreadsheets.text(deposit.noted_by),
        spreadsheets.text(deposit.undone_reason),
    )
