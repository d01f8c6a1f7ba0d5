"""From a template and its facts to a PDF: tagged, French, PDF/A-3a and PDF/UA-1; the same facts give the same bytes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst

from shared.characters import printable

_HERE = Path(__file__).parent
# What one may keep for ten years and read to somebody who does not see.
STANDARDS: list[Any] = ["a-3a", "ua-1"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Attachment:
    """A text file inside the PDF; `relationship` says what it is to the page: «alternative», «data», «source»."""

    name: str
    media_type: str
    description: str
    relationship: str
    text: str


def typeset(*, template: Path, data: Mapping[str, Any], at: datetime, attachment: Attachment | None = None) -> bytes:
    """Set a document: `template` continues letterhead.typ, which says what `data` holds; `at` is its date of creation.

    Every text of `data` is made printable. Raises typst.TypstError for a template that is wrong.
    """
    facts = _printable(dict(data))
    inputs = {}
    if attachment is not None:
        facts["attachment"] = {
            "name": attachment.name,
            "media_type": attachment.media_type,
            "description": attachment.description,
            "relationship": attachment.relationship,
        }
        inputs["attachment"] = attachment.text
    inputs["data"] = json.dumps(facts, ensure_ascii=False, sort_keys=True)
    source = f"{_letterhead()}\n{template.read_text(encoding='utf-8')}"
    return typst.compile(
        source.encode(),
        format="pdf",
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs=inputs,
        pdf_standards=STANDARDS,
        timestamp=int(at.timestamp()),
    )


@cache
def _letterhead() -> str:
    return (_HERE / "letterhead.typ").read_text(encoding="utf-8")


@cache
def _fonts() -> typst.Fonts:
    """Our own, and those inside typst for letters that ours lack; never the machine's: bytes do not depend on it."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[_HERE / "fonts"])


def _printable(value: Any) -> Any:
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, Mapping):
        return {key: _printable(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(each) for each in value]
    return value
