"""Files are kept once, as they are, each in its own town; and not removed before their time."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from billing.documents.models import Document, DocumentKind
from billing.documents.queries import Wanted, documents, documents_of, years
from billing.documents.services import PDF, File, is_intact, store
from conciergeries.towns.models import Town
from shared.retention.services import purge_here
from shared.tenancy import in_town

NOW = datetime(2026, 11, 23, 0, 10, tzinfo=UTC)
AMANDINE, CHLOE = uuid4(), uuid4()


def _file(**change: Any) -> File:
    facts: dict[str, Any] = {
        "kind": DocumentKind.INVOICE,
        "source_id": uuid4(),
        "number": "FA-ISTRES-2026-00001",
        "issuer_siren": "732829320",
        "merchant_id": AMANDINE,
        "merchant_name": "Fromagerie Amandine",
        "issued_on": date(2026, 11, 23),
        "total_cents": 360,
        "filename": "facture.pdf",
        "media_type": PDF,
        "content": b"%PDF-1.7",
    }
    return File(**(facts | change))


def test_a_file_is_kept_once_as_it_was(in_istres: Town) -> None:
    file = _file()
    first = store(file=file, now=NOW)
    second = store(file=_file(source_id=file.source_id, content=b"another"), now=NOW)
    assert first.pk == second.pk
    kept = Document.objects.get()
    assert (bytes(kept.content), kept.size) == (b"%PDF-1.7", 8)
    assert is_intact(kept)


def test_a_file_that_changed_says_so(in_istres: Town) -> None:
    store(file=_file(), now=NOW)
    kept = Document.objects.get()
    assert is_intact(kept)
    kept.content = b"%PDF-1.8"
    assert not is_intact(kept)


@pytest.mark.parametrize(
    "order",
    [
        "UPDATE documents_document SET content = ''",
        "UPDATE documents_document SET sha256 = ''",
        "DELETE FROM documents_document",
        "TRUNCATE documents_document",
    ],
)
def test_postgres_lets_nobody_touch_it(in_istres: Town, order: str) -> None:
    store(file=_file(), now=NOW)
    with pytest.raises(IntegrityError, match="is written once"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(order)


def test_what_is_past_ten_years_is_forgotten_and_nothing_else(in_istres: Town) -> None:
    today = datetime.now(UTC)
    old = store(file=_file(issued_on=(today - timedelta(days=11 * 365 + 4)).date()), now=NOW)
    young = store(file=_file(issued_on=(today - timedelta(days=10 * 365)).date()), now=NOW)
    purged = purge_here(now=today)
    assert (purged.counts["documents"], purged.failures) == (1, {})
    assert [each.pk for each in documents(wanted=Wanted())] == [young.pk]
    assert old.pk != young.pk


def test_files_are_found_by_words_kind_and_year(in_istres: Town, viroflay: Town) -> None:
    mine = store(file=_file(), now=NOW)
    old = store(file=_file(number="FA-ISTRES-2025-00009", issued_on=date(2025, 12, 31)), now=NOW)
    statement = store(file=_file(kind=DocumentKind.STATEMENT, number="ISTRES-2026-00001"), now=NOW)
    theirs = store(file=_file(merchant_id=CHLOE, merchant_name="Chez Chloé", number="FA-ISTRES-2026-00002"), now=NOW)
    with in_town(viroflay):
        store(file=_file(number="FA-VIROFLAY-2026-00001"), now=NOW)

    def found(*, of: Any = None, **wanted: Any) -> set[Any]:
        return {each.pk for each in documents(wanted=Wanted(**wanted), merchant_ids=of)}

    assert found() == {mine.pk, old.pk, statement.pk, theirs.pk}
    assert found(of=[AMANDINE]) == {mine.pk, old.pk, statement.pk}
    assert found(words="amandine 2026") == {mine.pk, statement.pk}
    assert found(kind="statement") == {statement.pk}
    assert found(year=2025) == {old.pk}
    assert found(words="%", of=[CHLOE]) == set()
    assert years() == [2026, 2025]
    assert years(merchant_ids=[CHLOE]) == [2026]
    assert documents_of(source_ids=[mine.source_id]) == {mine.source_id: [mine]}
