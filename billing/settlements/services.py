"""What other parts may ask of settlements: one place to import from. Each is described where it is written."""

from billing.settlements.payouts import wake_payouts
from billing.settlements.resuming import PayoutCarriedError, retry_payout
from billing.settlements.sales import SaleConflictError, record_sale
from billing.settlements.settling import PeriodNotOverError, SettlementIncompleteError, settle

__all__ = [
    "PayoutCarriedError",
    "PeriodNotOverError",
    "SaleConflictError",
    "SettlementIncompleteError",
    "record_sale",
    "retry_payout",
    "settle",
    "wake_payouts",
]
