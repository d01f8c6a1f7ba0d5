"""A stateful stand-in for Stripe that speaks HTTP, for the demo and the tests.

Standard library only, test keys only, never shipped: it lives under tests/, outside the wheel. See docs/fake-stripe.md.
"""

from tests.tools.fake_stripe.running import FakeStripe, running_fake_stripe

__all__ = ["FakeStripe", "running_fake_stripe"]
