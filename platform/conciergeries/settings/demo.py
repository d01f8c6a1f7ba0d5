"""The demo that `./run` starts: everything on this machine, invented shops, e-mails kept on disk."""

from conciergeries.settings.base import *  # noqa: F403  (a settings module is its base and what it changes)
from conciergeries.settings.base import (
    CONTENT_SECURITY_POLICY,
    DATA_DIR,
    INSTALLED_APPS,
    SHARED_APPS,
    STORAGES,
    STRIPE,
    env,
)

DEMO = True
SHARED_APPS = [*SHARED_APPS, "conciergeries.demo"]
INSTALLED_APPS = [*INSTALLED_APPS, "conciergeries.demo"]
# The demo serves no one but the person who started it.
SECRET_KEY = env("SECRET_KEY", default="demo-only-key-that-protects-nothing-of-value-0123456789")
PUBLIC_URL_SCHEME = env("PUBLIC_URL_SCHEME", default="http")
PUBLIC_PORT = env("PUBLIC_PORT", default="8000")

# A passkey works on http://….localhost too.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True

EMAIL_BACKEND = "shared.notifications.backends.FolderBackend"
MAIL_FOLDER = DATA_DIR / "mail"

STRIPE["default"]["api_url"] = env("STRIPE_API_URL", default="")
if STRIPE["default"]["api_url"]:
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["form-action"].append(STRIPE["default"]["api_url"])

# Compressing at the first start costs more than it saves on one's own machine.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 60

# Silence what only a public HTTPS site needs.
SILENCED_SYSTEM_CHECKS = ["security.W004", "security.W008", "security.W012", "security.W016"]
