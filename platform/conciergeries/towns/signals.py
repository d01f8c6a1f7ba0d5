"""A town or a domain that changes is forgotten by the host cache, once the change is committed."""

from functools import partial
from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from conciergeries.towns.hosts import forget_hosts, forget_town
from conciergeries.towns.models import Domain, Town


@receiver(post_save, sender=Town)
def _town_changed(instance: Town, **_kwargs: Any) -> None:
    transaction.on_commit(partial(forget_town, instance))


@receiver([post_save, post_delete], sender=Domain)
def _domain_changed(instance: Domain, **_kwargs: Any) -> None:
    transaction.on_commit(partial(forget_hosts, instance.domain))
