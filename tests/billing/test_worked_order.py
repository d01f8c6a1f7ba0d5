"""The order of docs/money.md that goes from the card to the bank: its table adds up, and its commission is ours."""

from billing.commissions.arithmetic import Sales, commission_of
from billing.commissions.terms import Basis, Terms
from billing.ledger.models import Account
from tests.billing.worked import cents, table

WORKED = table(heading="What is posted, and when", first_column="")
TERMS = Terms(500, Basis.HT, Basis.TTC, 2000)
# Three shops at 20.00 €; one refused a line of 12.00 €.
HANDED_OVER = [2000, 2000, 800]


def row(label: str) -> dict[str, int]:
    (found,) = [record for record in WORKED.records() if record[""].startswith(label)]
    return {account: cents(amount) for account, amount in found.items() if account}


def test_every_entry_balances_and_what_is_left_is_the_sum() -> None:
    *entries, left = [[cents(cell) for cell in cells[1:]] for cells in WORKED.rows]
    assert [sum(entry) for entry in entries] == [0] * len(entries)
    assert [sum(column) for column in zip(*entries, strict=True)] == left


def test_the_commission_is_the_sum_of_the_three_statements() -> None:
    statements = [commission_of([Sales(TERMS, {2000: gross})]) for gross in HANDED_OVER]
    commission = row("commission")
    assert commission["706"] == -sum(statement.ht_cents for statement in statements)
    assert commission["44571"] == -sum(statement.vat_cents for statement in statements)
    assert row("withheld")["46712"] == sum(statement.ttc_cents for statement in statements)
    assert row("handed over")["46711"] == sum(HANDED_OVER)
    assert row("payouts sent")["517"] == -sum(
        gross - statement.ttc_cents for gross, statement in zip(HANDED_OVER, statements, strict=True)
    )


def test_every_account_that_the_page_names_exists() -> None:
    assert set(WORKED.columns[1:]) <= set(Account.values)
