"""What the conciergerie's money says over a period: reading only, over orders and what was paid and settled.

Sales are those of `billing.settlements`: what was handed over, less what was refunded since, on the day of each. No
models and no pages here.
"""
