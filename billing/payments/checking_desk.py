"""Account 5112 beside the cheques that are in the drawer, and the entries of what was taken to the bank."""

from datetime import datetime

from billing.ledger.checking import Finding, Kind, compares, owns_entries
from billing.ledger.models import Account
from billing.ledger.queries import balance
from billing.payments.cheques import in_the_drawer
from billing.payments.deposit_models import ChequeMadeGood, Deposit, UnpaidCheque
from shared.french import money

owns_entries(Deposit, UnpaidCheque, ChequeMadeGood)


@compares(Kind.ORDERS)
def differences_with_cheques(*, now: datetime) -> list[Finding]:  # noqa: ARG001  (a comparison's signature)
    """The cheques not taken to the bank yet are what 5112 says, to the cent."""
    here = sum(in_the_drawer().order_by().values_list("amount_cents", flat=True))
    said = balance(account=Account.CHEQUES)
    if here == said:
        return []
    message = f"Les chèques de la caisse font {money(here)}, et le compte 5112 dit {money(said)}."
    return [Finding(kind=Kind.ORDERS, subject=Account.CHEQUES.value, message=message)]
