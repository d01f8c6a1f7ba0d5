"""Stripe's published test cards, and what each does."""

import datetime as dt
import re
from dataclasses import dataclass

ACCEPT, AUTHENTICATE, DECLINE = "accept", "authenticate", "decline"
MIN_DIGITS, MAX_DIGITS = 12, 19
CENTURY = 2000


@dataclass(frozen=True)
class Card:
    """`declines` is the code of the refusal; `refund` and `dispute` say what happens to the money afterwards."""

    number: str
    behaviour: str = ACCEPT
    code: str = ""
    decline_code: str = ""
    message: str = ""
    brand: str = "visa"
    refund: str = "succeeded"
    dispute: str = ""

    @property
    def last4(self) -> str:
        return self.number[-4:]


GENERIC = "Your card was declined."
CARDS = {
    card.number: card
    for card in (
        Card("4242424242424242"),
        Card("4000002500001001", brand="cartes_bancaires"),
        Card("5555555555554444", brand="mastercard"),
        Card("4000000000000077"),
        Card("4000000000000002", DECLINE, "card_declined", "generic_decline", GENERIC),
        Card("4000000000009995", DECLINE, "card_declined", "insufficient_funds", "Your card has insufficient funds."),
        Card("4000000000009987", DECLINE, "card_declined", "lost_card", GENERIC),
        Card("4000000000009979", DECLINE, "card_declined", "stolen_card", GENERIC),
        Card("4000000000000069", DECLINE, "expired_card", "expired_card", "Your card has expired."),
        Card("4000000000000127", DECLINE, "incorrect_cvc", "incorrect_cvc", "Your card's security code is incorrect."),
        Card(
            "4000000000000119",
            DECLINE,
            "processing_error",
            "processing_error",
            "An error occurred while processing your card. Try again in a little bit.",
        ),
        Card("4000002500003155", AUTHENTICATE),
        Card("4000002760003184", AUTHENTICATE),
        Card(
            "4000008260003178",
            AUTHENTICATE,
            "card_declined",
            "insufficient_funds",
            "Your card has insufficient funds.",
        ),
        Card("4000000000007726", refund="pending"),
        Card("4000000000005126", refund="failed"),
        Card("4000000000000259", dispute="fraudulent"),
    )
}
# Payment methods that Stripe's test mode knows by name.
NAMED = {
    "pm_card_visa": "4242424242424242",
    "pm_card_mastercard": "5555555555554444",
    "pm_card_bypassPending": "4000000000000077",
    "pm_card_visa_chargeDeclined": "4000000000000002",
    "pm_card_chargeDeclined": "4000000000000002",
    "pm_card_visa_chargeDeclinedInsufficientFunds": "4000000000009995",
    "pm_card_chargeDeclinedInsufficientFunds": "4000000000009995",
    "pm_card_authenticationRequired": "4000002500003155",
    "pm_card_threeDSecure2Required": "4000002500003155",
    "pm_card_pendingRefund": "4000000000007726",
    "pm_card_refundFail": "4000000000005126",
    "pm_card_createDispute": "4000000000000259",
}
UNKNOWN = Card(
    "",
    DECLINE,
    "card_declined",
    "test_mode_live_card",
    "Your card was declined. Your request was in test mode, but used a non test card. For a list of valid test cards, "
    "visit: https://stripe.com/docs/testing.",
)


def digits(text: str) -> str:
    return re.sub(r"[\s.\-]", "", text)


def well_formed(number: str) -> bool:
    """Digits, of a card's length, whose Luhn checksum is right."""
    if not number.isascii() or not number.isdigit() or not MIN_DIGITS <= len(number) <= MAX_DIGITS:
        return False
    total = 0
    for index, digit in enumerate(reversed(number)):
        value = int(digit) * (2 if index % 2 else 1)
        total += value - 9 if value > 9 else value  # two digits are added up
    return total % 10 == 0


def card_for(number: str) -> Card:
    """The test card of that number; any other well-formed number is refused, as in Stripe's test mode."""
    known = CARDS.get(number)
    return known or Card(number, UNKNOWN.behaviour, UNKNOWN.code, UNKNOWN.decline_code, UNKNOWN.message)


def expiry(text: str) -> tuple[int, int] | None:
    """`12/34`, `12 / 2034` or `1234`: month and four-digit year; nothing if it is neither."""
    match = re.fullmatch(r"\s*(\d{1,2})\s*/?\s*(\d{2}|\d{4})\s*", text)
    if not match:
        return None
    month, year = int(match[1]), int(match[2])
    if not 1 <= month <= 12:
        return None
    return month, year if year >= CENTURY else CENTURY + year


def has_expired(month: int, year: int, *, now: int) -> bool:
    today = dt.datetime.fromtimestamp(now, dt.UTC)
    return (year, month) < (today.year, today.month)
