"""The background thread: does the jobs that are due and delivers the webhooks, one at a time and in order."""

import sys
import threading
import traceback

from tests.tools.fake_stripe import deliveries, events, jobs
from tests.tools.fake_stripe.context import Context
from tests.tools.fake_stripe.deliveries import Answer, Delivery

LONGEST_NAP = 5.0
SHORTEST_NAP = 0.001


class Worker(threading.Thread):
    def __init__(self) -> None:
        super().__init__(name="fake-stripe-worker", daemon=True)
        self.ctx: Context | None = None
        self._alarm = threading.Event()
        self._stopping = False

    def wake(self) -> None:
        """Something may be due: look now."""
        self._alarm.set()

    def stop(self) -> None:
        self._stopping = True
        self._alarm.set()
        if self.is_alive():
            self.join(timeout=2)

    def run(self) -> None:
        while not self._stopping:
            self._alarm.clear()
            try:
                nap = self._step()
            except Exception:  # noqa: BLE001 - one bad delivery must not silence the others
                traceback.print_exc(file=sys.stderr)
                nap = 1.0
            if nap > 0:
                self._alarm.wait(min(max(nap, SHORTEST_NAP), LONGEST_NAP))

    def _step(self) -> float:
        """One round; how long to sleep after it, in seconds."""
        if self.ctx is None:
            return LONGEST_NAP
        with self.ctx.store.transaction():
            jobs.run_due(self.ctx)
            delivery, nap = deliveries.next_due(self.ctx)
            next_job = jobs.seconds_to_next(self.ctx)
        if delivery is not None:
            self._deliver(self.ctx, delivery)
            return 0.0
        return nap if next_job is None else min(nap, next_job)

    def _deliver(self, ctx: Context, delivery: Delivery) -> None:
        event = ctx.store.find(delivery.event)
        where = deliveries.target(ctx)
        if event is None or where is None:
            answer = Answer(None, "nowhere to deliver to")
        else:
            # Outside any transaction: the endpoint may well call the API before it answers.
            body = events.notification(event, deliveries.pending_for(ctx, event.id))
            answer = deliveries.post(where, body, timeout=ctx.options.delivery_timeout)
        if self._stopping:
            return
        with ctx.store.transaction():
            deliveries.record_answer(ctx, delivery, answer)
        if not ctx.options.quiet:
            print(f"webhook {delivery.type} {delivery.event}: {answer.status or answer.error}", flush=True)
