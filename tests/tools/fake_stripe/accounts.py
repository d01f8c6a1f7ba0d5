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
IDENTITY = "representative.documents.primary_verification"
# What Stripe asks of a new French company, by its own names.
AT_FIRST = (
    "external_account",
    "identity.attestations.terms_of_service.account.date",
    "identity.attestations.terms_of_service.account.ip",
    "representative.given_name",
    "representative.surname",
    "representative.date_of_birth.day",
    "representative.date_of_birth.month",
    "representative.date_of_birth.year",
    "representative.address.line1",
    "representative.address.city",
    "representative.address.postal_code",
    IDENTITY,
)
DEADLINES = ("currently_due", "eventually_due", "past_due")
OWNERS = ("stripe", "user")


def new_account(ctx: Context, *, transfers: bool, **fields: Any) -> Record:
    """An account; `transfers` says that the capability to receive transfers is asked for."""
    hidden: Body = {
        "transfers": "restricted" if transfers else None,
        "requirements": [entry(code) for code in AT_FIRST] if transfers else [],
        "deadline": None,
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
    if status == "active":
        account.hidden |= {"requirements": [], "deadline": None}
    elif status == "restricted" and not account.hidden["requirements"]:
        account.hidden["requirements"] = [entry(IDENTITY)]
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
        body["requirements"] = _requirements(account)
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


def entry(code: str, *, waits_for: str = "user", due: str = "past_due", errors: list[Body] | None = None) -> Body:
    """One thing that Stripe asks for, or looks at."""
    return {
        "awaiting_action_from": waits_for,
        "description": code,
        "errors": errors or [],
        "impact": {
            "restricts_capabilities": [
                {
                    "capability": "stripe_balance.stripe_transfers",
                    "configuration": "recipient",
                    "deadline": {"status": due},
                }
            ]
        },
        "minimum_deadline": {"status": due},
        "reference": None,
        "requested_reasons": [{"code": "routine_onboarding"}],
    }


def set_requirements(ctx: Context, account: Record, entries: list[Body], *, deadline: str | None) -> None:
    """Change what Stripe asks for, and say so; `deadline` is when the first of it stops the account."""
    account.hidden |= {"requirements": entries, "deadline": deadline}
    ctx.store.save(account)
    emit_thin(ctx, "v2.core.account[requirements].updated", subject=account.body)


def _requirements(account: Record) -> Body:
    entries = account.hidden["requirements"]
    statuses = [each["minimum_deadline"]["status"] for each in entries]
    strictest = next((status for status in ("past_due", "currently_due", "eventually_due") if status in statuses), None)
    summary = {"minimum_deadline": {"status": strictest, "time": account.hidden["deadline"]}} if strictest else None
    return {"alternatives": [], "entries": entries, "summary": summary}


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
    asked: list[Body] = account.hidden["requirements"]
    missing = [each["description"] for each in asked if each["awaiting_action_from"] == "user"]
    body["requirements"] |= {
        "currently_due": missing,
        "disabled_reason": None if active else "requirements.past_due",
        "past_due": [each["description"] for each in asked if each["minimum_deadline"]["status"] == "past_due"],
        "pending_verification": [each["description"] for each in asked if each["awaiting_action_from"] == "stripe"],
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


def close_link(ctx: Context, link: Record, *, answer: str) -> None:
    """The merchant leaves the page, having given everything, all but the identity document, or nothing."""
    account = ctx.get(KIND, link.body["account"])
    link.hidden["used"] = True
    ctx.store.save(link)
    if answer == "complete":
        set_transfers(ctx, account, "active")
    elif answer == "without_identity":
        set_requirements(ctx, account, [entry(IDENTITY)], deadline=None)
    elif answer == "to_check":
        set_requirements(ctx, account, [entry(IDENTITY, waits_for="stripe")], deadline=None)
        set_transfers(ctx, account, "pending")
    data: Body = {
        "account_id": account.id,
        "configurations": account.body["applied_configurations"],
        "use_case": link.body["use_case"]["type"],
    }
    emit_thin(ctx, "v2.core.account_link.returned", subject=None, data=data)
