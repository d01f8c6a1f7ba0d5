"""What every environment shares; the others import this one only. Values that differ come from the environment."""

from pathlib import Path
from typing import Any

import django_stubs_ext
import environ
from celery.schedules import crontab
from csp.constants import NONCE, NONE, SELF

# `ModelForm[Shop]` and the like: what the type checker reads must also run.
django_stubs_ext.monkeypatch()

env = environ.Env()

ROOT = Path(__file__).resolve().parents[3]
DATA_DIR = Path(env("DATA_DIR", default=str(ROOT / "var")))

DEBUG = False
DEMO = False
SECRET_KEY = env("SECRET_KEY", default="")

# --- The platform's own addresses: a town is served at <slug>.<PLATFORM_DOMAIN>, or at its own domain ---
PLATFORM_DOMAIN = env("PLATFORM_DOMAIN", default="localhost")
PUBLIC_URL_SCHEME = env("PUBLIC_URL_SCHEME", default="https")
PUBLIC_PORT = env("PUBLIC_PORT", default="")
# Any host reaches us: a town may bring its own domain. The towns' middleware answers 404 to a host that is no town.
ALLOWED_HOSTS = ["*"]

PLATFORM_ACCENT = "#0d5c63"

# --- Who publishes the platform, for its legal notice ---
PLATFORM_PUBLISHER = env("PLATFORM_PUBLISHER", default="Conciergeries")
PLATFORM_PUBLISHER_ADDRESS = env("PLATFORM_PUBLISHER_ADDRESS", default="")
PLATFORM_HOSTING = env("PLATFORM_HOSTING", default="")
PLATFORM_CONTACT = env("PLATFORM_CONTACT", default=f"bonjour@{PLATFORM_DOMAIN}")

# --- A merchant that changes its bank account is paid to it after so many days: time to read the letters ---
BANK_CHANGE_DAYS = env.int("BANK_CHANGE_DAYS", default=3)

# --- Applications. An app in both lists has one table per schema; test_isolation keeps that list short. ---
_BOTH = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "allauth.account",
    "allauth.mfa",
    "shared.accounts",
    "shared.audit",
    "shared.outbox",
    "shared.notifications",
]
_NO_MODELS = [
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django_htmx",
    "django_cotton.apps.SimpleAppConfig",
    "template_partials.apps.SimpleAppConfig",
    "shared.retention",
    "shared.web",
]
SHARED_APPS = [
    "django_tenants",
    *_NO_MODELS,
    *_BOTH,
    # Below ours: of two apps that have a template, the first wins.
    "allauth",
    "shared.due",
    "conciergeries.towns",
    "conciergeries.merchants",
    "conciergeries.console",
    "conciergeries.portal",
]
TENANT_APPS = [
    *_BOTH,
    "tenants.staff",
    "tenants.residents",
    "tenants.shops",
    "tenants.hubs",
    "tenants.orders",
    "tenants.site",
    "tenants.desk",
    "tenants.town_hall",
    "billing.ledger",
    "billing.numbering",
    "billing.documents",
    "billing.invoices",
    "billing.commissions",
    "billing.payments",
    "billing.settlements",
    "billing.transfers",
]
INSTALLED_APPS = SHARED_APPS + [app for app in TENANT_APPS if app not in SHARED_APPS]
TENANT_MODEL = "towns.Town"
TENANT_DOMAIN_MODEL = "towns.Domain"
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]
# One SET search_path per change of schema, not one per cursor.
TENANT_LIMIT_SET_CALLS = True
ROOT_URLCONF = "conciergeries.urls.town"
PUBLIC_SCHEMA_URLCONF = "conciergeries.urls.public"
WSGI_APPLICATION = "conciergeries.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "shared.web.health.HealthMiddleware",
    "conciergeries.towns.middleware.TownMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "shared.accounts.middleware.TownSessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "shared.web.context.page",
            ],
            # Both libraries want to be first; this order is the one in which <c-…> and partials both work.
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [
                        (
                            "django.template.loaders.cached.Loader",
                            [
                                "django_cotton.cotton_loader.Loader",
                                "django.template.loaders.filesystem.Loader",
                                "django.template.loaders.app_directories.Loader",
                            ],
                        )
                    ],
                )
            ],
            "builtins": ["django_cotton.templatetags.cotton", "template_partials.templatetags.partials"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"

# --- Data ---
DATABASES = {"default": env.db_url("DATABASE_URL", default="postgresql://postgres@localhost/conciergeries")}
DATABASES["default"]["ENGINE"] = "django_tenants.postgresql_backend"
DATABASES["default"]["CONN_MAX_AGE"] = env.int("DATABASE_CONN_MAX_AGE", default=300)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# PgBouncer in transaction mode: no server-side cursors, no prepared statements that outlive a transaction.
DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = True

REDIS_URL = env("REDIS_URL", default="redis://localhost:6379/0")
_REDIS_CACHE = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
CACHES = {
    # Keys carry the schema: two towns can never read each other's entry.
    "default": {**_REDIS_CACHE, "KEY_FUNCTION": "django_tenants.cache.make_key"},
    # What belongs to the platform as a whole: which host is which town.
    "platform": {**_REDIS_CACHE, "KEY_PREFIX": "platform", "TIMEOUT": 300},
}

# --- Sessions and sign-in ---
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "shared.web.errors.csrf_failure"
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "shared.accounts.adapter.AccountAdapter"
ACCOUNT_SIGNUP_FORM_CLASS = "shared.accounts.forms.SignupForm"
ACCOUNT_FORMS = {
    "add_email": "shared.accounts.sign_in.AddEmailForm",
    "change_email": "shared.accounts.sign_in.ChangeEmailForm",
    "change_password": "shared.accounts.sign_in.ChangePasswordForm",
    "confirm_email_verification_code": "shared.accounts.sign_in.ConfirmEmailForm",
    "confirm_login_code": "shared.accounts.sign_in.ConfirmLoginCodeForm",
    "login": "shared.accounts.sign_in.LoginForm",
    "reauthenticate": "shared.accounts.sign_in.ReauthenticateForm",
    "request_login_code": "shared.accounts.sign_in.RequestLoginCodeForm",
    "reset_password": "shared.accounts.sign_in.ResetPasswordForm",
    "reset_password_from_key": "shared.accounts.sign_in.ResetPasswordKeyForm",
    "set_password": "shared.accounts.sign_in.SetPasswordForm",
    "signup": "shared.accounts.sign_in.SignupForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_USER_DISPLAY = "shared.accounts.models.display"
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_CHANGE = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 3
# Digits, because they are read on a telephone and typed on another; eight, because three may be tried.
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "length": 8, "dashed": True}
# Without it everybody behind the proxy would share one limit.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "request_login_code": "20/m/ip,3/m/key",
    "signup": "20/m/ip",
    "confirm_email": "1/10s/key",
    "reset_password": "20/m/ip,5/m/key",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# A telephone's clock may be half a minute off.
MFA_TOTP_TOLERANCE = 1
MFA_ADAPTER = "shared.accounts.adapter.MfaAdapter"
MFA_FORMS = {
    "activate_totp": "shared.accounts.sign_in.ActivateTotpForm",
    "add_webauthn": "shared.accounts.sign_in.AddPasskeyForm",
    "authenticate": "shared.accounts.sign_in.AuthenticateForm",
    "authenticate_webauthn": "shared.accounts.sign_in.AuthenticatePasskeyForm",
    "edit_webauthn": "shared.accounts.sign_in.EditPasskeyForm",
    "login_webauthn": "shared.accounts.sign_in.LoginPasskeyForm",
    "reauthenticate": "shared.accounts.sign_in.MfaReauthenticateForm",
    "reauthenticate_webauthn": "shared.accounts.sign_in.ReauthenticatePasskeyForm",
}

# --- Language and time: a town's own zone is set by its middleware ---
LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Paris"

# --- Files ---
STATIC_URL = "/static/"
STATIC_ROOT = Path(env("STATIC_ROOT", default=str(DATA_DIR / "static")))
MEDIA_URL = "/media/"
MEDIA_ROOT = Path(env("MEDIA_ROOT", default=str(DATA_DIR / "media")))
STORAGES = {
    # Files of a town live in a folder of its schema's name.
    "default": {"BACKEND": "django_tenants.files.storage.TenantFileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# A picture of a telephone's camera fits; a film does not.
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500

# --- Security ---
CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "frame-src": [SELF],
        # The redirects to the payment page, and to the merchants' own pages at Stripe, follow a form.
        "form-action": [SELF, "https://checkout.stripe.com", "https://connect.stripe.com"],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"

# --- Mail ---
vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
PLATFORM_EMAIL = env("PLATFORM_EMAIL", default=f"ne-pas-repondre@{PLATFORM_DOMAIN}")
DEFAULT_FROM_EMAIL = PLATFORM_EMAIL
EMAIL_TIMEOUT = 10

# --- Stripe: one platform account per operating company, found by the company's alias ---
STRIPE: dict[str, dict[str, str]] = {
    "default": {
        "secret_key": env("STRIPE_SECRET_KEY", default=""),
        "webhook_secret": env("STRIPE_WEBHOOK_SECRET", default=""),
        "api_url": "",
    }
}
for _alias in env.list("STRIPE_ALIASES", default=[]):
    STRIPE[_alias] = {
        "secret_key": env(f"STRIPE_SECRET_KEY__{_alias.upper()}"),
        "webhook_secret": env(f"STRIPE_WEBHOOK_SECRET__{_alias.upper()}"),
        "api_url": "",
    }

# --- Tasks. Nothing about money relies on the broker: the outbox is the guarantee, Celery the wake-up. ---
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 120,
    # The defaults wait visibility_timeout + 100 s before a killed worker's message is given back.
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
}
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0.1, "interval_max": 0.2}
CELERY_DB_REUSE_MAX = 200
CELERY_TASK_TENANT_CACHE_SECONDS = 5
CELERY_TIMEZONE = "Europe/Paris"
CELERY_BEAT_SCHEDULE = {
    # While no worker takes them, these would pile up: one is as good as the next.
    "sweep the outboxes": {"task": "shared.outbox.tasks.sweep", "schedule": 5.0, "options": {"expires": 60.0}},
    # While shops and counters are closed.
    "forget what is past its delay": {
        "task": "shared.retention.tasks.purge_everywhere",
        "schedule": crontab(hour=3, minute=15),
    },
    # When the night's payments have been told.
    "check every ledger": {"task": "billing.ledger.tasks.check_everywhere", "schedule": crontab(hour=4, minute=45)},
    # Periods that ended, of every merchant in every town: one table is asked.
    "hand out what is due": {"task": "shared.due.tasks.dispatch", "schedule": 5.0, "options": {"expires": 60.0}},
    # What Stripe could not bring us; it goes on trying by itself for three days.
    "catch up with events": {"task": "billing.payments.tasks.catch_up_accounts", "schedule": 21600.0},
    # At an hour when a shop reads its mail.
    "remind merchants of what Stripe asks for": {
        "task": "billing.payments.tasks.remind_merchants",
        "schedule": crontab(hour=8, minute=10),
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "shared.logs.formatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="INFO")},
    # One line a request to Stripe says nothing that its error would not.
    "loggers": {"stripe": {"level": "WARNING"}},
}
