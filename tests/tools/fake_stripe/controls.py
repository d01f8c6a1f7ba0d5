"""The test controls from the caller's side: one method an endpoint under `/_test/`. For tests and story scripts."""

import json
from datetime import datetime
from http.client import HTTPConnection
from typing import Any, cast
from urllib.parse import urlsplit

Json = dict[str, Any]
OK = 200


class ControlError(Exception):
    """The stand-in refused; the message is its own."""


class Controls:
    """`Controls("http://127.0.0.1:4242").pay(session_id)`."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url

    def _call(self, method: str, path: str, body: Json | None = None, *, timeout: float = 30.0) -> Json:
        # Not urllib: it would send loopback requests to a proxy named in the environment.
        connection = HTTPConnection(urlsplit(self.base_url).netloc, timeout=timeout)
        try:
            connection.request(method, f"/_test/{path}", body=json.dumps(body or {}))
            response = connection.getresponse()
            answer: Json = json.loads(response.read())
        finally:
            connection.close()
        if response.status != OK:
            raise ControlError(answer["error"]["message"])
        return answer

    def pay(
        self, session: str, *, card: str = "4242424242424242", authenticate: bool | None = True, **payer: str
    ) -> Json:
        """Pay a Checkout Session without its page; `authenticate` answers 3-D Secure, None leaves it waiting.

        Returns `{"status", "error", "redirect_to", "session", "payment_intent"}`; `payer` may give name, email, iban.
        """
        body: Json = {"card": card, "authenticate": authenticate, **payer}
        return self._call("POST", f"sessions/{session}/pay", body)

    def expire(self, session: str) -> Json:
        """Let a session expire now, as if its time had come."""
        return self._call("POST", f"sessions/{session}/expire")

    def set_transfers(self, account: str, status: str = "active") -> Json:
        """Change an account's transfers capability: active, pending, rejected, restricted or unsupported."""
        return self._call("POST", f"accounts/{account}/transfers", {"status": status})

    def set_requirements(self, account: str, *entries: str | Json, deadline: datetime | None = None) -> Json:
        """What Stripe asks of an account: codes, or {code, waits_for, due, errors: codes}; none, nothing more."""
        asked = [{"code": each} if isinstance(each, str) else each for each in entries]
        at = deadline.isoformat() if deadline else None
        return self._call("POST", f"accounts/{account}/requirements", {"entries": asked, "deadline": at})

    def add_to_balance(self, cents: int) -> Json:
        """Money from nowhere (or, negative, to nowhere) on the platform's balance."""
        return self._call("POST", "balance", {"amount": cents})

    def set_fees(self, **fees: int) -> Json:
        """What Stripe keeps from now on: fee_bp, fee_cents, refund_fee, dispute_fee; the others as it was started."""
        return self._call("POST", "fees", dict(fees))

    def dispute(self, charge: str, *, reason: str = "fraudulent") -> Json:
        """A chargeback on this charge."""
        return self._call("POST", f"charges/{charge}/dispute", {"reason": reason})

    def close_dispute(self, dispute: str, *, won: bool) -> Json:
        return self._call("POST", f"disputes/{dispute}/close", {"won": won})

    def pay_out(self, account: str, amount: int) -> Json:
        """A connected account's money leaves for its bank, as Stripe does by itself; run_jobs() brings it there."""
        return self._call("POST", f"accounts/{account}/payouts", {"amount": amount})

    def fail_payout(self, payout: str, *, code: str = "account_closed") -> Json:
        """The bank refuses; a connected account's IBAN is asked for again."""
        return self._call("POST", f"payouts/{payout}/fail", {"code": code})

    def fail_topup(self, topup: str) -> Json:
        """The bank refuses what the company wired, or takes it back once it has arrived; run_jobs() brings it."""
        return self._call("POST", f"topups/{topup}/fail")

    def lapse(self, intent: str) -> Json:
        """The bank lets go of an authorisation before it is captured."""
        return self._call("POST", f"payment_intents/{intent}/lapse")

    def advance(self, seconds: int) -> Json:
        """Move Stripe's clock forward and do what falls due."""
        return self._call("POST", "clock", {"advance": seconds})

    def set_clock(self, at: datetime) -> Json:
        """Have Stripe's clock show a moment, past or to come, and go on from there; do what falls due."""
        return self._call("POST", "clock", {"at": at.isoformat()})

    def run_jobs(self) -> int:
        """Do now everything that Stripe would do later (settle refunds and debits, pay out); sessions stay open."""
        return int(self._call("POST", "jobs")["done"])

    def fail_next(self, path: str = "*", **fault: Any) -> Json:
        """The next matching API request breaks; fields: method, mode, when, status, code, seconds, times."""
        return self._call("POST", "fail", {"path": path, **fault})

    def hold_next(self, path: str, *, when: str, method: str = "POST") -> Json:
        """Park the next matching API request, before or after it is applied, until `let_go`."""
        return self.fail_next(path, mode="hold", when=when, method=method)

    def held(self) -> int:
        """How many requests are parked."""
        return int(self._call("GET", "held")["held"])

    def let_go(self) -> int:
        """Let the parked requests go: those that were applied are answered, the others cut; how many there were."""
        return int(self._call("POST", "let_go")["held"])

    def hold_webhooks(self, *types: str) -> Json:
        """Keep events of these types, or of all types, from being delivered."""
        return self._call("POST", "webhooks/hold", {"types": list(types) or ["*"]})

    def drop_webhooks(self, *types: str) -> Json:
        """From now on events of these types («*»: all) are lost; without a type, none is any more."""
        return self._call("POST", "webhooks/drop", {"types": list(types)})

    def release_webhooks(self, order: str | list[str] = "oldest_first", *, seed: int = 0) -> Json:
        """Deliver what was held: oldest_first, newest_first, shuffled, or in this order of event ids."""
        return self._call("POST", "webhooks/release", {"order": order, "seed": seed})

    def duplicate_webhooks(self, extra: int = 1) -> Json:
        """From now on deliver each event `extra` more times; 0 goes back to once."""
        return self._call("POST", "webhooks/duplicate", {"extra": extra})

    def redeliver(self, event: str, *, times: int = 1) -> Json:
        """Queue one event again."""
        return self._call("POST", f"events/{event}/deliver", {"times": times})

    def retry_webhooks(self) -> Json:
        """Forget the back-off: try what was refused again now."""
        return self._call("POST", "webhooks/retry")

    def set_webhook(self, url: str, secret: str | None = None) -> Json:
        return self._call("POST", "webhooks/target", {"url": url, **({"secret": secret} if secret else {})})

    def drain(self, *, timeout: float = 10.0) -> bool:
        """Wait until every webhook that is not held has been accepted; False if `timeout` seconds were not enough."""
        answer = self._call("POST", "webhooks/drain", {"timeout": timeout}, timeout=timeout + 10)
        return bool(answer["drained"])

    def deliveries(self, event_type: str | None = None) -> list[Json]:
        """Oldest first: id, event, type, state, attempts, last_status, last_error."""
        found = cast("list[Json]", self._call("GET", "deliveries")["data"])
        return [item for item in found if event_type in (None, item["type"])]

    def reset(self) -> Json:
        """Forget everything, as if just started."""
        return self._call("POST", "reset")
