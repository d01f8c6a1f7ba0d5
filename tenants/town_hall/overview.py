"""What is set before the town can take orders, and what happened today."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Sum

from billing.commissions.queries import town_row
from conciergeries.towns.models import Town
from shared.french import NBSP, percent, plural
from shared.hours import HoursError
from shared.hours.problems import opens_next
from tenants.hubs.queries import main_hub
from tenants.orders.models import Order, ShopOrder
from tenants.orders.states import ENDED_WITHOUT_GOODS, ShopOrderState
from tenants.shops.models import Product, Shop
from tenants.staff.models import Staff, StaffRole


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing to set. `page` is the URL name where it is set."""

    done: bool
    title: str
    note: str
    page: str


@dataclass(frozen=True, kw_only=True)
class Day:
    """Figures of one day of the town: orders confirmed, their sales in cents, orders handed over, orders waiting."""

    orders: int
    sales_cents: int
    handed_over: int
    waiting: int


def steps(*, town: Town, now: datetime) -> list[Step]:
    """Everything a town needs before its first order, in the order in which one sets it."""
    return [_hours(town, now), _contact(town), _terms(town, now), _concierge(), _shops(), _products()]


def day_figures(*, town: Town, now: datetime) -> Day:
    """The figures of the day that it is in the town."""
    start = now.astimezone(ZoneInfo(town.timezone)).replace(hour=0, minute=0, second=0, microsecond=0)
    # Of the same clock: a day of the town, be it of 23 hours or of 25.
    end = start + timedelta(days=1)
    today = Order.objects.filter(confirmed_at__gte=start, confirmed_at__lt=end, cancelled_at=None)
    parts = ShopOrder.objects.filter(order__in=today).exclude(state__in=ENDED_WITHOUT_GOODS)
    waiting = ShopOrder.objects.filter(state=ShopOrderState.AT_HUB)
    return Day(
        orders=today.count(),
        sales_cents=parts.aggregate(total=Sum("total_cents", default=0))["total"],
        handed_over=Order.objects.filter(handed_over_at__gte=start, handed_over_at__lt=end).count(),
        waiting=waiting.values("order").distinct().count(),
    )


def _hours(town: Town, now: datetime) -> Step:
    hub = main_hub()
    opens = False
    if hub is not None:
        try:
            today = now.astimezone(ZoneInfo(town.timezone)).date()
            opens = opens_next(hub.hours, today=today, territory=town.free_days) is not None
        except HoursError:
            opens = False
    done = hub is not None and bool(hub.address) and opens
    if hub is None or not opens:
        note = "Le point de retrait principal n’a pas d’horaires."
    elif not hub.address:
        note = "L’adresse du point de retrait principal manque."
    else:
        note = f"{hub.name}, {hub.address}"
    return Step(done=done, title="Le point de retrait et ses horaires", note=note, page="town_hall:hubs")


def _contact(town: Town) -> Step:
    missing = [name for name, value in (("le téléphone", town.phone), ("l’adresse e-mail", town.email)) if not value]
    note = f"Il manque {' et '.join(missing)}." if missing else f"Affichés sur chaque page{NBSP}: {town.email}"
    return Step(done=not missing, title="Le téléphone et l’e-mail de la conciergerie", note=note, page="town_hall:look")


def _terms(town: Town, now: datetime) -> Step:
    row = town_row(on=now.astimezone(ZoneInfo(town.timezone)).date())
    note = (
        f"{percent(row.rate_bp)} aujourd’hui" if row else "Sans commission fixée, aucune commande ne peut être passée."
    )
    return Step(done=row is not None, title="La commission", note=note, page="town_hall:commission")


def _concierge() -> Step:
    count = Staff.objects.filter(role=StaffRole.CONCIERGE, active=True).count()
    note = f"{plural(count, 'personne')} au comptoir" if count else "Personne ne peut encore remettre une commande."
    return Step(done=bool(count), title="Une concierge", note=note, page="town_hall:staff")


def _shops() -> Step:
    count = Shop.objects.open_to_residents().count()
    note = plural(count, "boutique admise", "boutiques admises") if count else "Admettez une première boutique."
    return Step(done=bool(count), title="Des boutiques", note=note, page="town_hall:shops")


def _products() -> Step:
    count = Product.objects.for_sale().count()
    note = f"{plural(count, 'produit')} en vitrine" if count else "Les commerçants les présentent dans leur espace."
    return Step(done=bool(count), title="Des produits à vendre", note=note, page="town_hall:shops")
