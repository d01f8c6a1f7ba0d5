"""People, shops and orders for tests, made by the services that the pages use wherever there is one.

Plain functions: every argument has a good default, and what a test is about is what it passes. Call them inside the
town (`in_istres`, or `with in_town(…)`); merchants may be made anywhere, they live in public.
"""

import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import count
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from allauth.account.models import EmailAddress
from django.db import connection
from django.test import Client
from django.utils.text import slugify
from stdnum import luhn

from billing.commissions.models import CommissionTerms
from billing.commissions.services import set_terms as set_commission_terms
from billing.commissions.terms import Basis, Terms
from conciergeries.merchants.models import Merchant, MerchantMember, MerchantPresence
from conciergeries.towns.models import CollectionMode, Town
from shared.accounts.middleware import SCHEMA_KEY
from shared.accounts.models import User
from shared.audit.services import record
from shared.outbox.delivery import deliver
from shared.outbox.models import Effect
from shared.tenancy import current_schema, in_public, in_town
from tenants.hubs.models import Hub, Round
from tenants.hubs.promise import Window
from tenants.hubs.queries import main_hub
from tenants.orders import basket as baskets
from tenants.orders.events import CUSTOMER, Actor
from tenants.orders.models import Basket, Channel, Order, PaymentMode
from tenants.orders.placing import Wish, place_order
from tenants.orders.promising import prospects
from tenants.residents.models import Resident
from tenants.shops.models import Product, Shop, ShopKind, VatRate
from tenants.staff.models import Staff, StaffRole
from tests.conftest import TUESDAY

_numbers = count(1)

# A number that the French plan keeps for fiction.
PHONE = "+33199000001"
IBAN = "FR7630006000011234567890189"
PASSWORD = "un mot de passe de seize lettres"
CONCIERGE = Actor("Camille, concierge", "counter")
# Open at noon and in the evening, Monday to Saturday: what Istres's town hall sets.
ISTRES_HOURS = "Mo-Sa 12:00-14:00,18:00-20:00; PH off"


def _siret() -> str:
    siren = f"9{next(_numbers):07}"
    siren += luhn.calc_check_digit(siren)
    return f"{siren}0001" + luhn.calc_check_digit(f"{siren}0001")


def make_merchant(
    *, name: str = "Fromagerie des Alpilles", town: Any = None, contact_email: str = "", iban: str = IBAN
) -> Merchant:
    """A merchant of the platform; present in `town` when one is given."""
    merchant = Merchant.objects.create(
        name=name,
        siret=_siret(),
        address="12 rue de la République",
        postcode="13800",
        city="Istres",
        contact_email=contact_email or f"{slugify(name)}@boutique.example",
        iban=iban,
    )
    if town is not None:
        MerchantPresence.objects.create(merchant=merchant, town=town, since=TUESDAY)
    return merchant


def leave(*, merchant: Merchant, town: Any, at: datetime = TUESDAY) -> None:
    """A merchant that has left a town; what the town hall does about it is tenants.shops.leaving."""
    MerchantPresence.objects.update_or_create(
        merchant=merchant, town=town, defaults={"left_at": at}, create_defaults={"left_at": at, "since": TUESDAY}
    )


def make_member(*, merchant: Merchant, email: str = "", name: str = "") -> User:
    """A person who signs in on the platform's host for a merchant; the account is in public."""
    with in_public():
        user = make_user(email=email or f"membre-{next(_numbers)}@boutique.example", name=name)
        MerchantMember.objects.create(merchant=merchant, user=user)
    return user


def make_shop(
    *,
    merchant: Merchant | None = None,
    name: str = "Fromagerie des Alpilles",
    kind: str = ShopKind.CHEESE,
    admitted_at: datetime | None = TUESDAY,
    **fields: Any,
) -> Shop:
    """A shop of the current town, admitted unless told otherwise."""
    return Shop.objects.create(
        merchant=merchant or make_merchant(name=name),
        name=name,
        slug=fields.pop("slug", "") or f"{slugify(name)}-{next(_numbers)}",
        kind=kind,
        admitted_at=admitted_at,
        **fields,
    )


def make_product(
    *,
    shop: Shop | None = None,
    name: str = "Plateau « Retour de marché »",
    price_cents: int = 2400,
    stock: int | None = 10,
    lead_hours: int = 0,
    **fields: Any,
) -> Product:
    """A product; made to order when it is given preparation hours, else in stock."""
    made_to_order = bool(fields.pop("made_to_order", lead_hours > 0))
    return Product.objects.create(
        shop=shop or make_shop(),
        name=name,
        slug=fields.pop("slug", "") or f"{slugify(name)}-{next(_numbers)}",
        price_cents=price_cents,
        vat_rate_bp=fields.pop("vat_rate_bp", VatRate.REDUCED),
        made_to_order=made_to_order,
        lead_hours=lead_hours,
        stock=None if made_to_order else stock,
        **fields,
    )


def make_user(*, email: str = "", name: str = "", password: str | None = None) -> User:
    """An account of the current schema, its address known to be its owner's."""
    user = User.objects.create_user(email or f"personne-{next(_numbers)}@exemple.example", name=name, password=password)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def make_resident(*, name: str = "Alice Martin", email: str = "", phone: str = PHONE, account: bool = True) -> Resident:
    """A resident of the current town; without `account`, one whom only the concierge knows."""
    address = email or (f"{slugify(name)}-{next(_numbers)}@exemple.example" if account else "")
    user = make_user(email=address, name=name) if account else None
    return Resident.objects.create(user=user, name=name, phone=phone, email=address, created_at=TUESDAY)


def make_staff(*, role: StaffRole = StaffRole.CONCIERGE, email: str = "", name: str = "Camille Roux") -> User:
    """Somebody who works for the current town."""
    user = make_user(email=email or f"equipe-{next(_numbers)}@mairie.example", name=name)
    Staff.objects.create(user=user, role=role, since=TUESDAY)
    return user


def sign_in(*, client: Client, user: User, town: Any = None) -> None:
    """Give `client` a session of `user`, opened in `town` or in the current schema."""
    if town is not None:
        with in_town(town):
            return sign_in(client=client, user=user)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.session
    session[SCHEMA_KEY] = current_schema()
    session.save()
    return None


def set_hours(*, hours: str = ISTRES_HOURS, cutoff_minutes: int = 240) -> Hub:
    """Set the hours of the main hub, as the town hall does."""
    hub = main_hub()
    if hub is None:
        raise LookupError("the town has no main hub")
    hub.hours, hub.cutoff_minutes = hours, cutoff_minutes
    hub.save()
    return hub


def make_satellite(*, hours: str = "Fr 14:00-18:00", run: str = "Fr 12:30-13:30", **fields: Any) -> Hub:
    """The hub of the business park, that the van reaches on Fridays."""
    hub = Hub.objects.create(**{"name": "Zone du Tubé", "slug": "tube", "hours": hours} | fields)
    Round.objects.create(name="Navette du Tubé", hub=hub, hours=run)
    return hub


def set_terms(
    *,
    town: Any,
    rate_bp: int = 500,
    merchant_id: UUID | None = None,
    price_basis: Basis = Basis.HT,
    base: Basis = Basis.TTC,
    free_months: int = 0,
    now: datetime = TUESDAY,
    **fees: Any,
) -> CommissionTerms:
    """Commission terms that hold from the day of `now`: the town's own, or one merchant's."""
    return set_commission_terms(
        town=town,
        merchant_id=merchant_id,
        terms=Terms(rate_bp, price_basis, base, 2000, **fees),
        free_months=free_months,
        valid_from=now.astimezone(ZoneInfo(town.timezone)).date(),
        actor=None,
        now=now,
    )


def _first_terms(*, town: Any, rate_bp: int) -> None:
    """What `set_terms` writes where nobody sells yet. It asks PostgreSQL a dozen questions: too many for every test."""
    row = CommissionTerms.objects.create(
        **asdict(Terms(rate_bp, Basis.HT, Basis.TTC, 2000)),
        valid_from=TUESDAY.astimezone(ZoneInfo(town.timezone)).date(),
        created_at=TUESDAY,
    )
    record(actor=None, action="commission.terms_set", target=row, now=TUESDAY)


def take_terms_away() -> None:
    """The town as it was before it had any terms; PostgreSQL refuses to remove them, but for replicas."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("DELETE FROM commissions_termsnotice")
        cursor.execute("DELETE FROM commissions_commissionterms")
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")


def make_basket(
    *, lines: Iterable[tuple[Product, int]], resident: Resident | None = None, now: datetime = TUESDAY
) -> Basket:
    """A basket that holds these products and quantities."""
    basket = baskets.basket_for(basket_id=None, resident=resident, now=now)
    for product, quantity in lines:
        baskets.put(basket=basket, product=product, quantity=quantity, now=now)
    return basket


def first_window(*, town: Any, products: Iterable[Product] = (), now: datetime = TUESDAY) -> Window:
    """The soonest window that the main hub promises for these products."""
    hub = main_hub()
    if hub is None:
        raise LookupError("the town has no main hub")
    said = prospects(town=town, products=products, now=now, hubs=[hub]).at(hub)
    if said.earliest is None:
        raise LookupError("the hub never opens")
    return said.earliest


def make_order(
    *,
    town: Any,
    lines: Iterable[tuple[Product, int]],
    resident: Resident | None = None,
    payment_mode: PaymentMode = PaymentMode.DESK,
    channel: Channel = Channel.WEB,
    fee_cents: int = 0,
    now: datetime = TUESDAY,
) -> Order:
    """An order placed for the main hub's first window; it needs commission terms (`set_terms`).

    Paid at the desk it is with the shops at once; by card, it waits for its payment (`pay_by_card`).
    """
    wanted = list(lines)
    resident = resident or make_resident()
    basket = make_basket(lines=wanted, now=now)
    hub = main_hub()
    if hub is None:
        raise LookupError("the town has no main hub")
    wish = Wish(
        hub=hub,
        window_start=first_window(town=town, products=[product for product, _ in wanted], now=now).start,
        payment_mode=payment_mode,
        channel=channel,
        token=uuid4(),
        fee_cents=fee_cents,
    )
    return place_order(
        town=town,
        basket=basket,
        resident=resident,
        wish=wish,
        actor=CUSTOMER if channel == Channel.WEB else CONCIERGE,
        now=now,
    )


def pay_in_shops(*, town: Any, only: bool = False) -> Any:
    """The town, once its customers may pay each shop; `only`: once no money of the goods may pass through it."""
    mode = CollectionMode.IN_SHOP if only else CollectionMode.PSP_SPLIT
    Town.objects.filter(pk=town.pk).update(accepts_payment_in_shops=not only, collection_mode=mode)
    return Town.objects.get(pk=town.pk)


def basket_of(order: Order) -> Basket:
    """The basket that an order was made of."""
    if order.basket_id is None:
        raise LookupError("an order without a basket")
    return Basket.objects.get(pk=order.basket_id)


def account_of(resident: Resident) -> User:
    """The account of a resident who has one."""
    if resident.user is None:
        raise LookupError("a resident without an account")
    return resident.user


def pay_by_card(*, order: Order, now: datetime = TUESDAY) -> None:
    """Let the awaited card payment succeed, as if Stripe had said so, and the order be confirmed."""
    from billing.payments.models import Payment, PaymentState  # noqa: PLC0415  (payments are not every test's need)
    from billing.payments.reconciliation import Seen, apply  # noqa: PLC0415  (the same)
    from tenants.orders.confirming import confirm_paid  # noqa: PLC0415  (the same)

    payment = Payment.objects.get(reference=order.pk, state=PaymentState.PENDING)
    seen = Seen(
        state=PaymentState.SUCCEEDED,
        session_id=f"cs_test_{secrets.token_hex(8)}",
        intent_id=f"pi_{secrets.token_hex(8)}",
    )
    apply(payment_id=payment.pk, seen=seen, now=now)
    confirm_paid(order_id=order.pk, payment_id=payment.pk, now=now)


@dataclass(frozen=True, kw_only=True)
class Market:
    """A town that sells: its main hub, and three shops of three merchants with one product each, 60.00 € in all."""

    town: Any
    hub: Hub
    shirt: Product
    cheese: Product
    wine: Product

    @property
    def everything(self) -> list[tuple[Product, int]]:
        return [(self.shirt, 1), (self.cheese, 1), (self.wine, 1)]


def make_market(*, town: Any, rate_bp: int = 500) -> Market:
    """A T-shirt (21.50 €, five left), a cheese board (24.00 €, made in six hours), a bottle of wine (14.50 €)."""
    hub = set_hours()
    if CommissionTerms.objects.exists() or MerchantPresence.objects.filter(town=town).exists():
        set_terms(town=town, rate_bp=rate_bp)
    else:
        _first_terms(town=town, rate_bp=rate_bp)
    tailor = make_shop(name="Atelier Mistral", kind=ShopKind.CLOTHES, merchant=make_merchant(name="Mistral", town=town))
    dairy = make_shop(name="Fromagerie des Alpilles", merchant=make_merchant(name="Alpilles", town=town))
    cellar = make_shop(
        name="Cave des Heures Claires", kind=ShopKind.WINE, merchant=make_merchant(name="Heures Claires", town=town)
    )
    return Market(
        town=town,
        hub=hub,
        shirt=make_product(
            shop=tailor, name="T-shirt « Étang de Berre »", price_cents=2150, stock=5, vat_rate_bp=VatRate.NORMAL
        ),
        cheese=make_product(shop=dairy, price_cents=2400, lead_hours=6, allergens="lait"),
        wine=make_product(
            shop=cellar,
            name="Coteaux d’Aix rouge",
            price_cents=1450,
            stock=12,
            vat_rate_bp=VatRate.NORMAL,
            age_restricted=True,
        ),
    )


def run_effects(*, now: datetime = TUESDAY, kinds: Iterable[str] = ()) -> list[str]:
    """Carry out what is due in the current schema, as the worker would; the kinds done, in order.

    `kinds` limits it to some: the mails stay in the outbox while a test looks at the money, for instance.
    """
    done: list[str] = []
    wanted = set(kinds)
    while True:
        due = Effect.objects.filter(done_at=None, due_at__lte=now).order_by("created_at", "pk")
        if wanted:
            due = due.filter(kind__in=wanted)
        effect = due.first()
        if effect is None:
            return done
        if not deliver(effect_id=str(effect.pk), now=now):
            effect.refresh_from_db()
            raise AssertionError(f"{effect.kind}: {effect.last_error}")
        done.append(effect.kind)
