"""The bank's page: «Autoriser» or «Refuser»."""

from urllib.parse import urlencode

from tests.tools.fake_stripe import checkout, intents
from tests.tools.fake_stripe.cards import card_for
from tests.tools.fake_stripe.charges import Payer
from tests.tools.fake_stripe.context import Context
from tests.tools.fake_stripe.pages.checkout import shop_name
from tests.tools.fake_stripe.pages.render import Html, Page, euros, page, redirect
from tests.tools.fake_stripe.store import Record


def view(ctx: Context, identifier: str, form: dict[str, str] | None) -> Page:
    intent = ctx.get("payment_intent", identifier)
    session = ctx.store.find(intent.hidden.get("session", ""), checkout.KIND)
    if intent.body["status"] != "requires_action":
        return _leave(ctx, intent, session)
    payer = _payer(intent)
    if form is None:
        return page(
            ctx,
            "secure",
            title="Confirmation de votre banque",
            business=shop_name(session) if session is not None else None,
            total=euros(intent.body["amount"]),
            last4=payer.card.last4,
        )
    accepted = form.get("answer") == "accept"
    if session is None:
        intents.authenticate(ctx, intent, payer, accepted=accepted)
    else:
        checkout.authenticate(ctx, session, intent, payer, accepted=accepted)
    return _leave(ctx, intent, session)


def _payer(intent: Record) -> Payer:
    known = intent.hidden["payer"]
    month, year = intent.hidden["expiry"]
    return Payer(card_for(known["number"]), exp_month=month, exp_year=year, name=known["name"], email=known["email"])


def _leave(ctx: Context, intent: Record, session: Record | None) -> Page:
    """Back to where the payment came from."""
    if session is not None:
        complete = session.body["status"] == "complete"
        return redirect(checkout.success_url(session) if complete else f"{ctx.base_url}/c/pay/{session.id}")
    back = intent.hidden.get("return_url")
    paid = intent.body["status"] in checkout.PAID
    if back is None:
        text = "Vous pouvez fermer cette page."
        title = "Paiement autorisé" if paid else "Paiement refusé"
        return page(ctx, "notice", title=title, text=text, action=Html(""))
    query = urlencode(
        {
            "payment_intent": intent.id,
            "payment_intent_client_secret": intent.body["client_secret"],
            "redirect_status": "succeeded" if paid else "failed",
        }
    )
    return redirect(f"{back}{'&' if '?' in back else '?'}{query}")
