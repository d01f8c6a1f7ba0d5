"""`ledger COMMUNE [--check] [--json]`: what it prints, and how it ends."""

import json
from datetime import UTC, datetime
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from billing.ledger.models import Account
from billing.ledger.services import credit, debit, post
from shared.tenancy import current_schema, in_town
from tests.billing.payments.paying import opened_payment
from tests.billing.settlements.selling import sell
from tests.factories import make_merchant

NOTHING_WRONG = {
    "unbalanced": 0,
    "orphans": 0,
    "differences_with_orders": 0,
    "differences_with_stripe": 0,
}


def run(*arguments: str) -> tuple[str, str, int]:
    """What the command says, what it complains of, and how it ends."""
    out, err = StringIO(), StringIO()
    try:
        call_command("ledger", *arguments, stdout=out, stderr=err)
    except SystemExit as end:
        return out.getvalue().replace("\u00a0", " "), err.getvalue(), int(end.code or 0)
    return out.getvalue().replace("\u00a0", " "), err.getvalue(), 0


@pytest.fixture
def sold(istres: Any) -> Any:
    with in_town(istres):
        return sell(merchant=make_merchant(name="Fromagerie des Alpilles", town=istres).pk, cents=6000)


@pytest.fixture
def wrong(istres: Any, sold: Any) -> None:
    with in_town(istres):
        post(
            kind="odd",
            key="odd",
            label="Erreur de frappe",
            reference=uuid4(),
            postings=[debit(Account.MERCHANTS, 150, sold.merchant_id), credit(Account.CASH, 150)],
            at=datetime.now(UTC),
        )


def test_all_is_well(istres: Any, sold: Any) -> None:
    said, _complaint, code = run("viroflay", "--check", "--json")
    assert (json.loads(said), code) == ({"entries": 0} | NOTHING_WRONG, 0)
    said, _complaint, code = run("13047", "--check", "--json")
    assert json.loads(said)["entries"] == 2
    assert current_schema() == "public"


def test_what_is_wrong_is_counted_and_ends_with_one(wrong: None) -> None:
    said, _complaint, code = run("istres", "--check", "--json")
    found = json.loads(said)
    assert list(found) == ["entries", "unbalanced", "orphans", "differences_with_orders", "differences_with_stripe"]
    assert (found["unbalanced"], found["differences_with_orders"], code) == (0, 1, 1)


def test_what_is_wrong_is_told_in_french(wrong: None) -> None:
    said, _complaint, code = run("istres", "--check")
    assert code == 1
    assert said.startswith("Istres : 3 écritures.\n")
    assert "Écriture déséquilibrée : 0." in said
    assert "Fromagerie des Alpilles : 60,00 € dû" in said
    assert "Erreur de frappe" in said
    assert said.endswith("Le grand livre est à regarder.\n")


def test_a_town_where_all_agrees_says_so(istres: Any, viroflay: Any) -> None:
    said, _complaint, code = run("viroflay", "--check")
    assert (said.splitlines()[0], said.splitlines()[-1], code) == ("Viroflay : 0 écriture.", "Tout concorde.", 0)


def test_a_stripe_that_cannot_be_asked_is_no_agreement(istres: Any, stripes: Any, settings: Any) -> None:
    with in_town(istres):
        opened_payment(now=datetime.now(UTC))
    settings.STRIPE = {}
    said, complaint, code = run("istres", "--check", "--json")
    assert (json.loads(said)["differences_with_stripe"], code) == (None, 1)
    assert "pas de clé Stripe" in complaint
    said, _complaint, code = run("istres", "--check")
    assert ("Écart avec Stripe : impossible à dire." in said, code) == (True, 1)


def test_balances_without_a_check(sold: Any) -> None:
    said, _complaint, code = run("istres")
    assert (code, "écritures." in said) == (0, True)
    assert "  5115  Cartes à encaisser" in said
    assert "60,00 € débiteur" in said
    assert "  46712" in said.replace(" 46712", "  46712")
    said, _complaint, _code = run("istres", "--json")
    assert json.loads(said) == {"5115": 6000, "46712": -6000}


def test_an_unknown_town_is_refused(istres: Any) -> None:
    with pytest.raises(CommandError, match="Aucune commune ne s’appelle"):
        run("atlantide", "--check")
