"""Stripe, seen from one town: the account of the company that runs it, and never from inside a transaction."""

from functools import lru_cache
from typing import Any
from uuid import UUID

import stripe
from django.conf import settings
from django.db import connection

from conciergeries.towns.models import OperatingCompany, Town
from shared.tenancy import current_schema, town_of_schema

# Seconds to connect and to answer. The SDK tries twice more, with the same idempotency key, before it gives up.
TIMEOUT = (5.0, 30.0)
RETRIES = 2
CURRENCY = "eur"

# Stripe heard and said no: asking the same again gives the same answer.
REFUSALS = (stripe.InvalidRequestError, stripe.CardError)


class NotConfiguredError(RuntimeError):
    """The settings hold no Stripe key for this company."""


class CallInTransactionError(RuntimeError):
    """Stripe was about to be called with a transaction open: locks held for seconds, and a call no rollback undoes."""


def is_configured(alias: str) -> bool:
    """Whether the settings hold a key of this Stripe account."""
    return bool((settings.STRIPE.get(alias) or {}).get("secret_key"))


class StripeAccount:
    """One operating company's Stripe account: its client and its webhook secret."""

    def __init__(self, alias: str) -> None:
        if not is_configured(alias):
            raise NotConfiguredError(f"no Stripe key for {alias!r}")
        keys = settings.STRIPE[alias]
        self.alias = alias
        self.webhook_secret: str = keys.get("webhook_secret", "")
        self._client = _client(keys["secret_key"], keys.get("api_url", ""))

    @property
    def client(self) -> stripe.StripeClient:
        """The client, for a call made now. Raises CallInTransactionError."""
        refuse_in_transaction()
        return self._client


@lru_cache(maxsize=64)
def _client(secret_key: str, api_url: str) -> stripe.StripeClient:
    return stripe.StripeClient(
        secret_key,
        base_addresses={"api": api_url} if api_url else None,
        max_network_retries=RETRIES,
        http_client=stripe.RequestsClient(timeout=TIMEOUT),
    )


def refuse_in_transaction() -> None:
    """Raise CallInTransactionError when a transaction is open; the one a test wraps itself in does not count."""
    if any(not block._from_testcase for block in connection.atomic_blocks):  # type: ignore[attr-defined]  # noqa: SLF001  (Django's own durable=True asks the same)
        raise CallInTransactionError


def account_of(company: OperatingCompany) -> StripeAccount:
    return StripeAccount(company.stripe_alias)


def account_here() -> StripeAccount:
    """The account of the company that runs the current town. Raises UnknownTownError outside a ready town."""
    return account_of(current_town().operating_company)


def current_town() -> Town:
    town: Town = town_of_schema(current_schema())
    return town


def metadata(**ids: UUID | str) -> dict[str, str]:
    """What every object of ours carries at Stripe, so that its events find their way back to this town."""
    return {"town": current_schema(), **{name: str(value) for name, value in ids.items()}}


def plain(value: Any) -> dict[str, Any]:
    """A Stripe object as the dictionary it is not."""
    return dict(value.to_dict()) if value is not None else {}


def reason_of(error: stripe.StripeError) -> str:
    """Why Stripe refused, short enough for a column."""
    return (error.user_message or str(error))[:300]
