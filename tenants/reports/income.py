"""What the conciergerie earns in a period, as the ledger has it: commissions, fees, and the VAT on both."""

from dataclasses import dataclass

from django.db.models import Sum

from billing.ledger.models import Account, Posting
from tenants.reports.period import Period


@dataclass(frozen=True, slots=True)
class Income:
    """Cents earned, positive. `commune_cents` are the commissions that are the commune's, with their VAT."""

    commission_ht_cents: int
    services_ht_cents: int
    vat_cents: int
    commune_cents: int

    @property
    def company_ttc_cents(self) -> int:
        return self.commission_ht_cents + self.services_ht_cents + self.vat_cents


def income(period: Period) -> Income:
    """What was earned by the moment of its entry."""
    rows = (
        Posting.objects.filter(
            account__in=[Account.COMMISSION, Account.SERVICES, Account.VAT_COLLECTED, Account.COMMUNE],
            entry__at__gte=period.begin,
            entry__at__lt=period.end,
        )
        .order_by()
        .values("account")
        .annotate(cents=Sum("amount_cents"))
    )
    earned = {row["account"]: -row["cents"] for row in rows}
    return Income(
        commission_ht_cents=earned.get(Account.COMMISSION, 0),
        services_ht_cents=earned.get(Account.SERVICES, 0),
        vat_cents=earned.get(Account.VAT_COLLECTED, 0),
        commune_cents=earned.get(Account.COMMUNE, 0),
    )
