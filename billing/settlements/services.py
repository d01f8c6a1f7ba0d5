"""What other parts may ask of settlements: one place to import from. Each is described where it is written."""

from billing.settlements.payouts import wake_payouts
from billing.settlements.sales import SaleConflictError, record_sale
from billing.settlements.settling import PeriodNotOverError, SettlementIncompleteError, settle

__all__ = [
    "PeriodNotOverError",
    "SaleConflictError",
    "SettlementIncompleteError",
    "record_sale",
    "settle",
    "wake_payouts",
]
