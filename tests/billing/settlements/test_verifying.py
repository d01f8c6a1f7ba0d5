"""Papers that were touched, are missing or misnumbered are found, in one town, and told by the command."""

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing.documents.models import Document
from billing.invoices.models import Invoice
from billing.numbering.models import Counter
from billing.settlements import verifying
from billing.settlements.paperwork import PAPERS_DUE, make_missing
from billing.settlements.services import settle
from billing.settlements.verifying import MAKING, check_papers
from conciergeries.towns.models import Town
from shared.notifications.models import Message
from shared.tenancy import in_town
from tests.billing.settlements.selling import MONDAY, SUNDAY, as_if_committed, sell
from tests.factories import make_merchant, run_effects

LATER = MONDAY + 2 * MAKING


@pytest.fixture
def settled(in_istres: Town) -> Town:
    """Two merchants of Istres with their papers."""
    for name in ("Alma", "Zoé"):
        sell(merchant=make_merchant(name=name, town=in_istres).pk, cents=6000)
    settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    run_effects(now=MONDAY, kinds=[PAPERS_DUE])
    return in_istres


def _by_force(order: str, *values: Any) -> None:
    """What only somebody with the keys of PostgreSQL can do."""
    as_if_committed()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(order, values)
        cursor.execute("SET LOCAL session_replication_role = origin")


def test_papers_in_order_are_sound(settled: Town) -> None:
    found = check_papers(now=LATER)
    assert found.is_sound
    assert (found.documents, found.statements, found.invoices, found.series) == (6, 2, 2, 2)


def test_a_file_that_was_touched_is_found(settled: Town) -> None:
    _by_force("UPDATE documents_document SET content = 'x' WHERE kind = 'invoice' AND merchant_name = 'Alma'")
    found = check_papers(now=LATER)
    number = Invoice.objects.get(merchant_name="Alma").number
    assert (found.is_sound, found.changed_files) == (False, [f"facture-{number}.pdf"])


def test_files_are_read_a_few_at_a_time(settled: Town, viroflay: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten years of files are never in memory at once, and each is looked at once."""
    monkeypatch.setattr(verifying, "FILES_AT_ONCE", 4)
    with CaptureQueriesContext(connection) as read:
        assert check_papers(now=LATER).documents == 6
    files = [query["sql"] for query in read if '"documents_document"."content"' in query["sql"]]
    assert ["LIMIT 4" in query for query in files] == [True, True]
    with in_town(viroflay):
        assert check_papers(now=LATER).documents == 0


def test_a_statement_whose_figures_were_touched_is_found(settled: Town) -> None:
    _by_force("UPDATE settlements_statement SET iban_last4 = '0000' WHERE number = 'ISTRES-2026-00002'")
    assert check_papers(now=LATER).changed_statements == ["ISTRES-2026-00002"]


def test_a_file_that_is_missing_is_found_once_it_should_be_there(settled: Town) -> None:
    _by_force("DELETE FROM documents_document WHERE kind = 'sales' OR number = 'FA-ISTRES-2026-00002'")
    missing = ["FA-ISTRES-2026-00002", "ISTRES-2026-00001", "ISTRES-2026-00002"]
    assert check_papers(now=LATER).without_file == missing
    assert check_papers(now=MONDAY).is_sound
    assert check_papers(now=MONDAY + timedelta(days=11 * 365 + 1)).without_file == []


def test_a_gap_and_a_number_of_nobodys_are_found(settled: Town) -> None:
    Counter.objects.filter(series="FA-ISTRES-2026").update(value=3)
    Counter.objects.filter(series="ISTRES-2026").update(value=1)
    found = check_papers(now=LATER)
    assert (found.missing_numbers, found.unexpected_numbers) == (["FA-ISTRES-2026-00003"], ["ISTRES-2026-00002"])


def test_missing_papers_are_made_and_sent_once(settled: Town) -> None:
    _by_force("DELETE FROM documents_document WHERE kind = 'invoice'")
    assert len(make_missing(now=LATER)) == 2
    assert make_missing(now=LATER) == []
    assert Message.objects.filter(template="invoice_issued").count() == 2
    assert check_papers(now=LATER).is_sound


def _run(*arguments: str) -> str:
    said = StringIO()
    call_command("documents", *arguments, stdout=said)
    return said.getvalue().replace("\u00a0", " ")


def test_the_command_says_what_it_looked_at(settled: Town, viroflay: Town) -> None:
    assert _run("istres", "--check") == "Istres : 6 documents, 2 bordereaux, 2 factures et avoirs, 2 séries.\n"
    answer = json.loads(_run("78686", "--check", "--json"))
    assert (answer["sound"], answer["documents"], answer["made"]) == (True, 0, 0)


def test_the_command_fails_when_something_is_wrong(settled: Town) -> None:
    _by_force("UPDATE documents_document SET content = 'x' WHERE kind = 'statement'")
    said = StringIO()
    with pytest.raises(CommandError, match="pas en ordre"):
        call_command("documents", "istres", "--check", "--json", stdout=said)
    assert len(json.loads(said.getvalue())["changed_files"]) == 2


def test_the_command_makes_what_was_issued_before_there_were_papers(settled: Town) -> None:
    _by_force("DELETE FROM documents_document")
    assert "6 documents faits" in _run("istres")
    assert Document.objects.count() == 6
    assert Invoice.objects.count() == 2


def test_a_town_that_is_not_ours_is_refused(db: None) -> None:
    with pytest.raises(CommandError):
        call_command("documents", "paris")


def test_each_town_is_looked_at_alone(settled: Town, viroflay: Town) -> None:
    with in_town(viroflay):
        assert check_papers(now=LATER).documents == 0
