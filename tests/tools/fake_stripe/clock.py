"""Stripe's own clock: real time plus an offset that tests choose.

Everything Stripe dates or lets expire follows it; webhook signatures and retries stay on real time.
"""

import datetime as dt
import time


class Clock:
    def __init__(self, offset: float = 0.0) -> None:
        self.offset = offset

    def now(self) -> int:
        """Seconds since 1970."""
        return int(time.time() + self.offset)

    def set(self, moment: float) -> None:
        """Show a moment (seconds since 1970), and go on from there."""
        self.offset = moment - time.time()


def rfc3339(seconds: int) -> str:
    """The way v2 writes a time: 2026-11-21T18:00:00.000Z."""
    return dt.datetime.fromtimestamp(seconds, dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
