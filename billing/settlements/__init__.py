"""Paying the merchants: what each sold is noted at handover, settled once a week, and transferred.

`services` is what other parts call. Effects told upwards: «statement.issued», «payout.sent», «payout.failed».
"""
