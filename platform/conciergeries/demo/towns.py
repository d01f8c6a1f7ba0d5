"""A town of the demo: opened the way the console does it, then filled from the file."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.text import slugify

from billing.commissions.models import CommissionTerms
from billing.commissions.services import set_terms
from billing.commissions.terms import Basis, Beneficiary
from conciergeries.demo.people import account, resident
from conciergeries.merchants.models import Merchant, MerchantPresence
from conciergeries.towns.models import OperatingCompany, Town
from conciergeries.towns.provisioning import request_opening, run_opening
from shared.accounts.roles import grant
from shared.tenancy import in_town
from tenants.hubs.models import Hub, HubKind, Round
from tenants.shops.models import Product, Shop

FRENCH_VAT_BP = 2000


class OpeningFailedError(RuntimeError):
    """A town of the demo could not be opened."""


def open_and_fill(*, data: dict[str, Any], merchants: dict[str, Merchant], password: str, now: datetime) -> Town:
    """Open the town if it is not, and put in what the file says. Raises OpeningFailedError."""
    company = OperatingCompany.objects.get(stripe_alias=data["company"])
    town = Town.objects.filter(insee=data["insee"], ready=True).first() or _open(data["insee"], company, now)
    for field in ("accent", "tagline", "phone", "email"):
        setattr(town, field, data[field])
    town.save()
    with in_town(town), transaction.atomic():
        _hubs(data)
        _terms(town, data, now)
        _staff(data, password, now)
        for each in data.get("residents", []):
            resident(name=each["name"], phone=each["phone"], email=each.get("email", ""), password=password, now=now)
        for shop in data["shops"]:
            _shop(town, shop, merchants[shop["merchant"]], now)
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


def _hubs(data: dict[str, Any]) -> None:
    for written in data["hubs"]:
        key = {"kind": HubKind.MAIN} if written.get("main") else {"slug": written["slug"]}
        hub, _made = Hub.objects.update_or_create(
            **key,
            defaults={
                "name": written["name"],
                "slug": written["slug"],
                "kind": HubKind.MAIN if written.get("main") else written.get("kind", HubKind.SATELLITE),
                "address": written["address"],
                "access_notes": written["access"],
                "parking": written.get("parking", ""),
                "phone": written.get("phone", ""),
                "handed_over_by": written.get("by", ""),
                "hours": written["hours"],
                "cutoff_minutes": written["cutoff_minutes"],
                "room": written.get("room"),
                "kept_days": written.get("kept_days", 3),
            },
        )
        if "code" in written and not hub.access_code:
            hub.access_code = make_password(written["code"])
            hub.save(update_fields=["access_code"])
        if "run" in written:
            Round.objects.update_or_create(name=written["run"], defaults={"hub": hub, "hours": written["run_hours"]})


def _terms(town: Town, data: dict[str, Any], now: datetime) -> None:
    if CommissionTerms.objects.exists():
        return
    set_terms(
        town=town,
        merchant_id=None,
        rate_bp=data["commission_bp"],
        price_basis=Basis.HT,
        base=Basis.TTC,
        vat_rate_bp=FRENCH_VAT_BP,
        beneficiary=Beneficiary.COMPANY,
        valid_from=now.astimezone(ZoneInfo(town.timezone)).date(),
        actor=None,
        now=now,
    )


def _staff(data: dict[str, Any], password: str, now: datetime) -> None:
    for role in ("concierge", "town_hall"):
        user = account(**data[role], password=password)
        grant(user=user, key=role, context={}, now=now)


def _shop(town: Town, data: dict[str, Any], merchant: Merchant, now: datetime) -> None:
    MerchantPresence.objects.get_or_create(merchant=merchant, town=town, defaults={"since": now})
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
            "admitted_at": now,
        },
    )
    if made:
        Product.objects.bulk_create(_product(shop, product) for product in data["products"])


def _product(shop: Shop, data: dict[str, Any]) -> Product:
    lead = data.get("lead_hours", 0)
    return Product(
        shop=shop,
        name=data["name"],
        slug=slugify(data["name"]),
        description=data["description"],
        price_cents=data["price"],
        vat_rate_bp=data["vat"],
        unit=data["unit"],
        unit_price=data.get("unit_price", ""),
        made_to_order=bool(lead),
        lead_hours=lead,
        stock=None if lead else data["stock"],
        drawing=data["drawing"],
        age_restricted=data.get("alcohol", False),
        allergens=data.get("allergens", ""),
    )
