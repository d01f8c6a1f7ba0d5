"""Which payouts may go into a file today, and in French why the others may not: held, never lost."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from billing.settlements.calendar import day_in
from billing.settlements.models import Means, Payout, PayoutState
from billing.transfers.models import CAME_BACK, TransferLine
from conciergeries.merchants.bank import is_payable
from conciergeries.merchants.models import Merchant
from conciergeries.towns.models import Town
from shared.french import calendar_day, moment
from shared.sepa.accounts import bic_problem, compact, iban_problem, masked

IBAN_MISSING = "Le commerçant n’a pas encore donné d’IBAN."
COMPANY_IBAN_MISSING = "L’exploitant n’a pas d’IBAN : la plateforme doit l’inscrire, et rien ne peut être viré avant."


@dataclass(frozen=True, slots=True)
class Ready:
    """A payout that waits for a transfer. `why`: what keeps it out of a file; empty when it may go.

    `choose`: its IBAN is no longer the merchant's, and somebody must say which of both is right. `returned`: the line
    that its account sent back, to be cleared.
    """

    payout: Payout
    merchant: Merchant
    why: str = ""
    choose: bool = False
    returned: TransferLine | None = None

    @property
    def is_ready(self) -> bool:
        return not self.why


def waiting(*, town: Town, now: datetime) -> list[Ready]:
    """Every payout by bank that waits, the oldest first. Call it inside the town."""
    payouts = list(
        Payout.objects.filter(means=Means.SEPA, state=PayoutState.WAITING)
        .select_related("statement")
        .order_by("created_at", "pk")
    )
    merchants = Merchant.objects.in_bulk({payout.merchant_id for payout in payouts})
    came_back = _came_back(payouts)
    return [
        readiness(
            payout=payout,
            merchant=merchants[payout.merchant_id],
            returned=came_back.get((payout.merchant_id, compact(payout.iban))),
            town=town,
            now=now,
        )
        for payout in payouts
    ]


def _came_back(payouts: list[Payout]) -> dict[tuple[object, str], TransferLine]:
    lines = TransferLine.objects.filter(
        merchant_id__in=[payout.merchant_id for payout in payouts], state__in=CAME_BACK, cleared_at=None
    )
    return {(line.merchant_id, line.iban): line for line in lines.order_by("decided_at", "pk")}


def readiness(*, payout: Payout, merchant: Merchant, returned: TransferLine | None, town: Town, now: datetime) -> Ready:
    """Whether one payout may go today."""
    if payout.due_on is not None and day_in(town, now) < payout.due_on:
        return Ready(payout, merchant, f"Dû le {calendar_day(payout.due_on)}.")
    cooling = _cooling_off(merchant, town=town, now=now)
    if compact(merchant.iban) != compact(payout.iban) and payout.iban and not payout.iban_kept:
        # Which of both is right is asked once the days are over in which the change may be undone.
        return Ready(payout, merchant, cooling or _changed(payout, merchant), choose=not cooling)
    wrong = _account_problem(payout, merchant)
    if not wrong and not payout.iban_kept:
        wrong = cooling
    if wrong or returned is None:
        return Ready(payout, merchant, wrong)
    why = f"Le dernier virement vers ce compte n’a pas abouti : « {returned.reason} »."
    return Ready(payout, merchant, why, returned=returned)


def _cooling_off(merchant: Merchant, *, town: Town, now: datetime) -> str:
    if merchant.iban_payable_from is None or is_payable(merchant, now=now):
        return ""
    ends = merchant.iban_payable_from.astimezone(ZoneInfo(town.timezone))
    return f"IBAN changé : rien n’est versé avant le {moment(ends)}."


def _changed(payout: Payout, merchant: Merchant) -> str:
    new = masked(merchant.iban) or "rien"
    return f"IBAN changé depuis le bordereau : {masked(payout.iban)} est devenu {new}."


def _account_problem(payout: Payout, merchant: Merchant) -> str:
    iban = payout.iban or merchant.iban
    if not iban:
        return IBAN_MISSING
    return iban_problem(iban) or bic_problem(bic_of(merchant, iban), iban=iban)


def bic_of(merchant: Merchant, iban: str) -> str:
    """The BIC that goes with an IBAN: the merchant's, if it is that of its present account."""
    return merchant.bic if compact(merchant.iban) == compact(iban) else ""
