"""Money coming in from customers and going back to them: by card through Stripe, or at the desk.

`services` is what other parts call. What happens is told upwards by effects: «payment.succeeded», «payment.failed»,
«refund.succeeded», «refund.failed», «dispute.opened», «dispute.closed», «merchant_account.active»,
«stripe.transfer_changed».
"""
