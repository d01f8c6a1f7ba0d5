"""A real installation: every secret from the environment, HTTPS only."""

from django.core.exceptions import ImproperlyConfigured

from conciergeries.settings.base import *  # noqa: F403  (a settings module is its base and what it changes)
from conciergeries.settings.base import env

SECRET_KEY = env("SECRET_KEY")
PLATFORM_DOMAIN = env("PLATFORM_DOMAIN")

if env("STRIPE_API_URL", default=""):
    # The fake Stripe accepts any card: it must never be reachable from a real town.
    raise ImproperlyConfigured("STRIPE_API_URL belongs to the demo and the tests; remove it in production.")

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# One proxy stands in front: without this every visitor has its address, and shares one rate limit with all the others.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=1)
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^sante/$"]
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=60 * 60 * 24 * 365)
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
