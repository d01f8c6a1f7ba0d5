"""Filling the demo from demo.toml: running it again changes nothing that is there."""

import json
import tomllib
from collections.abc import Callable
from datetime import datetime
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings

from billing.payments.services import account_link, open_account, refresh_account
from conciergeries.demo.by_weight import first_by_weight
from conciergeries.demo.deposits import first_deposits
from conciergeries.demo.history import began_on, past_weeks
from conciergeries.demo.leaving import those_gone
from conciergeries.demo.orders import first_orders
from conciergeries.demo.people import account
from conciergeries.demo.refunds import first_refunds
from conciergeries.demo.substitutions import first_substitutions
from conciergeries.demo.towns import open_and_fill
from conciergeries.merchants.models import Merchant, MerchantAccount, MerchantMember
from conciergeries.towns.models import OperatingCompany, Operator, Town
from shared.tenancy import in_public
from shared.web.addresses import absolute_url, base_url

FILE = Path(__file__).parent / "demo.toml"


def seed(*, now: datetime, tell: Callable[[str], None]) -> None:
    """Make sure that the demo holds everything of the file, and write who can sign in where."""
    data = tomllib.loads(FILE.read_text(encoding="utf-8"))
    if Town.objects.filter(insee__in=[town["insee"] for town in data["towns"]], ready=True).count() < len(
        data["towns"]
    ):
        _fill(data, now=now, tell=tell)
    _write_accounts(data)


def _fill(data: dict[str, Any], *, now: datetime, tell: Callable[[str], None]) -> None:
    password = data["password"]
    began = began_on(now, zone=ZoneInfo("Europe/Paris"))
    with in_public():
        Operator.objects.get_or_create(user=account(**data["operator"], password=password))
        for company in data["companies"]:
            rest = {key: value for key, value in company.items() if key != "alias"}
            OperatingCompany.objects.get_or_create(stripe_alias=company["alias"], defaults=rest)
        merchants = {each["key"]: _merchant(each, password) for each in data["merchants"]}
        for town_data in data["towns"]:
            town = open_and_fill(data=town_data, merchants=merchants, password=password, began=began, now=now)
            past_weeks(town=town, now=now)
            first_deposits(town=town, now=now)
            first_orders(town=town, now=now)
            first_refunds(town=town, now=now)
            first_by_weight(town=town, now=now)
            first_substitutions(town=town, now=now)
            those_gone(town=town, data=town_data, merchants=merchants, now=now)
            tell(f"{town.name} : {len(town_data['shops'])} boutiques, {absolute_url_of(town)}")
        _open_accounts(data, merchants, now=now)


def absolute_url_of(town: Town) -> str:
    return base_url(town.host) + "/"


def _merchant(data: dict[str, Any], password: str) -> Merchant:
    merchant, _made = Merchant.objects.get_or_create(
        siret=data["siret"],
        defaults={
            "name": data["name"],
            "contact_email": data["email"],
            "phone": data["phone"],
            "iban": data.get("iban", ""),
            **{field: data.get(field, "") for field in ("address", "postcode", "city")},
        },
    )
    user = account(email=data["email"], name=data["contact"], password=password)
    MerchantMember.objects.get_or_create(merchant=merchant, user=user)
    return merchant


def _open_accounts(data: dict[str, Any], merchants: dict[str, Merchant], *, now: datetime) -> None:
    """Merchants with an IBAN have a Stripe account; what they have not been through is theirs to finish."""
    company = OperatingCompany.objects.get(stripe_alias="default")
    for each in data["merchants"]:
        merchant = merchants[each["key"]]
        if merchant.iban and not MerchantAccount.objects.filter(merchant=merchant, company=company).exists():
            opened = open_account(merchant=merchant, company=company, now=now)
            if "stripe" in each:
                _go_through(opened, answer=each["stripe"], now=now)


def _go_through(account: MerchantAccount, *, answer: str, now: datetime) -> None:
    """Answer the page of the stand-in for Stripe as a merchant does, then ask it what is missing."""
    here = absolute_url("/")
    page = urlsplit(account_link(account=account, refresh_url=here, return_url=here))
    connection = HTTPConnection(page.netloc, timeout=10)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", page.path, urlencode({"answer": answer}), form)
    connection.getresponse().read()
    connection.close()
    refresh_account(account_id=account.stripe_account_id, now=now)


def _write_accounts(data: dict[str, Any]) -> None:
    """Write demo-accounts.json, which `./run` shows at the end of its start."""
    platform = absolute_url("/")
    rows = [("L’opérateur", f"{platform}console/", data["operator"]["email"])]
    for town_data in data["towns"]:
        town = Town.objects.get(insee=town_data["insee"])
        site = absolute_url_of(town)
        rows += [
            (f"{each['name']}, {town.name}", site, each["email"]) for each in town_data["residents"] if "email" in each
        ]
        rows += [
            (f"La concierge, {town.name}", f"{site}comptoir/", town_data["concierge"]["email"]),
            (f"La mairie, {town.name}", f"{site}mairie/", town_data["town_hall"]["email"]),
        ]
    first = data["merchants"][0]
    rows.append((f"{first['name']}, dans deux communes", f"{platform}portail/", first["email"]))
    accounts = [
        {"who": who, "where": where, "email": email, "password": data["password"]} for who, where, email in rows
    ]
    path = Path(settings.DATA_DIR) / "demo-accounts.json"
    path.write_text(json.dumps(accounts, ensure_ascii=False, indent=1), encoding="utf-8")
