"""Which town a host name belongs to, kept in the platform's cache and forgotten as soon as it changes."""

from django.core.cache import caches

from conciergeries.towns.models import Domain, Town
from shared.tenancy import in_public

# No town's name is longer, and a cache's key may not be much longer either.
LONGEST_HOST = 200


def _key(host: str) -> str:
    return f"town-of-host:{host}"


def town_of_host(host: str) -> Town | None:
    """The town served at `host` (no port, lower case), ready or not; None when there is none.

    A host that is no town is asked of the database each time: remembering every invented name would let anybody
    fill the cache.
    """
    if len(host) > LONGEST_HOST:
        return None
    cache = caches["platform"]
    town: Town | None = cache.get(_key(host))
    if town is None:
        with in_public():
            domain = Domain.objects.select_related("tenant__operating_company").filter(domain=host).first()
        if domain is None:
            return None
        town = domain.tenant
        cache.set(_key(host), town)
    return town


def forget_hosts(*hosts: str) -> None:
    caches["platform"].delete_many([_key(host) for host in hosts])


def forget_town(town: Town) -> None:
    with in_public():
        hosts = list(Domain.objects.filter(tenant_id=town.pk).values_list("domain", flat=True))
    forget_hosts(*hosts)
