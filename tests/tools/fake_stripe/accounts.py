"""Connected accounts (Accounts v2) with a recipient configuration, and the links to their onboarding page."""

import copy
from typing import Any

from tests.tools.fake_stripe.clock import rfc3339
from tests.tools.fake_stripe.context import Context
from tests.tools.fake_stripe.errors import ApiError
from tests.tools.fake_stripe.events import emit_thin
from tests.tools.fake_stripe.ids import random_text
from tests.tools.fake_stripe.shapes import blank
from tests.tools.fake_stripe.store import Body, Record

KIND = "v2.core.account"
LINK = "v2.core.account_link"
INCLUDABLE = (
    "configuration.customer",
    "configuration.merchant",
    "configuration.recipient",
    "defaults",
    "future_requirements",
    "identity",
    "requirements",
)
STATUSES = ("active", "pending", "rejected", "restricted", "unsupported")
DETAILS = {
    "pending": [{"code": "requirements_pending_verification", "resolution": "no_resolution"}],
    "rejected": [{"code": "rejected_other", "resolution": "contact_stripe"}],
    "restricted": [{"code": "requirements_past_due", "resolution": "provide_info"}],
    "unsupported": [{"code": "unsupported_business", "resolution": "no_resolution"}],
}
LINK_SECONDS = 600


def new_account(ctx: Context, *, transfers: bool, **fields: Any) -> Record:
    """An account; `transfers` says that the capability to receive transfers is asked for."""
    hidden: Body = {
        "transfers": "restricted" if transfers else None,
        "defaults": fields.pop("defaults", None),
        "identity": fields.pop("identity", None),
    }
    recipient = fields.pop("recipient")
    body = blank(
        "account_v2",
        applied_configurations=["recipient"] if recipient else [],
        created=rfc3339(ctx.now()),
        **fields,
    )
    hidden["created"] = ctx.now()
    account = ctx.add(KIND, body, hidden=hidden)
    emit_thin(ctx, "v2.core.account.created", subject=account.body)
    return account


def transfers_status(account: Record) -> str | None:
    """`active` and so on, or nothing if the capability was never asked for."""
    if account.body["closed"]:
        return None
    status: str | None = account.hidden["transfers"]
    return status


def set_transfers(ctx: Context, account: Record, status: str) -> None:
    """Change the capability and say so, once."""
    if status not in STATUSES:
        raise ApiError(f"Invalid status: must be one of {', '.join(STATUSES)}", param="status")
    if account.hidden["transfers"] == status:
        return
    account.hidden["transfers"] = status
    ctx.store.save(account)
    emit_thin(
        ctx,
        "v2.core.account[configuration.recipient].capability_status_updated",
        subject=account.body,
        data={"updated_capability": "stripe_balance.stripe_transfers"},
    )
    emit_thin(ctx, "v2.core.account[requirements].updated", subject=account.body)


def shown(account: Record, include: list[str]) -> Body:
    """The account as v2 answers: sections that were not asked for are null."""
    body = copy.deepcopy(account.body)
    status = account.hidden["transfers"]
    if any(name.startswith("configuration.") for name in include):
        body["configuration"] = {"customer": None, "merchant": None, "recipient": None}
    if "configuration.recipient" in include and "recipient" in body["applied_configurations"]:
        body["configuration"]["recipient"] = {"applied": True, "capabilities": _capabilities(status)}
    if "requirements" in include:
        body["requirements"] = _requirements(status)
    if "future_requirements" in include:
        body["future_requirements"] = {"alternatives": [], "entries": [], "summary": None}
    for name in ("defaults", "identity"):
        if name in include:
            body[name] = account.hidden[name]
    return body


def _capabilities(status: str | None) -> Body | None:
    if status is None:
        return None
    transfers = {"status": status, "status_details": DETAILS.get(status, [])}
    return {
        "bank_accounts": None,
        "cards": None,
        "stripe_balance": {"payouts": dict(transfers), "stripe_transfers": transfers},
    }


def _requirements(status: str | None) -> Body:
    if status != "restricted":
        return {"alternatives": [], "entries": [], "summary": None}
    entry = {
        "awaiting_action_from": "user",
        "description": "identity.business_details",
        "errors": [],
        "impact": {
            "restricts_capabilities": [
                {
                    "capability": "stripe_balance.stripe_transfers",
                    "configuration": "recipient",
                    "deadline": {"status": "past_due"},
                }
            ]
        },
        "minimum_deadline": {"status": "past_due"},
        "reference": None,
        "requested_reasons": [{"code": "routine_onboarding"}],
    }
    return {
        "alternatives": [],
        "entries": [entry],
        "summary": {"minimum_deadline": {"status": "past_due", "time": None}},
    }


def shown_as_v1(account: Record) -> Body:
    """The same account through `/v1/accounts`."""
    active = transfers_status(account) == "active"
    identity = account.hidden["identity"] or {}
    body = blank(
        "account",
        id=account.id,
        capabilities={"transfers": "active" if active else "inactive"},
        country=(identity.get("country") or "FR").upper(),
        created=account.hidden["created"],
        details_submitted=active,
        email=account.body["contact_email"],
        metadata=account.body["metadata"],
        payouts_enabled=active,
    )
    body["business_profile"]["name"] = account.body["display_name"]
    body["external_accounts"]["url"] = f"/v1/accounts/{account.id}/external_accounts"
    if not active:
        body["requirements"] |= {
            "currently_due": ["external_account", "tos_acceptance.date", "tos_acceptance.ip"],
            "disabled_reason": "requirements.past_due",
            "past_due": ["external_account", "tos_acceptance.date", "tos_acceptance.ip"],
        }
    return body


def new_link(ctx: Context, account: Record, use_case: Body) -> Record:
    """A link to the onboarding page, good for ten minutes and one use."""
    token = random_text(20)
    expires = ctx.now() + LINK_SECONDS
    body: Body = {
        "object": LINK,
        "account": account.id,
        "created": rfc3339(ctx.now()),
        "expires_at": rfc3339(expires),
        "livemode": False,
        "url": f"{ctx.base_url}/setup/{token}",
        "use_case": use_case,
    }
    return ctx.store.add(Record(token, LINK, body, {"expires": expires, "used": False}, account.id))


def link_usable(ctx: Context, link: Record) -> bool:
    return not link.hidden["used"] and link.hidden["expires"] > ctx.now()


def close_link(ctx: Context, link: Record, *, completed: bool) -> None:
    """The merchant leaves the page; only `completed` makes the transfers capability active."""
    account = ctx.get(KIND, link.body["account"])
    link.hidden["used"] = True
    ctx.store.save(link)
    if completed:
        set_transfers(ctx, account, "active")
    data: Body = {
        "account_id": account.id,
        "configurations": account.body["applied_configurations"],
        "use_case": link.body["use_case"]["type"],
    }
    emit_thin(ctx, "v2.core.account_link.returned", subject=None, data=data)
