"""An order in words, for the person who waits for it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from conciergeries.towns.models import Town
from shared.french import NBSP, clock, day, money, plural, weight
from tenants.hubs.ticket import Stop, Visit, at_place, passes_by, until
from tenants.orders.models import Order, OrderEvent, PaymentMode, ShopOrder
from tenants.orders.moved import AGREED, MOVED, last_change
from tenants.orders.queries import window_of
from tenants.orders.road import collections_of, delivery_of, living
from tenants.orders.states import OrderState, ShopOrderState

S = ShopOrderState


@dataclass(frozen=True)
class Change:
    """A change of window, as a message."""

    kind: str
    title: str
    sentence: str


@dataclass(frozen=True)
class Badge:
    kind: str
    words: str


_ORDER_BADGES = {
    OrderState.AWAITING_PAYMENT: Badge("soon", "Paiement attendu"),
    OrderState.PLACED: Badge("neutral", "Chez les commerçants"),
    OrderState.IN_PREPARATION: Badge("neutral", "En préparation"),
    OrderState.ON_THE_WAY: Badge("soon", "En route"),
    OrderState.WAITING: Badge("open", "Vous attend"),
    OrderState.HANDED_OVER: Badge("neutral", "Remise"),
    OrderState.CANCELLED: Badge("closed", "Annulée"),
}
_PART_BADGES = {
    S.AWAITING_PAYMENT: Badge("soon", "Paiement attendu"),
    S.PLACED: Badge("neutral", "Réponse attendue"),
    S.ACCEPTED: Badge("open", "Acceptée"),
    S.READY: Badge("open", "Prête"),
    S.COLLECTED: Badge("soon", "En route"),
    S.AT_HUB: Badge("open", "Arrivée"),
    S.HANDED_OVER: Badge("neutral", "Remise"),
    S.SETTLED: Badge("neutral", "Remise"),
    S.REFUSED: Badge("closed", "Indisponible"),
    S.CANCELLED: Badge("closed", "Annulée"),
}
# The concierge has been to the shop.
_FETCHED = frozenset({S.COLLECTED, S.AT_HUB, S.HANDED_OVER, S.SETTLED})
_ARRIVED = _FETCHED - {S.COLLECTED}


def order_badge(order: Order) -> Badge:
    return _ORDER_BADGES[order.state]


def part_badge(part: ShopOrder) -> Badge:
    return _PART_BADGES[ShopOrderState(part.state)]


def code_can_be_shown(order: Order) -> bool:
    """From the moment the order is with the shops until it is handed over."""
    return order.state not in {OrderState.AWAITING_PAYMENT, OrderState.CANCELLED, OrderState.HANDED_OVER}


def title(order: Order, *, town: Town, now: datetime) -> str:
    """The sentence of the ticket."""
    window = window_of(order, town=town)
    when = day(window.start.date(), now.astimezone(ZoneInfo(town.timezone)).date())
    place = at_place(order.hub.name)
    hours = f"{clock(window.start)} à {clock(window.end)}"
    return {
        OrderState.AWAITING_PAYMENT: f"Il ne manque que le paiement pour un retrait {when} dès {clock(window.start)}.",
        OrderState.WAITING: f"Votre commande vous attend {place}, {when} de {hours}.",
        OrderState.HANDED_OVER: f"Votre commande vous a été remise {place}.",
        OrderState.CANCELLED: "Cette commande est annulée.",
    }.get(order.state, f"Passez {when} de {hours} {place}.")


def road(order: Order, *, town: Town, now: datetime) -> list[Stop]:
    """How far the order has come: placed, accepted, fetched, waiting; and what went wrong on the way."""
    parts = list(order.shop_orders.all())
    promised = living(order)
    zone = ZoneInfo(town.timezone)
    today = now.astimezone(zone).date()

    def at(moment: datetime | None) -> Stop:
        return {"title": "", "time": _time(moment.astimezone(zone), today)} if moment else {"title": ""}

    stops: list[Stop] = [{**at(order.placed_at), "title": "Commande passée", "note": _paying(order), "state": "done"}]
    if order.state == OrderState.CANCELLED:
        return [*stops, *_refusals(parts), {**at(order.cancelled_at), "title": "Commande annulée", "state": "off"}]
    if order.state == OrderState.AWAITING_PAYMENT:
        stops[0]["state"] = "now"
    answered = [part for part in promised if part.state not in {S.AWAITING_PAYMENT, S.PLACED}]
    all_answered = len(answered) == len(promised)
    stops += [
        {
            "title": "Les commerçants préparent",
            "note": _so_many(len(answered), len(promised)),
            "state": _state(len(answered), len(promised), reached=order.confirmed_at is not None),
        },
        *_refusals(parts),
        *(
            _collecting(visit, fetched, today=today, reached=all_answered)
            for visit, fetched in collections_of(promised, zone=town.timezone)
        ),
        *_bringing(order, promised, town=town, today=today),
        _waiting(order, town=town, today_words=day(order.window_start.astimezone(zone).date(), today)),
    ]
    if order.handed_over_at:
        stops.append({**at(order.handed_over_at), "title": "Commande remise", "state": "done"})
    return stops


def _collecting(visit: Visit | None, parts: list[ShopOrder], *, today: date, reached: bool) -> Stop:
    """One trip of the concierge, with the shops where she fetches something of the order."""
    done = sum(part.state in _FETCHED for part in parts)
    stop: Stop = {
        "title": passes_by([part.shop.name for part in parts]),
        "note": _so_many(done, len(parts)),
        "state": _state(done, len(parts), reached=reached),
    }
    return {**stop, "time": _time(visit.departs, today)} if visit else stop


def _bringing(order: Order, parts: list[ShopOrder], *, town: Town, today: date) -> list[Stop]:
    """The trip to the hub, where there is one."""
    brought = delivery_of(order, zone=town.timezone)
    if brought is None:
        return []
    arrived = sum(part.state in _ARRIVED for part in parts)
    all_fetched = all(part.state in _FETCHED for part in parts)
    return [
        {
            "title": brought.name,
            "time": _time(brought.departs, today),
            "note": "départ de la conciergerie",
            "state": _state(arrived, len(parts), reached=all_fetched),
        }
    ]


def _so_many(done: int, of: int) -> str:
    return f"{plural(done, 'boutique')} sur {of}" if 0 < done < of else ""


def _waiting(order: Order, *, town: Town, today_words: str) -> Stop:
    window = window_of(order, town=town)
    note = f"{at_place(order.hub.name)}, {until(window)}"
    if not today_words.startswith("aujourd"):
        note = f"{today_words}, {note}"
    stop: Stop = {"time": clock(window.start), "title": "Votre commande vous attend", "note": note, "you": True}
    if order.state == OrderState.WAITING:
        stop["state"] = "now"
    elif order.state == OrderState.HANDED_OVER:
        stop = {**stop, "state": "done", "you": False}
    return stop


def _state(done: int, of: int, *, reached: bool) -> str:
    if done == of:
        return "done"
    return "now" if reached else ""


def _refusals(parts: Iterable[ShopOrder]) -> list[Stop]:
    return [
        {"title": f"{part.shop.name} ne peut pas vous servir", "note": line.name, "state": "off"}
        for part in parts
        for line in part.lines.all()
        if line.has_left and not line.is_replaced
    ]


def _paying(order: Order) -> str:
    if order.payment_mode == PaymentMode.SHOP:
        return "à payer dans les boutiques"
    if order.payment_mode == PaymentMode.DESK:
        return "à payer au comptoir" if order.hub.takes_payment else "à payer avant le retrait"
    if any(part.awaits_weight for part in order.shop_orders.all()) and order.confirmed_at:
        return "par carte, au prix pesé"
    return "payée par carte" if order.confirmed_at else "en attente de votre paiement"


def _time(moment: datetime, today: date) -> str:
    return clock(moment) if moment.date() == today else f"{moment.day:02}/{moment.month:02}"


def history(events: Iterable[OrderEvent]) -> list[tuple[datetime, str]]:
    """What happened, one sentence each; what only the staff needs to know is left out."""
    # Several things happen in one transaction, at one instant: they are told in the order in which they make sense.
    ordered = sorted(events, key=lambda event: (event.at, _TOLD_IN_ORDER.get(event.kind, 0)))
    told = ((event.at, _sentence(event)) for event in ordered)
    return [(at, sentence) for at, sentence in told if sentence]


_TOLD_IN_ORDER = {
    kind: number
    for number, kind in enumerate(
        (
            "placed",
            "authorised",
            "paid",
            "substitution_approved",
            "paid_in_shop",
            "paid_in_shop_undone",
            "announced",
            "accepted",
            "weighed",
            "taken_early",
            "authorisation_lapsed",
            "substitution_proposed",
            "substitution_to_pay",
            "substitution_declined",
            "substitution_expired",
            "substitution_withdrawn",
            "line_refused",
            "moved",
            "stranded",
            "change_told",
            "ready",
            "collected",
            "at_hub",
            "told",
            "paid_at_desk",
            "order_handed_over",
            "cancelled",
            "refund_asked",
            "refund_granted",
            "excess_refunded",
        )
    )
}
_REASONS = {
    "not paid in time": "elle n’a pas été payée à temps",
    "payment failed": "le paiement n’a pas abouti",
    "payment given up": "le paiement n’a pas abouti",
    "ordered again": "vous avez passé une autre commande",
    "every line refused": "aucun commerçant ne peut la servir",
}


def _sentence(event: OrderEvent) -> str:
    shop = event.shop_order.shop.name if event.shop_order else ""
    amount = money(event.data["amount_cents"]) if "amount_cents" in event.data else ""
    sentences = _of_shops(shop, event, amount) if shop else _of_order(event, amount)
    return sentences.get(event.kind, "")


def _of_shops(shop: str, event: OrderEvent, amount: str) -> dict[str, str]:
    reason = event.data.get("reason", "")
    because = f"{NBSP}: {reason}" if reason else "."
    return {
        "accepted": f"{shop} accepte votre commande.",
        "weighed": _weighed(shop, event, amount),
        "ready": f"{shop} a préparé sa part.",
        "collected": f"La concierge est passée chez {shop}.",
        "at_hub": f"La part de {shop} est arrivée.",
        "paid_in_shop": f"{amount} payés à {shop}.",
        "paid_in_shop_undone": f"{shop}{NBSP}: le paiement de {amount} était noté par erreur.",
        **_substituted(shop, event),
        "line_refused": f"{shop} ne peut pas fournir {event.data.get('name', 'un article')} ({amount}){because}",
    }


def _weighed(shop: str, event: OrderEvent, amount: str) -> str:
    return (
        f"{shop} a pesé {event.data.get('name', 'un article')}{NBSP}: {weight(event.data.get('grams', 0))}, {amount}."
    )


def _substituted(shop: str, event: OrderEvent) -> dict[str, str]:
    name, by = event.data.get("name", ""), event.data.get("by", "")
    price = money(event.data["price_cents"]) if "price_cents" in event.data else ""
    return {
        "substitution_proposed": f"{shop} propose {by}, {price}, à la place de {name}.",
        "substitution_to_pay": f"Vous acceptez {by} à la place de {name}{NBSP}: son complément reste à payer.",
        "substitution_approved": f"{by}, {price}, remplace {name}.",
        "substitution_declined": f"Vous préférez être remboursé de {name}.",
        "substitution_expired": f"Sans réponse de votre part, {name} n’est pas remplacé.",
        "substitution_withdrawn": f"{shop} retire sa proposition de {by} à la place de {name}.",
    }


def _moved(event: OrderEvent) -> str:
    data = event.data
    if data.get("by") == AGREED:
        return f"Retrait déplacé avec vous de {data.get('from', '')} à {data.get('to', '')}."
    return f"Retrait déplacé de {data.get('from', '')} à {data.get('to', '')}{NBSP}: {data.get('why', '')}."


def _stranded(event: OrderEvent) -> str:
    before, why = event.data.get("from", ""), event.data.get("why", "")
    return f"Le retrait prévu {before} ne peut pas être assuré{NBSP}: {why}."


def change_of(order: Order) -> Change | None:
    """What changed last of the window of an order on its way, and why."""
    event = last_change(order)
    if event is None:
        return None
    moved = event.kind == MOVED
    title = "Votre retrait a changé" if moved else "Votre retrait ne peut pas être assuré"
    return Change("info" if moved else "warning", title, event.data["sentence"])


def _of_order(event: OrderEvent, amount: str) -> dict[str, str]:
    placed = money(event.data["total_cents"]) if "total_cents" in event.data else ""
    why = _REASONS.get(event.data.get("reason", ""), "")
    by_phone = "par téléphone" if event.data.get("by") == "phone" else "par e-mail"
    return {
        "placed": f"Commande passée, {placed}." if placed else "Commande passée.",
        "authorised": f"Votre carte est autorisée jusqu’à {amount}{NBSP}: rien n’est encore débité.",
        "taken_early": f"L’autorisation de votre carte prenait fin{NBSP}: le prix estimé, {amount}, est débité.",
        "authorisation_lapsed": f"L’autorisation de votre carte a pris fin{NBSP}: rien n’a été débité.",
        "paid": f"{amount} payés par carte.",
        "paid_at_desk": f"{amount} payés au comptoir.",
        "announced": "Les commerçants ont reçu votre commande.",
        "moved": _moved(event),
        "stranded": _stranded(event),
        "change_told": "Nous vous avons prévenu par téléphone de ce changement.",
        "told": f"Nous vous avons prévenu {by_phone} que tout était arrivé.",
        "order_handed_over": "Commande remise.",
        "excess_refunded": f"{amount} payés en trop vous sont rendus.",
        "refund_asked": f"Remboursement de {amount} demandé.",
        "refund_granted": f"{amount} vous sont rendus{NBSP}: {event.data.get('reason', '')}",
        "cancelled": f"Commande annulée{NBSP}: {why}." if why else "Commande annulée.",
    }
