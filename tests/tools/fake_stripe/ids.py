"""Identifiers that look like Stripe's."""

import secrets
import string

ALPHABET = string.ascii_letters + string.digits
PREFIXES = {
    "balance_transaction": "txn_",
    "charge": "ch_",
    "checkout.session": "cs_test_",
    "dispute": "dp_",
    "event": "evt_",
    "item": "li_",
    "payment_intent": "pi_",
    "payment_method": "pm_",
    "payout": "po_",
    "price": "price_",
    "product": "prod_",
    "refund": "re_",
    "request": "req_",
    "topup": "tu_",
    "transfer": "tr_",
    "transfer_reversal": "trr_",
    "v2.core.account": "acct_",
    "v2.core.event": "evt_test_",
}
LENGTHS = {"checkout.session": 58, "request": 14, "v2.core.account": 16, "v2.core.event": 32}


def random_text(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def new_id(kind: str) -> str:
    return PREFIXES[kind] + random_text(LENGTHS.get(kind, 24))
