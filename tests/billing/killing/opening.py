"""What a process of the web does for a customer who pays: `python -m tests.billing.killing.opening TOWN PAYMENT`."""

import sys
from datetime import UTC, datetime
from uuid import UUID

import django

URL = "http://x/"


def main(schema: str, payment_id: str) -> None:
    django.setup()
    from billing.payments.checkout import open_checkout  # noqa: PLC0415  (needs Django set up)
    from conciergeries.towns.models import Town  # noqa: PLC0415  (the same)
    from shared.tenancy import in_town  # noqa: PLC0415  (the same)

    with in_town(Town.objects.select_related("operating_company").get(schema_name=schema)):
        now = datetime.now(UTC)
        open_checkout(payment_id=UUID(payment_id), success_url=URL, cancel_url=URL, customer_email="", now=now)


if __name__ == "__main__":
    main(*sys.argv[1:])
