"""What every paper of a town carries: the town's colour and initial, the company that answers for it."""

from dataclasses import dataclass
from typing import Any, Self

from conciergeries.towns.models import OperatingCompany, Town
from shared.french import NBSP, initial, of
from shared.web.colour import light_palette


@dataclass(frozen=True, kw_only=True, slots=True)
class Issuer:
    """The company, as its papers name it."""

    name: str
    rows: tuple[str, ...]
    legal_line: str
    vat_number: str

    @classmethod
    def of(cls, company: OperatingCompany) -> Self:
        return cls(
            name=company.name,
            rows=(company.address, f"{company.postcode} {company.city}", company.contact_email),
            legal_line=company.legal_line,
            vat_number=company.vat_number,
        )


def letterhead(*, town: Town, issuer: Issuer) -> dict[str, Any]:
    """The facts that shared/typesetting/letterhead.typ wants."""
    palette = light_palette(town.accent)
    vat = f"TVA{NBSP}{issuer.vat_number}" if issuer.vat_number else ""
    return {
        "accent": palette.accent,
        "accent_ink": palette.accent_ink,
        "accent_soft": palette.accent_soft,
        "initial": initial(town.name),
        "of_town": of(town.name),
        "company": {"name": issuer.name, "rows": list(issuer.rows)},
        "footer": ", ".join(part for part in (issuer.name, issuer.legal_line, vat) if part),
    }
