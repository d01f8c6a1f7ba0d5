"""What a check finds by itself: entries that do not balance, entries about nothing."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import connection

from billing.ledger.checking import CheckImpossibleError, Finding, Kind, Report, check_here
from billing.ledger.models import Account, Entry, Posting
from billing.ledger.services import credit, debit, post
from shared.tenancy import in_town
from tests.billing.settlements.selling import sell
from tests.factories import make_merchant


def post_about(reference: Any, now: datetime) -> Entry:
    return post(
        kind="odd",
        key=f"odd:{reference}",
        label="Chèque, commande 4821",
        reference=reference,
        postings=[debit(Account.CHEQUES, 100), credit(Account.CASH, 100)],
        at=now,
    )


def of_kind(report: Report, kind: Kind) -> list[str]:
    return [finding.message for finding in report.findings if finding.kind == kind]


def test_a_new_town_has_nothing_wrong(in_istres: Any, now: datetime) -> None:
    report = check_here(now=now)
    assert (report.entries, report.findings, report.impossible, report.is_well) == (0, [], {}, True)


def test_an_entry_about_nothing(in_istres: Any, viroflay: Any, now: datetime) -> None:
    nobody = uuid4()
    post_about(nobody, now)
    report = check_here(now=now)
    (said,) = of_kind(report, Kind.ORPHAN)
    assert said.replace("\u00a0", " ") == (
        "L’écriture « Chèque, commande 4821 » du mardi 24 novembre 2026 ne se rapporte à rien de connu "
        f"(référence {nobody})."
    )
    assert (report.count(Kind.ORPHAN), report.count(Kind.UNBALANCED), report.is_well) == (1, 0, False)
    with in_town(viroflay):
        assert check_here(now=now).is_well


def test_another_towns_rows_are_nobody_here(istres: Any, viroflay: Any, now: datetime) -> None:
    with in_town(viroflay):
        sale = sell(merchant=make_merchant(name="Maison Bruno", town=viroflay).pk)
    with in_town(istres):
        post_about(sale.pk, now)
        assert check_here(now=now).count(Kind.ORPHAN) == 1


def test_an_entry_that_lost_its_balance(in_istres: Any, now: datetime) -> None:
    """PostgreSQL refuses it, unless somebody took its triggers away."""
    entry = post_about(sell(merchant=make_merchant(name="Boucherie", town=in_istres).pk).pk, now)
    with connection.cursor() as cursor:
        # A table with events waiting cannot be altered.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE ledger_posting DISABLE TRIGGER USER")
    Posting.objects.filter(entry=entry, amount_cents=100).update(amount_cents=99)
    (said,) = of_kind(check_here(now=now), Kind.UNBALANCED)
    assert said.endswith("n’est pas équilibrée, ou a perdu des lignes.")
    Posting.objects.filter(entry=entry).delete()
    assert check_here(now=now).count(Kind.UNBALANCED) == 1


def test_a_comparison_that_cannot_be_made_is_not_a_zero() -> None:
    report = Report(3, [], {Kind.STRIPE: str(CheckImpossibleError("Stripe n’a pas répondu."))})
    assert (report.count(Kind.STRIPE), report.count(Kind.ORDERS), report.is_well) == (None, 0, False)


def test_findings_are_counted_by_kind() -> None:
    found = [Finding(kind=kind, subject="x", message="y") for kind in (Kind.ORDERS, Kind.ORDERS, Kind.STRIPE)]
    report = Report(3, found)
    assert [report.count(kind) for kind in Kind] == [0, 0, 2, 1]
