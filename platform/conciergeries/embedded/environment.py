"""The variables by which the demo's programs find each other: the same ones that configure a real installation."""

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from conciergeries.embedded.data import DataFolder, write_private

ROOT = Path(__file__).resolve().parents[3]
"""The checkout: the demo runs from its sources."""

SETTINGS = "conciergeries.settings.demo"
DOMAIN = "localhost"
NOWHERE = "http://127.0.0.1:9"
"""An address that answers nothing: without the simulated Stripe, no call may reach the real one."""

# What a shell may carry for a real installation: the demo has its own, and must not write there.
_NOT_OURS = [
    "DATABASE_URL",
    "REDIS_URL",
    "EMAIL_URL",
    "MEDIA_ROOT",
    "STATIC_ROOT",
    "PLATFORM_EMAIL",
    "SECRET_KEY",
    "STRIPE_ALIASES",
    "STRIPE_API_URL",
]


class RealMoney(Exception):  # noqa: N818  (told to a person, in French)
    """The demo was given a key of Stripe that moves real money."""


def kept_secrets(folder: DataFolder) -> dict[str, str]:
    """Give the demo's own keys, made once: a restart must not sign everybody out."""
    file = folder.path / "secrets.json"
    if not file.exists():
        made = {
            "SECRET_KEY": secrets.token_urlsafe(48),
            "STRIPE_SECRET_KEY": f"sk_test_{secrets.token_hex(16)}",
            "STRIPE_WEBHOOK_SECRET": f"whsec_{secrets.token_hex(16)}",
        }
        write_private(file, made)
    kept: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    return kept


def platform_environment(
    *, folder: DataFolder, servers: Mapping[str, str], port: int, stripe_url: str = NOWHERE
) -> dict[str, str]:
    """Give the platform's variables, without the machine's own. Raises RealMoney.

    A STRIPE_SECRET_KEY of the environment is used, with Stripe's own servers, if it is a test key.
    """
    kept = kept_secrets(folder)
    stripe = {name: kept[name] for name in ("STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET")}
    stripe["STRIPE_API_URL"] = stripe_url
    own_key = own_stripe_key()
    if own_key:
        own_webhook_secret = os.environ.get("STRIPE_WEBHOOK_SECRET", "")
        stripe = {"STRIPE_SECRET_KEY": own_key, "STRIPE_WEBHOOK_SECRET": own_webhook_secret}
    return {
        "DJANGO_SETTINGS_MODULE": SETTINGS,
        "DATA_DIR": str(folder.path),
        "SECRET_KEY": kept["SECRET_KEY"],
        "PLATFORM_DOMAIN": DOMAIN,
        "PUBLIC_URL_SCHEME": "http",
        "PUBLIC_PORT": str(port),
        **servers,
        **stripe,
    }


def own_stripe_key() -> str:
    """Give the key of Stripe found in the environment, empty when there is none. Raises RealMoney."""
    key = os.environ.get("STRIPE_SECRET_KEY", "")
    if key.startswith(("sk_live_", "rk_live_")):
        raise RealMoney(
            "STRIPE_SECRET_KEY est une clé de production : la démonstration débiterait de vraies cartes. "
            "Donnez une clé de test, ou aucune."
        )
    return key


def adopt(platform: Mapping[str, str]) -> None:
    """Make the platform's variables this program's own."""
    for name in _NOT_OURS:
        os.environ.pop(name, None)
    os.environ.update(platform)


def with_machine(platform: Mapping[str, str]) -> dict[str, str]:
    """Add the machine's variables (PATH, HOME…) to the platform's, as a child process needs them."""
    machine = {name: value for name, value in os.environ.items() if name not in _NOT_OURS and name[:2] != "PG"}
    return {**machine, **platform, "PYTHONUNBUFFERED": "1"}


def ignored_variables() -> list[str]:
    """Name the variables of the environment that the demo sets aside, for people to know."""
    return [name for name in ("DATABASE_URL", "REDIS_URL", "EMAIL_URL") if name in os.environ]
