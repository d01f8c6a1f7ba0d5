"""A town, a domain or a company that changes is forgotten by the host cache, once the change is committed."""

from functools import partial
from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from conciergeries.towns.hosts import forget_hosts, forget_town
from conciergeries.towns.models import Domain, OperatingCompany, Town


@receiver(post_save, sender=Town)
def _town_changed(instance: Town, **_kwargs: Any) -> None:
    transaction.on_commit(partial(forget_town, instance))


@receiver([post_save, post_delete], sender=Domain)
def _domain_changed(instance: Domain, **_kwargs: Any) -> None:
    transaction.on_commit(partial(forget_hosts, instance.domain))


@receiver(post_save, sender=OperatingCompany)
def _company_changed(instance: OperatingCompany, created: bool, **_kwargs: Any) -> None:  # noqa: FBT001  (Django's signature)
    """Each town is kept with its company: the legal notice names it."""
    if created:
        return
    for town in Town.objects.filter(operating_company=instance).order_by("pk"):
        transaction.on_commit(partial(forget_town, town))
