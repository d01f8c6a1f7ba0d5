"""What other parts may ask of payments: one place to import from. Each is described where it is written."""

from billing.payments.accounts import account_link, open_account, refresh_account
from billing.payments.by_hand import BY_HAND_MODES, PaymentContestedError, give_by_hand
from billing.payments.checkout import (
    MIN_CARD_CENTS,
    PAGE_LIFETIME,
    AlreadyPaidError,
    AmountTooSmallError,
    PaymentClosedError,
    expire_payment,
    open_checkout,
    prepare_card_payment,
)
from billing.payments.deciding import (
    AlreadyDecidedError,
    MoreThanTheirsError,
    NotLostError,
    Share,
    SharesDoNotAddUpError,
    decide_dispute,
)
from billing.payments.desk import (
    CashLimitError,
    ChequeGoneError,
    ChequeNotPaidError,
    NotADeskMeansError,
    refund_at_desk,
    take_at_desk,
)
from billing.payments.holding import request_capture, request_void
from billing.payments.mismatches import close_mismatch
from billing.payments.reconciliation import reconcile
from billing.payments.refunds import (
    NotPaidError,
    RefundClosedError,
    RefundConflictError,
    RefundTooLargeError,
    give_back,
    request_refund,
)
from billing.payments.resuming import retry_refund

__all__ = [
    "BY_HAND_MODES",
    "MIN_CARD_CENTS",
    "PAGE_LIFETIME",
    "AlreadyDecidedError",
    "AlreadyPaidError",
    "AmountTooSmallError",
    "CashLimitError",
    "ChequeGoneError",
    "ChequeNotPaidError",
    "MoreThanTheirsError",
    "NotADeskMeansError",
    "NotLostError",
    "NotPaidError",
    "PaymentClosedError",
    "PaymentContestedError",
    "RefundClosedError",
    "RefundConflictError",
    "RefundTooLargeError",
    "Share",
    "SharesDoNotAddUpError",
    "account_link",
    "close_mismatch",
    "decide_dispute",
    "expire_payment",
    "give_back",
    "give_by_hand",
    "open_account",
    "open_checkout",
    "prepare_card_payment",
    "reconcile",
    "refresh_account",
    "refund_at_desk",
    "request_capture",
    "request_refund",
    "request_void",
    "retry_refund",
    "take_at_desk",
]
