"""The two towns that every run of the tests works with."""

from datetime import datetime

from django.conf import settings

from conciergeries.towns.models import OperatingCompany
from conciergeries.towns.provisioning import request_opening, run_opening


def open_test_towns(*, now: datetime) -> None:
    """Open Istres and Viroflay the way the console does, each run by a company of its own."""
    for insee, name, siren, vat_key, alias in (
        ("13047", "Conciergeries de Provence", "732829320", "44", "default"),
        ("78686", "Proximité Yvelines", "552100554", "96", "viroflay"),
    ):
        company = OperatingCompany.objects.create(
            name=name,
            legal_form="SAS",
            capital_euros=10_000,
            rcs_city="Salon-de-Provence" if alias == "default" else "Versailles",
            siren=siren,
            vat_number=f"FR{vat_key}{siren}",
            address="1 place de la Mairie",
            postcode="13800" if alias == "default" else "78220",
            city="Istres" if alias == "default" else "Viroflay",
            contact_email=f"contact@{alias}.example",
            stripe_alias=alias,
        )
        opening = request_opening(insee=insee, operating_company=company, requested_by=None, now=now)
        if run_opening(opening_id=str(opening.pk), now=now) is None:
            opening.refresh_from_db()
            raise RuntimeError(opening.error)
    if "viroflay" not in settings.STRIPE:
        raise RuntimeError("the test settings lack Viroflay's Stripe account")
