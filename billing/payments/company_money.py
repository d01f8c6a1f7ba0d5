"""Whose an object of a company's Stripe account is when Stripe's own pages made it: a payout to the company's bank, or
money that the company wired.

One account serves all the towns of a company, and each has its own accounts: such an object is the town's that has
posted it, that its metadata names, or that is the only one.
"""

from collections.abc import Collection
from datetime import UTC, datetime

import stripe

from billing.payments.balance_models import BalanceMovement, CompanyPayout, CompanyTopUp
from billing.payments.fees import FeeInAnotherCurrencyError
from billing.payments.gateway import CURRENCY
from conciergeries.towns.models import Town
from shared.tenancy import in_town


def towns_of(alias: str) -> list[str]:
    """The schemas of the towns that an account serves, in their order."""
    served = Town.objects.filter(operating_company__stripe_alias=alias, ready=True)
    return list(served.order_by("schema_name").values_list("schema_name", flat=True))


def only_town_of(alias: str) -> str:
    """The schema of the only town that an account serves; empty when it serves several, or none."""
    served = towns_of(alias)
    return served[0] if len(served) == 1 else ""


def schemas_by_name(alias: str) -> dict[str, str]:
    """The schemas of an account's towns by what a person may write of each: its short name, as in its address
    (`saint-malo`), or the schema itself (`saint_malo`). No name at all is the only town that the account serves.
    """
    served = Town.objects.filter(operating_company__stripe_alias=alias, ready=True).order_by("schema_name")
    towns = list(served.values_list("slug", "schema_name"))
    alone = {"": towns[0][1]} if len(towns) == 1 else {}
    return alone | dict(towns) | {schema: schema for _slug, schema in towns}


def town_of_company_object(stripe_id: str, *, alias: str, named: str) -> str:
    """The schema of the town that a payout or a top-up is of: the one that has posted it, for good; else the one that
    its metadata names; else the only one that the account serves. Empty when nobody says.
    """
    posted = posted_in([stripe_id], alias=alias).get(stripe_id)
    return posted or schemas_by_name(alias).get(named.strip(), "")


def posted_in(stripe_ids: Collection[str], *, alias: str) -> dict[str, str]:
    """The schema of the town that has posted each of these, of those that one has; one query a town."""
    found: dict[str, str] = {}
    for town in Town.objects.filter(operating_company__stripe_alias=alias, ready=True):
        with in_town(town):
            payouts = CompanyPayout.objects.filter(stripe_id__in=stripe_ids).order_by().values_list("stripe_id")
            top_ups = CompanyTopUp.objects.filter(stripe_id__in=stripe_ids).order_by().values_list("stripe_id")
            known = [stripe_id for (stripe_id,) in payouts.union(top_ups, all=True)]
            found |= dict.fromkeys(known, str(town.schema_name))
    return found


def keep_movement(movement: stripe.BalanceTransaction, *, of: str) -> None:
    """Keep what Stripe's balance says of it: claimed late, it is in days that are not read again.

    Raises FeeInAnotherCurrencyError.
    """
    if movement.currency != CURRENCY:
        raise FeeInAnotherCurrencyError(f"{movement.id} is in {movement.currency}")
    row = BalanceMovement(
        stripe_id=movement.id,
        kind=movement.type[:60],
        about=of,
        cents=movement.net,
        at=datetime.fromtimestamp(movement.created, tz=UTC),
    )
    BalanceMovement.objects.bulk_create([row], ignore_conflicts=True)
