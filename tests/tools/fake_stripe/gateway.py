"""In front of the endpoints: who asks, has it been asked before, and what is answered."""

import base64
import binascii
import re
from dataclasses import dataclass, replace
from email.message import Message
from typing import Any
from urllib.parse import urlsplit

from tests.tools.fake_stripe import accounts, idempotency, jobs
from tests.tools.fake_stripe import api as endpoints
from tests.tools.fake_stripe.api.expand import expand
from tests.tools.fake_stripe.context import API_VERSION, Cause, Context
from tests.tools.fake_stripe.errors import ApiError, not_played
from tests.tools.fake_stripe.idempotency import Kept
from tests.tools.fake_stripe.ids import new_id
from tests.tools.fake_stripe.params import Params, parse_form, parse_json
from tests.tools.fake_stripe.routing import Call, Handler, api

TEST_KEY = re.compile(r"(sk|rk)_test_\w+")
REGISTERED = endpoints.__all__


@dataclass(frozen=True)
class Request:
    """One HTTP request, as received."""

    method: str
    target: str
    headers: Message
    body: str

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> str:
        return urlsplit(self.target).query


@dataclass(frozen=True)
class Answer:
    status: int
    body: dict[str, Any]
    headers: dict[str, str]


def answer(ctx: Context, request: Request) -> Answer:
    """Run one API request in one transaction; whatever happens, the answer is in Stripe's shape."""
    request_id = new_id("request")
    headers = {
        "Request-Id": request_id,
        "Stripe-Version": request.headers.get("Stripe-Version") or API_VERSION,
    }
    key = request.headers.get("Idempotency-Key") if request.method in ("POST", "DELETE") else None
    if key:
        headers["Idempotency-Key"] = key
    ctx = replace(ctx, cause=Cause(request_id, key))
    try:
        _authenticate(ctx, request.headers.get("Authorization") or "")
        params = _params(request)
        with ctx.store.transaction():
            jobs.run_due(ctx)
            kept, replayed = _once(ctx, request, params, key, request_id)
    except ApiError as refusal:
        if request.path.startswith("/v2/") and refusal.code == "resource_missing":
            refusal.code = "not_found"  # v2's own word for it
        return Answer(refusal.status, refusal.body(), headers)
    finally:
        ctx.wake()
    if replayed:
        headers |= {"Idempotent-Replayed": "true", "Original-Request": kept.request_id}
    return Answer(kept.status, kept.body, headers)


def _once(
    ctx: Context, request: Request, params: dict[str, Any], key: str | None, request_id: str
) -> tuple[Kept, bool]:
    """The answer, and whether it is one given before."""
    account = request.headers.get("Stripe-Account")
    print_ = idempotency.fingerprint(params, account)
    if key:
        kept = idempotency.recall(ctx, key, path=request.path, print_=print_)
        if kept is not None:
            return kept, True
    fresh = _execute(ctx, request, params, account, request_id)
    # v2 lets a failed request be tried again under its key.
    if key and (fresh.status // 100 == 2 or request.path.startswith("/v1/")):
        idempotency.keep(ctx, key, path=request.path, print_=print_, answer=fresh)
    return fresh, False


def _execute(ctx: Context, request: Request, params: dict[str, Any], account: str | None, request_id: str) -> Kept:
    handler, names = _route(request)
    if account is not None and not _readable(request):
        raise not_played("requests made for a connected account, other than reading its balance, payouts and events")
    if account is not None:
        _check_access(ctx, account)
    paths = Params(params).texts("expand")
    tree = {name: value for name, value in params.items() if name != "expand"}
    call = Call(ctx, request.method, request.path, Params(tree), names, account)
    try:
        body = handler(call)
    except ApiError as refusal:
        if not refusal.applied:
            raise  # nothing was begun: the transaction is rolled back and no key remembers it
        return Kept(refusal.status, refusal.body(), request_id)
    expand(ctx, body, paths)
    return Kept(200, body, request_id)


def _check_access(ctx: Context, account: str) -> None:
    """A closed account, or another's, is not to be acted for."""
    found = ctx.store.find(account, accounts.KIND)
    if found is None or found.body["closed"]:
        raise ApiError(
            f"The provided key does not have access to account '{account}' (or that account does not exist). "
            "Application access may have been revoked.",
            status=403,
            code="account_invalid",
        )


def _readable(request: Request) -> bool:
    """What is played of a connected account."""
    return request.path.startswith("/v1/balance") or (
        request.method == "GET" and request.path.startswith(("/v1/payouts", "/v1/events"))
    )


def _route(request: Request) -> tuple[Handler, dict[str, str]]:
    found = api.find(request.method, request.path)
    if found is None:
        raise ApiError(
            f"Unrecognized request URL ({request.method}: {request.path}). Please see https://stripe.com/docs or we "
            "can help at https://support.stripe.com/.",
            status=404,
        )
    return found


def _params(request: Request) -> dict[str, Any]:
    if request.method == "POST" and request.path.startswith("/v2/"):
        return parse_json(request.body)
    form = parse_form(request.query)
    return form | parse_form(request.body) if request.method == "POST" else form


def _authenticate(ctx: Context, header: str) -> None:
    """Bearer, or Basic with the key as user name. Only test keys: this can never be mistaken for the real thing."""
    scheme, _, value = header.partition(" ")
    key = value.strip()
    if scheme.lower() == "basic":
        try:
            key = base64.b64decode(key).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            key = ""
    if not key:
        raise ApiError(
            "You did not provide an API key. You need to provide your API key in the Authorization header, using "
            "Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See "
            "https://stripe.com/docs/api#authentication for details, or we can help at https://support.stripe.com/.",
            status=401,
        )
    accepted = TEST_KEY.fullmatch(key) and ctx.options.api_key in (None, key)
    if not accepted:
        raise ApiError(f"Invalid API Key provided: {key[:8]}****{key[-4:]}", status=401)
