"""What a platform tells the tax administration of its sellers by 31 January: DAC7, code général des impôts, 1649 ter A.

A seller of goods alone is left out below both thresholds; who sells services is always in. The thresholds are those
of the year, as dated data. A sole trader's birth date is declared too; the place only of who has no tax number, and
every merchant here has a SIREN.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

from conciergeries.merchants.models import Merchant
from conciergeries.towns.models import Town
from shared import spreadsheets
from shared.tenancy import in_town
from tenants.reports.period import year_of
from tenants.shops.models import ShopKind

QUARTERS = (1, 2, 3, 4)

# Shops that sell somebody's work rather than goods: «personal services» are reported from the first euro.
SERVICE_KINDS = (ShopKind.COBBLER, ShopKind.SEWING)

HEADER = (
    "Vendeur",
    "SIRET",
    "N° de TVA",
    "Adresse",
    "Code postal",
    "Ville",
    "Personne",
    "Date de naissance",
    "E-mail",
    "IBAN",
    "Titulaire du compte",
    "Prestation de services",
    *(f"T{quarter} : {what}" for quarter in QUARTERS for what in ("ventes", "versé (€)", "commissions (€)")),
)


@dataclass(frozen=True, slots=True)
class Threshold:
    """Below both, a seller of goods is not reported (annex V of directive 2011/16/UE, section I, B 4 d)."""

    since_year: int
    sales: int
    cents: int


THRESHOLDS = (Threshold(2023, 30, 200_000),)


def threshold_of(year: int) -> Threshold:
    """The threshold that holds for the sales of a year. Raises LookupError before 2023: nothing was reported."""
    held = [each for each in THRESHOLDS if each.since_year <= year]
    if not held:
        raise LookupError(f"nothing was reported for {year}")
    return held[-1]


@dataclass(slots=True)
class Seller:
    """One seller's year at the towns of one operating company. By quarter, 1 to 4: sales, cents paid, cents of fees.

    Paid is what the seller was credited with: sales with VAT, less refunds, less the fees. What customers paid it
    directly is known here, and counts as much.
    """

    merchant_id: UUID
    sells_services: bool = False
    sales: dict[int, int] = field(default_factory=lambda: dict.fromkeys(QUARTERS, 0))
    gross_cents: dict[int, int] = field(default_factory=lambda: dict.fromkeys(QUARTERS, 0))
    fees_cents: dict[int, int] = field(default_factory=lambda: dict.fromkeys(QUARTERS, 0))

    @property
    def paid_cents(self) -> dict[int, int]:
        return {quarter: self.gross_cents[quarter] - self.fees_cents[quarter] for quarter in QUARTERS}

    def is_reported(self, threshold: Threshold) -> bool:
        """The threshold is of the consideration, which is net of what the platform keeps (the same section, A 10)."""
        few = sum(self.sales.values()) < threshold.sales
        return self.sells_services or not (few and sum(self.paid_cents.values()) <= threshold.cents)


_SALES = """
SELECT sale.merchant_id, extract(quarter FROM sale.handed_over_at AT TIME ZONE %s)::int AS quarter,
    count(*) FILTER (WHERE sale.gross_cents > 0), sum(sale.gross_cents), bool_or(shop.kind = ANY(%s))
FROM settlements_sale AS sale
JOIN orders_shoporder AS part ON part.id = sale.shop_order_id
JOIN shops_shop AS shop ON shop.id = part.shop_id
WHERE sale.handed_over_at >= %s AND sale.handed_over_at < %s AND (%s::uuid IS NULL OR sale.merchant_id = %s)
GROUP BY sale.merchant_id, quarter
"""

# A fee is known when its statement is issued: it counts in the quarter in which the statement's period ends.
_FEES = """
SELECT merchant_id, extract(quarter FROM period_end)::int AS quarter, sum(commission_ht_cents + vat_cents)
FROM settlements_statement
WHERE period_end >= %s AND period_end <= %s AND (%s::uuid IS NULL OR merchant_id = %s)
GROUP BY merchant_id, quarter
"""


def sellers_here(*, year: int, town: Town, merchant_id: UUID | None = None) -> list[Seller]:
    """Every seller of a town in a year, or one, thresholds apart. Call it inside the town."""
    period = year_of(date(year, 1, 1), zone=ZoneInfo(town.timezone))
    found: dict[UUID, Seller] = {}
    with connection.cursor() as cursor:
        kinds = [kind.value for kind in SERVICE_KINDS]
        cursor.execute(_SALES, [town.timezone, kinds, period.begin, period.end, merchant_id, merchant_id])
        for merchant, quarter, count, gross, services in cursor.fetchall():
            seller = found.setdefault(merchant, Seller(merchant))
            seller.sales[quarter] = count
            seller.gross_cents[quarter] = int(gross)
            seller.sells_services |= services
        cursor.execute(_FEES, [period.first, period.last, merchant_id, merchant_id])
        for merchant, quarter, fees in cursor.fetchall():
            found.setdefault(merchant, Seller(merchant)).fees_cents[quarter] = int(fees)
    return list(found.values())


def sellers(*, year: int, towns: Iterable[Town]) -> list[Seller]:
    """Those to report among the sellers of all the towns of one company: its thresholds are the company's.

    Raises LookupError for a year before the obligation.
    """
    threshold = threshold_of(year)
    return [seller for seller in all_sellers(year=year, towns=towns) if seller.is_reported(threshold)]


def all_sellers(*, year: int, towns: Iterable[Town], merchant_id: UUID | None = None) -> list[Seller]:
    """Every seller of all the towns of one company, or one of them, thresholds apart; towns are added up."""
    together: dict[UUID, Seller] = {}
    for town in towns:
        with in_town(town):
            for part in sellers_here(year=year, town=town, merchant_id=merchant_id):
                whole = together.setdefault(part.merchant_id, Seller(part.merchant_id))
                whole.sells_services |= part.sells_services
                for quarter in QUARTERS:
                    whole.sales[quarter] += part.sales[quarter]
                    whole.gross_cents[quarter] += part.gross_cents[quarter]
                    whole.fees_cents[quarter] += part.fees_cents[quarter]
    return list(together.values())


def written(reported: Iterable[Seller]) -> Iterator[bytes]:
    """The sellers as a file for a spreadsheet, by name."""
    lines = list(reported)
    merchants = Merchant.objects.in_bulk([seller.merchant_id for seller in lines])
    named = sorted(((merchants[seller.merchant_id], seller) for seller in lines), key=lambda pair: pair[0].name)
    return spreadsheets.written(header=HEADER, rows=(_row(merchant, seller) for merchant, seller in named))


_PERSON = {None: "", True: "physique", False: "morale"}


def incomplete(reported: Iterable[Seller]) -> list[Merchant]:
    """The sellers of whom the declaration still wants something, by name."""
    found = Merchant.objects.filter(pk__in=[seller.merchant_id for seller in reported]).order_by("name", "pk")
    return [merchant for merchant in found if merchant.lacks_for_dac7]


def _row(merchant: Merchant, seller: Seller) -> tuple[str | int, ...]:
    quarters: list[str | int] = []
    for quarter in QUARTERS:
        quarters += [
            seller.sales[quarter],
            spreadsheets.euros(seller.paid_cents[quarter]),
            spreadsheets.euros(seller.fees_cents[quarter]),
        ]
    return (
        spreadsheets.text(merchant.name),
        merchant.siret,
        spreadsheets.text(merchant.vat_number),
        spreadsheets.text(merchant.address),
        merchant.postcode,
        spreadsheets.text(merchant.city),
        _PERSON[merchant.is_sole_trader],
        merchant.birth_date.isoformat() if merchant.birth_date else "",
        spreadsheets.text(merchant.contact_email),
        merchant.iban,
        # Only an account of the merchant's own is paid.
        spreadsheets.text(merchant.name) if merchant.iban else "",
        "oui" if seller.sells_services else "non",
        *quarters,
    )
