"""`python -m tests.tools.fake_stripe --port 4242 --data var/stripe.sqlite3 --webhook-url … --webhook-secret …`."""

import argparse
import signal
from threading import Event

from tests.tools.fake_stripe.context import Options
from tests.tools.fake_stripe.running import FakeStripe


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.tools.fake_stripe",
        description="A stateful stand-in for Stripe, for the demo and the tests. It accepts test keys only.",
    )
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one and prints it")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--data", default=":memory:", metavar="FILE", help="SQLite file; :memory: forgets")
    parser.add_argument("--webhook-url", metavar="URL", help="where events are posted; nowhere if not given")
    parser.add_argument("--webhook-secret", default=Options.webhook_secret, metavar="SECRET")
    parser.add_argument(
        "--key", dest="api_key", metavar="sk_test_…", help="accept this key only; any test key if not given"
    )
    parser.add_argument("--public-url", metavar="URL", help="address of the hosted pages, if not the one listened on")
    parser.add_argument("--business-name", default=Options.business_name, help="shown on the payment page")
    parser.add_argument("--opening-balance", type=int, default=0, metavar="CENTS", help="money already on the balance")
    parser.add_argument("--fee-bp", type=int, default=0, help="Stripe's fee on a charge, in basis points")
    parser.add_argument("--fee-cents", type=int, default=0, help="and in cents")
    parser.add_argument("--refund-fee", type=int, default=0, metavar="CENTS")
    parser.add_argument("--dispute-fee", type=int, default=0, metavar="CENTS")
    parser.add_argument(
        "--available-after", type=int, default=0, metavar="SECONDS", help="how long charges stay pending"
    )
    parser.add_argument(
        "--retry-first",
        type=float,
        default=Options.retry_first,
        metavar="SECONDS",
        help="first wait before a webhook is sent again; it doubles",
    )
    parser.add_argument(
        "--later", type=int, default=Options.later, metavar="SECONDS", help="how long the bank takes to answer"
    )
    parser.add_argument("--quiet", action="store_true", help="print the ready line only")
    return parser


def main() -> None:
    given = arguments().parse_args()
    if given.api_key is not None and not given.api_key.startswith(("sk_test_", "rk_test_")):
        arguments().error("--key must be a test key (sk_test_…)")
    fake = FakeStripe(Options(**vars(given)))
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    fake.start()
    print(f"ready {fake.api_url}", flush=True)
    stop.wait()
    fake.stop()


if __name__ == "__main__":
    main()
