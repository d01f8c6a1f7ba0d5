"""The pages that Stripe hosts: payment, 3-D Secure, onboarding. In French, without JavaScript."""

import re
from collections.abc import Callable
from pathlib import Path

from tests.tools.fake_stripe import jobs
from tests.tools.fake_stripe.context import Context
from tests.tools.fake_stripe.errors import ApiError
from tests.tools.fake_stripe.gateway import Request
from tests.tools.fake_stripe.pages import checkout, onboarding, three_d_secure
from tests.tools.fake_stripe.pages.render import Page, page
from tests.tools.fake_stripe.params import parse_form

STATIC = Path(__file__).parent / "static"
TYPES = {".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
View = Callable[[Context, str, dict[str, str] | None], Page]
VIEWS: tuple[tuple[re.Pattern[str], View], ...] = (
    (re.compile(r"/c/pay/(\w+)"), checkout.view),
    (re.compile(r"/3d-secure/(\w+)"), three_d_secure.view),
    (re.compile(r"/setup/(\w+)"), onboarding.view),
)


def answer(ctx: Context, request: Request) -> Page:
    """The page at this address, after the form if one was posted."""
    asset = re.fullmatch(r"/assets/(\w+\.(?:css|svg))", request.path)
    if asset:
        return _asset(ctx, asset[1])
    form = None
    if request.method == "POST":
        form = {name: value for name, value in parse_form(request.body).items() if isinstance(value, str)}
    for pattern, view in VIEWS:
        match = pattern.fullmatch(request.path)
        if match:
            try:
                with ctx.store.transaction():
                    jobs.run_due(ctx)
                    found = view(ctx, match[1], form)
            except ApiError:
                return _nothing_here(ctx)
            ctx.wake()
            return found
    if request.path == "/":
        return page(
            ctx,
            "notice",
            title="Stripe de démonstration",
            text="Ce serveur tient la place de Stripe. Les pages de paiement s’ouvrent depuis une commande.",
            action="",
        )
    return _nothing_here(ctx)


def _asset(ctx: Context, name: str) -> Page:
    path = STATIC / name
    if not path.is_file():
        return _nothing_here(ctx)
    return Page(200, path.read_bytes(), {"Content-Type": TYPES[path.suffix], "X-Content-Type-Options": "nosniff"})


def _nothing_here(ctx: Context) -> Page:
    return page(
        ctx,
        "notice",
        title="Page introuvable",
        status=404,
        text="Ce lien de paiement n’existe pas, ou plus. Reprenez depuis votre commande.",
        action="",
    )
