"""Saying more in a PDF's metadata than its maker lets one say: the properties of a schema that PDF/A must be told of.

The file is left as it is, and what changes is written after it, as PDF's incremental updates do.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_METADATA = re.compile(
    rb"(?P<number>\d+) 0 obj\s*<</Length \d+/Type/Metadata/Subtype/XML>>\s*stream\r?\n(?P<xmp>.*?)\r?\nendstream",
    re.DOTALL,
)
_TRAILER = re.compile(rb"trailer\s*<<(?P<entries>.*?)>>\s*startxref\s*(?P<start>\d+)\s*%%EOF\s*\Z", re.DOTALL)
_SCHEMAS_END = b"</rdf:Bag></pdfaExtension:schemas>"
_RDF_END = b"</rdf:RDF>"


class UnknownPdfError(ValueError):
    """The PDF is not written the way its maker wrote it so far."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Schema:
    """A schema of metadata, its properties and what each is for."""

    name: str
    namespace: str
    prefix: str
    properties: Mapping[str, str]


def with_properties(pdf: bytes, *, schema: Schema, values: Mapping[str, str]) -> bytes:
    """The same PDF, whose metadata also has `values`, of a schema that it describes. Raises UnknownPdfError."""
    metadata, trailer = _METADATA.search(pdf), _TRAILER.search(pdf)
    if metadata is None or trailer is None or b"/Prev" in trailer["entries"]:
        raise UnknownPdfError("no plain metadata, or no plain trailer")
    xmp = _inserted(metadata["xmp"], _SCHEMAS_END, _described(schema).encode())
    xmp = _inserted(xmp, _RDF_END, _valued(schema, values).encode())
    number = int(metadata["number"])
    update = b"\n%d 0 obj\n<</Length %d/Type/Metadata/Subtype/XML>>\nstream\n%b\nendstream\nendobj\n" % (
        number,
        len(xmp),
        xmp,
    )
    table = len(pdf) + len(update)
    where = len(pdf) + 1
    return b"%b%bxref\n%d 1\n%010d 00000 n\r\ntrailer\n<<%b/Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (
        pdf,
        update,
        number,
        where,
        trailer["entries"],
        int(trailer["start"]),
        table,
    )


def _inserted(text: bytes, before: bytes, added: bytes) -> bytes:
    if text.count(before) != 1:
        raise UnknownPdfError(f"{before!r} is not there once")
    return text.replace(before, added + before)


def _described(schema: Schema) -> str:
    properties = "".join(
        '<rdf:li rdf:parseType="Resource">'
        f"<pdfaProperty:name>{name}</pdfaProperty:name><pdfaProperty:valueType>Text</pdfaProperty:valueType>"
        "<pdfaProperty:category>external</pdfaProperty:category>"
        f"<pdfaProperty:description>{purpose}</pdfaProperty:description></rdf:li>"
        for name, purpose in schema.properties.items()
    )
    return (
        f'<rdf:li rdf:parseType="Resource"><pdfaSchema:schema>{schema.name}</pdfaSchema:schema>'
        f"<pdfaSchema:namespaceURI>{schema.namespace}</pdfaSchema:namespaceURI>"
        f"<pdfaSchema:prefix>{schema.prefix}</pdfaSchema:prefix>"
        f"<pdfaSchema:property><rdf:Seq>{properties}</rdf:Seq></pdfaSchema:property></rdf:li>"
    )


def _valued(schema: Schema, values: Mapping[str, str]) -> str:
    rows = "".join(f"<{schema.prefix}:{name}>{value}</{schema.prefix}:{name}>" for name, value in values.items())
    return f'<rdf:Description rdf:about="" xmlns:{schema.prefix}="{schema.namespace}">{rows}</rdf:Description>'
