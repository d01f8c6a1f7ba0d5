"""Mistakes of configuration that would let one town see another, found before the first request."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

# An app in both lists has a table in public *and* in each town: a town that misses its own would silently read the
# public one. Each of these was thought about; add none lightly.
IN_BOTH_SCHEMAS = frozenset(
    {
        "django.contrib.contenttypes",
        "django.contrib.auth",
        "django.contrib.sessions",
        "allauth.account",
        "allauth.mfa",
        "shared.accounts",
        "shared.audit",
        "shared.outbox",
        "shared.notifications",
    }
)


@register(Tags.security)
def both_schemas(app_configs: Any, **_kwargs: Any) -> list[CheckMessage]:  # noqa: ARG001  (Django's signature)
    both = set(settings.SHARED_APPS) & set(settings.TENANT_APPS)
    return [
        Error(f"{app} is in SHARED_APPS and TENANT_APPS, but not on the allow-list.", id="towns.E001")
        for app in sorted(both - IN_BOTH_SCHEMAS)
    ]


@register(Tags.security)
def caches_know_the_town(app_configs: Any, **_kwargs: Any) -> list[CheckMessage]:  # noqa: ARG001  (Django's signature)
    wrong = [
        name
        for name, cache in settings.CACHES.items()
        if name != "platform" and cache.get("KEY_FUNCTION") != "django_tenants.cache.make_key"
    ]
    return [
        Error(f"Cache {name!r} does not put the schema in its keys: towns would read each other's.", id="towns.E002")
        for name in wrong
    ]
