"""The tests: real PostgreSQL and Valkey, started by tests/tools/servers.py, and mistakes turned into errors."""

import os
import tempfile
from pathlib import Path

from conciergeries.settings.base import *  # noqa: F403  (a settings module is its base and what it changes)
from conciergeries.settings.base import CACHES, STORAGES, STRIPE, env

DEMO = True
SECRET_KEY = "tests-only"  # noqa: S105  (protects nothing)
PUBLIC_URL_SCHEME = "http"
PUBLIC_PORT = ""
PLATFORM_DOMAIN = "localhost"

# A passkey works on http://….localhost too.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True

EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# Each process that runs tests has its own: two may run at once.
MAIL_FOLDER = Path(tempfile.gettempdir()) / f"conciergeries-tests-{os.getpid()}" / "mail"
MEDIA_ROOT = Path(tempfile.gettempdir()) / f"conciergeries-tests-{os.getpid()}" / "media"
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
for _cache in CACHES.values():
    _cache["KEY_PREFIX"] = f"{_cache.get('KEY_PREFIX', '')}test"

# Each test town is run by a company with its own Stripe account: the keys of one must never serve the other.
for _alias in ("default", "viroflay"):
    STRIPE[_alias] = {
        "secret_key": f"sk_test_{_alias}",
        "webhook_secret": f"whsec_{_alias}",
        "api_url": env("STRIPE_API_URL", default=""),
    }
