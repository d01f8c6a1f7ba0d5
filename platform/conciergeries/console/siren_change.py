"""What forbids a company to change its SIREN: papers are numbered under it, and one that waits is another company's."""

from billing.numbering.models import Counter
from conciergeries.towns.models import OperatingCompany, Town
from shared.tenancy import in_town


def why_not(company: OperatingCompany) -> str:
    """Why the SIREN that a company has cannot be changed, in French; empty when it can: nothing was issued under it."""
    for town in Town.objects.filter(operating_company=company, ready=True).order_by("name"):
        with in_town(town):
            if Counter.objects.filter(issuer_siren=company.siren, value__gt=0).exists():
                return (
                    f"Des bordereaux sont émis sous ce SIREN ({town.name}). Un autre SIREN est une autre société, "
                    "à ajouter aux exploitants."
                )
    return ""
