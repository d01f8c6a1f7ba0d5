"""What forbids a company to change its Stripe account: what was begun at one account cannot be ended at another."""

from billing.ledger.models import Account
from billing.ledger.queries import balance
from billing.payments.balance_models import CompanyPayout, CompanyPayoutState
from billing.payments.models import Mode, Payment, PaymentState, Refund, RefundState
from billing.payments.queries import disputes_to_see_to
from billing.payments.resuming import failed_refunds
from billing.settlements.models import Means, Payout, PayoutState, Reversal, ReversalState
from conciergeries.towns.models import OperatingCompany, Town
from shared.french import NBSP, money, plural
from shared.tenancy import in_town


def why_not(company: OperatingCompany) -> str:
    """Why the company cannot change its Stripe account today, town by town, in French; empty when it can.

    A suspended town counts: its money goes on moving. The towns of other companies do not.
    """
    towns = Town.objects.filter(operating_company=company, ready=True).order_by("name")
    found = [(town.name, _open_here(town)) for town in list(towns)]
    said = [f"{name}{NBSP}: {', '.join(matters)}." for name, matters in found if matters]
    if not said:
        return ""
    return " ".join(
        [
            f"Le compte Stripe ne peut pas changer tant que de l’argent y circule{NBSP}; attendez qu’il soit arrivé.",
            *said,
        ]
    )


def _open_here(town: Town) -> list[str]:
    with in_town(town):
        awaited = [PaymentState.PENDING, PaymentState.AUTHORISED]
        payments = Payment.objects.filter(mode=Mode.CARD, state__in=awaited).count()
        refunds = Refund.objects.filter(mode=Mode.CARD, state=RefundState.PENDING).count() + failed_refunds().count()
        payouts = Payout.objects.filter(
            means=Means.STRIPE, state__in=[PayoutState.WAITING, PayoutState.SENDING]
        ).count()
        reversals = Reversal.objects.filter(state__in=[ReversalState.ASKED, ReversalState.REFUSED]).count()
        arriving = CompanyPayout.objects.filter(state=CompanyPayoutState.ON_ITS_WAY).count()
        disputes = len(disputes_to_see_to())
        held = _held_for_others()
    counted = [
        (payments, plural(payments, "paiement par carte en attente", "paiements par carte en attente")),
        (refunds, plural(refunds, "remboursement à finir", "remboursements à finir")),
        (disputes, plural(disputes, "contestation bancaire en cours", "contestations bancaires en cours")),
        (payouts, plural(payouts, "reversement en cours", "reversements en cours")),
        (reversals, plural(reversals, "reprise de versement à finir", "reprises de versements à finir")),
        (arriving, plural(arriving, "virement vers la banque en route", "virements vers la banque en route")),
        (held, f"{money(held)} encaissés et pas encore reversés"),
    ]
    return [said for count, said in counted if count]


def _held_for_others() -> int:
    """Cents on the Stripe account that are customers' or merchants'; the company's own commission may stay there."""
    owed = -balance(account=Account.CUSTOMERS) - balance(account=Account.MERCHANTS)
    return max(min(balance(account=Account.STRIPE), owed), 0)
