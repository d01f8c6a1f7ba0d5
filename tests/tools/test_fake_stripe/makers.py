"""What most tests begin with: a session to pay, a payment made, a merchant who can be paid."""

from typing import Any

import stripe

from tests.tools.fake_stripe import FakeStripe

ALICE = "alice@example.fr"


def line(name: str, cents: int, quantity: int = 1, description: str = "") -> dict[str, Any]:
    product: dict[str, Any] = {"name": name}
    if description:
        product["description"] = description
    return {"price_data": {"currency": "eur", "unit_amount": cents, "product_data": product}, "quantity": quantity}


def session_params(**changes: Any) -> Any:
    """Alice's basket: three shops, 60.00 €."""
    return {
        "mode": "payment",
        "success_url": "http://istres.localhost:8000/merci/?session={CHECKOUT_SESSION_ID}",
        "cancel_url": "http://istres.localhost:8000/panier/",
        "customer_email": ALICE,
        "line_items": [
            line("Plateau de fromages", 2400, description="Fromagerie des Alpilles"),
            line("Coteaux d’Aix rouge", 1450),
            line("T-shirt", 1075, 2),
        ],
        "metadata": {"order": "IST-1042"},
        **changes,
    }


def new_session(client: stripe.StripeClient, **changes: Any) -> stripe.checkout.Session:
    return client.v1.checkout.sessions.create(params=session_params(**changes))


def paid_intent(fake: FakeStripe, client: stripe.StripeClient, **changes: Any) -> stripe.PaymentIntent:
    """A PaymentIntent of 60.00 €, paid through Checkout."""
    fake.pay(session := new_session(client, **changes).id)
    intent = client.v1.checkout.sessions.retrieve(session, params={"expand": ["payment_intent"]}).payment_intent
    assert isinstance(intent, stripe.PaymentIntent)
    return intent


def account_params(**changes: Any) -> Any:
    return {
        "contact_email": "fromagerie@example.fr",
        "display_name": "Fromagerie des Alpilles",
        "identity": {"country": "fr", "entity_type": "company"},
        "configuration": {"recipient": {"capabilities": {"stripe_balance": {"stripe_transfers": {"requested": True}}}}},
        **changes,
    }


def merchant(fake: FakeStripe, client: stripe.StripeClient) -> str:
    """The account of a merchant who may receive transfers."""
    account = client.v2.core.accounts.create(params=account_params())
    fake.set_transfers(account.id)
    return account.id
