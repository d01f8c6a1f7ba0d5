"""A town of the demo: opened the way the console does it, then filled from the file."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.text import slugify

from billing.commissions.models import CommissionTerms
from billing.commissions.services import earliest_day, set_terms, tell_newcomer
from billing.commissions.terms import Basis, Terms
from billing.settlements.models import Frequencies, Means
from billing.settlements.rules import Rules
from billing.settlements.setting_rules import set_rules
from conciergeries.demo.hubs import changed_hours, hubs_and_rounds, named_members
from conciergeries.demo.people import account, resident
from conciergeries.merchants.models import Merchant, MerchantPresence
from conciergeries.towns.models import OperatingCompany, Town
from conciergeries.towns.provisioning import request_opening, run_opening
from shared.accounts.roles import grant
from shared.tenancy import in_town
from tenants.shops.models import Product, Shop, ShopChange
from tenants.shops.services import ProductFacts

FRENCH_VAT_BP = 2000
WEEKDAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")


class OpeningFailedError(RuntimeError):
    """A town of the demo could not be opened."""


def open_and_fill(
    *, data: dict[str, Any], merchants: dict[str, Merchant], password: str, began: datetime, now: datetime
) -> Town:
    """Open the town if it is not, and put in what the file says, as of when it `began`. Raises OpeningFailedError."""
    company = OperatingCompany.objects.get(stripe_alias=data["company"])
    town = Town.objects.filter(insee=data["insee"], ready=True).first() or _open(data["insee"], company, now)
    for field in ("accent", "tagline", "phone", "email"):
        setattr(town, field, data[field])
    town.accepts_payment_in_shops = data.get("pays_in_shops", False)
    town.save()
    with in_town(town), transaction.atomic():
        hubs_and_rounds(data, today=now.astimezone(ZoneInfo(town.timezone)).date(), now=now)
        _terms(town, data, began=began)
        _settlement(town, data, began=began)
        _staff(data, password, began)
        for each in data.get("residents", []):
            resident(name=each["name"], phone=each["phone"], email=each.get("email", ""), password=password, now=began)
        named_members(data, now=began)
        for shop in data["shops"]:
            open_shop(town, shop, merchants[shop["merchant"]], began=began, now=now)
        _terms_of_shops(town, data, merchants, began=began)
        _terms_to_come(town, data, now=now)
    return town


def _open(insee: str, company: OperatingCompany, now: datetime) -> Town:
    # The demo opens its towns itself: no worker is there yet.
    with transaction.atomic():
        opening = request_opening(insee=insee, operating_company=company, requested_by=None, now=now)
    town = run_opening(opening_id=str(opening.pk), now=now)
    if town is None:
        opening.refresh_from_db()
        raise OpeningFailedError(opening.error)
    return town


def _terms(town: Town, data: dict[str, Any], *, began: datetime) -> None:
    """The town's terms since it began."""
    if not CommissionTerms.objects.exists():
        _set_terms(town, data["commission_bp"], at=began)


def _settlement(town: Town, data: dict[str, Any], *, began: datetime) -> None:
    """How the town settles, if not as every town does."""
    if "settlement" in data:
        values = dict(data["settlement"])
        frequencies, means = Frequencies(values.pop("frequencies")), Means(values.pop("means"))
        set_rules(town=town, rules=Rules(frequencies=frequencies, means=means, **values), actor=None, now=began)


def _terms_of_shops(town: Town, data: dict[str, Any], merchants: dict[str, Merchant], *, began: datetime) -> None:
    """The terms of the shops that have their own, since the town began."""
    for shop in data["shops"]:
        merchant = merchants[shop["merchant"]].pk
        if "commission_bp" in shop and not CommissionTerms.objects.filter(merchant_id=merchant).exists():
            months = shop.get("free_months", 0)
            _set_terms(town, shop["commission_bp"], at=began, merchant_id=merchant, free_months=months)


def _terms_to_come(town: Town, data: dict[str, Any], *, now: datetime) -> None:
    """The terms that merchants are told of as the demo begins."""
    to_come = data.get("next_commission_bp")
    if to_come and not CommissionTerms.objects.filter(merchant_id=None, rate_bp=to_come).exists():
        _set_terms(town, to_come, at=now, valid_from=earliest_day(town=town, now=now))


def _set_terms(
    town: Town,
    rate_bp: int,
    *,
    at: datetime,
    merchant_id: UUID | None = None,
    free_months: int = 0,
    valid_from: date | None = None,
) -> None:
    set_terms(
        town=town,
        merchant_id=merchant_id,
        terms=Terms(rate_bp, Basis.HT, Basis.TTC, FRENCH_VAT_BP),
        free_months=free_months,
        valid_from=valid_from or at.astimezone(ZoneInfo(town.timezone)).date(),
        actor=None,
        now=at,
    )


def _staff(data: dict[str, Any], password: str, now: datetime) -> None:
    for role in ("concierge", "town_hall"):
        user = account(**data[role], password=password)
        grant(user=user, key=role, context={}, now=now)


def open_shop(town: Town, data: dict[str, Any], merchant: Merchant, *, began: datetime, now: datetime) -> None:
    """A shop of the file, admitted when the town began, with its products. Call it inside the town."""
    MerchantPresence.objects.get_or_create(merchant=merchant, town=town, defaults={"since": began})
    shop, made = Shop.objects.get_or_create(
        slug=slugify(data["name"]),
        defaults={
            "merchant": merchant,
            "name": data["name"],
            "kind": data["kind"],
            "is_craft": data.get("craft", False),
            "tagline": data["tagline"],
            "description": data["description"],
            "address": data["address"],
            "phone": merchant.phone,
            "hours": data["hours"],
            "preparation_minutes": data.get("preparation", 0),
            "admitted_at": began,
        },
    )
    if made:
        tell_newcomer(town=town, merchant_id=merchant.pk, now=began)
        Product.objects.bulk_create(_product(shop, product) for product in data["products"])
        today = now.astimezone(ZoneInfo(town.timezone)).date()
        changed = [changed_hours(each, today=today, now=now) for each in data.get("changes", [])]
        ShopChange.objects.bulk_create(ShopChange(shop=shop, **facts) for facts in changed)


def _product(shop: Shop, data: dict[str, Any]) -> Product:
    hours, days = data.get("lead_hours", 0), data.get("lead_days", 0)
    is_made_to_order = bool(hours or days)
    facts = ProductFacts(
        name=data["name"],
        description=data["description"],
        price_cents=data.get("price", 0),
        vat_rate_bp=data["vat"],
        unit=data.get("unit", ""),
        unit_price=data.get("unit_price", ""),
        per_kg_cents=data.get("per_kg"),
        unit_grams=data.get("grams"),
        by_piece=data.get("by_piece", False),
        made_to_order=is_made_to_order,
        lead_hours=hours,
        lead_days=days,
        weekday_bits=sum(1 << WEEKDAYS.index(day) for day in data.get("days", WEEKDAYS)),
        stock=None if is_made_to_order else data["stock"],
        age_restricted=data.get("alcohol", False),
        allergens=data.get("allergens", ""),
    )
    return Product(shop=shop, slug=slugify(data["name"]), drawing=data["drawing"], **asdict(facts))
