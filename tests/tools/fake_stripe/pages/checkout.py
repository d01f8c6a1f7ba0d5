"""The payment page of a Checkout Session."""

from dataclasses import dataclass
from html import escape

from tests.tools.fake_stripe import checkout, debits
from tests.tools.fake_stripe.cards import MAX_DIGITS, card_for, digits, expiry, has_expired, well_formed
from tests.tools.fake_stripe.charges import Payer
from tests.tools.fake_stripe.context import Context
from tests.tools.fake_stripe.pages.render import NO_BREAK, Html, Page, euros, fragment, join, page, redirect
from tests.tools.fake_stripe.store import Body, Record

CHOICES = (
    ("4242424242424242", "Carte acceptée", "4242 4242 4242 4242"),
    ("4000002500003155", "Carte avec 3-D Secure", "4000 0025 0000 3155 · la banque demande votre accord"),
    ("4000000000000002", "Carte refusée", "4000 0000 0000 0002"),
    ("4000000000009995", "Provision insuffisante", "4000 0000 0000 9995"),
)
DEBITS = (
    (debits.PAYS, "Prélèvement SEPA accepté", "FR14 2004 1010 0505 0001 3M02 606 · la réponse vient plus tard"),
    (debits.BOUNCES, "Prélèvement SEPA rejeté", "FR84 2004 1010 0505 0001 3M02 607 · la réponse vient plus tard"),
)
NOT_DEBITED = "Vous n’avez pas été débité. Vous pouvez essayer une autre carte."
REFUSALS = {
    "insufficient_funds": "La provision de votre carte est insuffisante.",
    "expired_card": "Votre carte a expiré.",
    "incorrect_cvc": "Le code de sécurité de votre carte est incorrect.",
    "processing_error": "Une erreur s’est produite pendant le traitement de votre carte.",
    "payment_intent_authentication_failure": "Votre banque n’a pas confirmé le paiement.",
    "test_mode_live_card": "Ce numéro n’est pas celui d’une carte de test. N’entrez jamais une vraie carte ici.",
}
REFUSED = "Votre carte a été refusée."
FIELDS = {
    "number": "Numéro de carte",
    "expiry": "Expiration",
    "cvc": "Code (CVC)",
    "name": "Nom sur la carte",
}
HINTS = {"number": "", "expiry": "mois / année", "cvc": "3 ou 4 chiffres", "name": "", "email": "pour le reçu"}
AUTOCOMPLETE = {"number": "cc-number", "expiry": "cc-exp", "cvc": "cc-csc", "name": "cc-name", "email": "email"}
CVC_LENGTHS = (3, 4)
LONGEST_TEXT = 200


@dataclass(frozen=True)
class Filled:
    """What the form means: a payer or an IBAN if nothing is wrong, and what is wrong, by field."""

    payer: Payer | None
    iban: str | None
    errors: dict[str, str]


def view(ctx: Context, identifier: str, form: dict[str, str] | None) -> Page:
    session = ctx.get(checkout.KIND, identifier)
    if session.body["status"] == "complete":
        # A second click, or the back button: it is paid, once.
        return redirect(checkout.success_url(session)) if form is not None else _already_paid(ctx, session)
    if session.body["status"] == "expired":
        return _expired(ctx, session)
    if form is None:
        return _page(ctx, session, {}, {})
    filled = read(form, now=ctx.now(), email=session.body["customer_email"])
    if filled.errors:
        return _page(ctx, session, form, filled.errors, status=422)
    return _pay(ctx, session, filled)


def _pay(ctx: Context, session: Record, filled: Filled) -> Page:
    if filled.payer is not None:
        intent = checkout.pay(ctx, session, filled.payer)
    else:
        email = session.body["customer_email"]
        intent = checkout.pay_by_debit(ctx, session, iban=filled.iban or "", name=None, email=email)
    if session.body["status"] == "complete":
        return redirect(checkout.success_url(session))
    if intent.body["status"] == "requires_action":
        return redirect(intent.body["next_action"]["redirect_to_url"]["url"])
    return redirect(session.body["url"])


def read(form: dict[str, str], *, now: int, email: str | None) -> Filled:
    """A typed number wins over the card chosen; with it come an expiry date, a code and a name."""
    given = {name: form.get(name, "").strip()[:LONGEST_TEXT] for name in (*FIELDS, "email", "test_card")}
    email = email or given["email"] or None
    errors: dict[str, str] = {}
    if email is not None and "@" not in email:
        errors["email"] = "Indiquez une adresse e-mail complète, ou laissez vide."
    if not given["number"]:
        chosen = given["test_card"]
        if chosen in debits.IBANS:
            return Filled(None, chosen, errors)
        if chosen not in {number for number, *_ in CHOICES}:
            errors["number"] = "Choisissez une carte de test ou saisissez un numéro."
        return Filled(Payer(card_for(chosen), name=given["name"] or None, email=email), None, errors)
    number = digits(given["number"])
    date = expiry(given["expiry"])
    if not well_formed(number):
        errors["number"] = "Ce numéro de carte est incomplet ou erroné."
    if date is None:
        errors["expiry"] = "Indiquez le mois et l’année, par exemple 12/34."
    elif has_expired(*date, now=now):
        errors["expiry"] = "Cette carte a expiré."
    if not given["cvc"].isdigit() or len(given["cvc"]) not in CVC_LENGTHS:
        errors["cvc"] = "Indiquez les 3 ou 4 chiffres du code de sécurité."
    if not given["name"]:
        errors["name"] = "Indiquez le nom écrit sur la carte."
    month, year = date or (12, 2034)
    payer = Payer(
        card_for(number[:MAX_DIGITS]), exp_month=month, exp_year=year, name=given["name"] or None, email=email
    )
    return Filled(payer, None, errors)


def _page(ctx: Context, session: Record, form: dict[str, str], errors: dict[str, str], *, status: int = 200) -> Page:
    total = euros(session.body["amount_total"])
    intent = checkout.intent_of(ctx, session)
    chosen = form.get("test_card") or _last_number(intent) or CHOICES[0][0]
    choices = CHOICES + (DEBITS if "sepa_debit" in session.body["payment_method_types"] else ())
    email = session.body["customer_email"]
    submit_text = (session.body["custom_text"]["submit"] or {}).get("message")
    return page(
        ctx,
        "checkout",
        status=status,
        title=f"Erreur{NO_BREAK}: votre paiement" if errors or _refusal(intent) else "Votre paiement",
        business=shop_name(session),
        total=total,
        items=_items(session),
        problems=_problems(errors, intent),
        cards_state="",
        cards=join([_choice(choice, checked=choice[0] == chosen) for choice in choices]),
        email=Html(f'<p class="hint">Reçu envoyé à {escape(email)}</p>')
        if email
        else _field("email", "Adresse e-mail (facultatif)", form, errors),
        message=Html(f'<p class="hint">{escape(submit_text)}</p>') if submit_text else "",
        cancel=_link(session.body["cancel_url"], "Annuler et revenir à la boutique"),
        **{name: _field(name, label, form, errors) for name, label in FIELDS.items()},
    )


def shop_name(session: Record) -> str | None:
    """What the shop calls itself, if it said so."""
    name: str | None = (session.body["branding_settings"] or {}).get("display_name")
    return name


def _last_number(intent: Record | None) -> str | None:
    """The card tried last stays chosen, if it is one of the list."""
    number = ((intent.hidden.get("payer") or {}) if intent else {}).get("number")
    return number if number in {choice[0] for choice in CHOICES} else None


def _items(session: Record) -> Html:
    pairs = zip(session.hidden["items"], session.hidden["details"], strict=True)
    return join([_item(item, described) for item, described in pairs])


def _item(item: Body, described: str | None) -> Html:
    unit = euros(item["price"]["unit_amount"])
    detail = f"{item['quantity']} × {unit}" if item["quantity"] > 1 else (described or "")
    return fragment("item", name=item["description"], detail=detail, price=euros(item["amount_total"]))


def _choice(choice: tuple[str, str, str], *, checked: bool) -> Html:
    value, label, detail = choice
    state = Html(" checked") if checked else ""
    return fragment("choice", id=value[-4:], value=value, label=label, detail=detail, checked=state)


def _field(name: str, label: str, form: dict[str, str], errors: dict[str, str]) -> Html:
    wrong = errors.get(name)
    # A card number and its code are never written back into a page.
    value = "" if name in ("number", "cvc") else form.get(name, "")
    numeric = name in ("number", "expiry", "cvc")
    return fragment(
        "field",
        id=name,
        label=label,
        hint=HINTS[name],
        value=value,
        type="email" if name == "email" else "text",
        inputmode="numeric" if numeric else ("email" if name == "email" else "text"),
        autocomplete=AUTOCOMPLETE[name],
        error=fragment("error", id=name, message=wrong) if wrong else "",
        described=f" {name}-error" if wrong else "",
        state=Html(' aria-invalid="true"') if wrong else "",
    )


def _refusal(intent: Record | None) -> str | None:
    error = intent.body["last_payment_error"] if intent else None
    if error is None:
        return None
    return REFUSALS.get(error.get("decline_code") or "") or REFUSALS.get(error["code"]) or REFUSED


def _problems(errors: dict[str, str], intent: Record | None) -> Html:
    if errors:
        links = join([Html(f'<li><a href="#{name}">{escape(message)}</a></li>') for name, message in errors.items()])
        return fragment("problems", title="Le paiement n’a pas été envoyé", body=Html(f"<ul>{links}</ul>"))
    refusal = _refusal(intent)
    if refusal is None:
        return Html("")
    return fragment("problems", title=refusal, body=Html(f"<p>{NOT_DEBITED}</p>"))


def _link(url: str | None, text: str) -> Html:
    return Html(f'<a class="button quiet" href="{escape(url)}">{escape(text)}</a>') if url else Html("")


def _already_paid(ctx: Context, session: Record) -> Page:
    return page(
        ctx,
        "notice",
        title="Ce paiement est déjà fait",
        text=(
            f"Votre paiement de {euros(session.body['amount_total'])} a bien été enregistré. "
            "Vous n’avez rien d’autre à faire ici."
        ),
        action=_link(checkout.success_url(session), "Voir ma commande"),
    )


def _expired(ctx: Context, session: Record) -> Page:
    return page(
        ctx,
        "notice",
        title="Ce lien de paiement a expiré",
        status=410,
        text="Rien n’a été débité. Revenez à la boutique pour reprendre votre commande.",
        action=_link(session.body["cancel_url"], "Revenir à la boutique"),
    )
