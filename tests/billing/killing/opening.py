"""What a process of the web opens at Stripe: `python -m tests.billing.killing.opening page|account TOWN KEY`."""

import sys
from datetime import UTC, datetime
from uuid import UUID

import django

URL = "http://x/"


def main(what: str, schema: str, key: str) -> None:
    """The page of a payment for its customer, or the account of a merchant."""
    django.setup()
    from billing.payments.checkout import open_checkout  # noqa: PLC0415  (needs Django set up)
    from billing.payments.services import open_account  # noqa: PLC0415  (the same)
    from conciergeries.merchants.models import Merchant  # noqa: PLC0415  (the same)
    from conciergeries.towns.models import Town  # noqa: PLC0415  (the same)
    from shared.tenancy import in_town  # noqa: PLC0415  (the same)

    now = datetime.now(UTC)
    town = Town.objects.select_related("operating_company").get(schema_name=schema)
    if what == "account":
        open_account(merchant=Merchant.objects.get(pk=key), company=town.operating_company, now=now)
        return
    with in_town(town):
        open_checkout(payment_id=UUID(key), success_url=URL, cancel_url=URL, customer_email="", now=now)


if __name__ == "__main__":
    main(*sys.argv[1:])
