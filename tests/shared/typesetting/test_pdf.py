"""Documents for archives and for everybody: what they claim, what they carry, the same bytes for the same facts."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from typst import TypstError

from shared.characters import _OTHERS, _RANGES, printable
from shared.typesetting.pdf import Attachment, typeset
from shared.typesetting.xmp import Schema, UnknownPdfError, with_properties

AT = datetime(2026, 11, 23, 0, 10, tzinfo=UTC)
SCHEMA = Schema(name="Essai", namespace="urn:essai#", prefix="es", properties={"Mot": "un mot"})


@pytest.fixture
def template(tmp_path: Path) -> Path:
    path = tmp_path / "essai.typ"
    path.write_text("#opening(to-label: [Pour], to: data.to)\n#for word in data.words [ #word ]\n", encoding="utf-8")
    return path


def _data(**change: Any) -> dict[str, Any]:
    letterhead = {
        "accent": "#0d5c63",
        "accent_ink": "#ffffff",
        "accent_soft": "#ddedef",
        "initial": "I",
        "of_town": "d’Istres",
        "company": {"name": "Conciergeries de Provence", "rows": ["1 place de la Mairie", "13800 Istres"]},
        "footer": "Conciergeries de Provence",
    }
    facts = {"title": "Essai", "reference": "E-1", "keywords": ["essai"], "facts": [["Numéro", "E-1"]]}
    return {"letterhead": letterhead, "to": ["Alice"], "words": [], **facts, **change}


def _read(pdf: bytes) -> Any:
    return PdfReader(BytesIO(pdf))


def test_it_claims_archives_and_access_for_all_in_french(template: Path) -> None:
    root = _read(typeset(template=template, data=_data(), at=AT)).trailer["/Root"]
    xmp = root["/Metadata"].get_data().decode()
    assert "<pdfaid:part>3</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>" in xmp
    assert "<pdfuaid:part>1</pdfuaid:part>" in xmp
    assert (root["/Lang"], root["/MarkInfo"]["/Marked"]) == ("fr-FR", True)
    assert root["/StructTreeRoot"]["/K"]
    assert root["/OutputIntents"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]


def test_the_same_facts_give_the_same_bytes_and_others_do_not(template: Path) -> None:
    first = typeset(template=template, data=_data(), at=AT)
    assert typeset(template=template, data=dict(reversed(_data().items())), at=AT) == first
    assert typeset(template=template, data=_data(), at=AT + timedelta(seconds=1)) != first
    assert typeset(template=template, data=_data(to=["Bruno"]), at=AT) != first


def test_what_is_attached_is_found_as_it_was(template: Path) -> None:
    file = Attachment(
        name="essai.xml", media_type="text/xml", description="Essai", relationship="alternative", text="<é>€</é>"
    )
    reader = _read(typeset(template=template, data=_data(), at=AT, attachment=file))
    assert reader.attachments["essai.xml"] == ["<é>€</é>".encode()]
    [spec] = reader.trailer["/Root"]["/AF"]
    assert spec.get_object()["/AFRelationship"] == "/Alternative"


def test_every_character_that_is_printable_has_a_glyph(template: Path) -> None:
    every = [chr(code) for first, last in _RANGES for code in range(first, last + 1)] + sorted(_OTHERS)
    # An archive refuses a text that a font cannot show: a missing one raises.
    typeset(template=template, data=_data(words=every), at=AT)


def test_what_no_font_has_is_replaced_and_stops_nothing(template: Path) -> None:
    words = ["🌟", "中文", "a\x00b", "\u202f"]
    pdf = typeset(template=template, data=_data(words=words), at=AT)
    shown = "".join(page.extract_text() for page in _read(pdf).pages)
    assert all(printable(word).strip() in shown for word in words)


def test_a_template_that_is_wrong_says_so(tmp_path: Path) -> None:
    path = tmp_path / "faux.typ"
    path.write_text("#data.nothing", encoding="utf-8")
    with pytest.raises(TypstError):
        typeset(template=path, data=_data(), at=AT)


def test_metadata_grows_and_the_rest_stays(template: Path) -> None:
    before = typeset(template=template, data=_data(), at=AT)
    after = with_properties(before, schema=SCHEMA, values={"Mot": "oui"})
    assert after.startswith(before)
    root = _read(after).trailer["/Root"]
    xmp = root["/Metadata"].get_data().decode()
    assert '<rdf:Description rdf:about="" xmlns:es="urn:essai#"><es:Mot>oui</es:Mot></rdf:Description>' in xmp
    assert "<pdfaSchema:namespaceURI>urn:essai#</pdfaSchema:namespaceURI>" in xmp
    assert "<pdfaid:part>3</pdfaid:part>" in xmp
    assert [page.extract_text() for page in _read(after).pages] == [page.extract_text() for page in _read(before).pages]


@pytest.mark.parametrize("pdf", [b"", b"%PDF-1.7\n", b"not a pdf"])
def test_a_file_of_another_make_is_not_touched(pdf: bytes) -> None:
    with pytest.raises(UnknownPdfError):
        with_properties(pdf, schema=SCHEMA, values={"Mot": "oui"})
