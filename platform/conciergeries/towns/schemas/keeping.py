"""Keeps the script of this version of the towns' migrations; a deployment, which migrates `public`, has it written."""

import hashlib
import logging
from functools import cache
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.dispatch import receiver
from django_tenants.signals import schema_migrated
from django_tenants.utils import get_public_schema_name

from conciergeries.towns.models import SchemaScript
from conciergeries.towns.schemas.writing import write_script
from shared.tenancy import in_public

logger = logging.getLogger(__name__)


def kept_script() -> str | None:
    """The script that makes what the migrations of this version make, if there is one."""
    with in_public():
        return SchemaScript.objects.filter(version=version()).values_list("script", flat=True).first()


def keep_script() -> None:
    """Write the script of this version, unless it is there, and forget those of others."""
    with in_public():
        if not SchemaScript.objects.filter(version=version()).exists():
            # Two that are faster than each other write the same.
            SchemaScript.objects.bulk_create(
                [SchemaScript(version=version(), script=write_script())], ignore_conflicts=True
            )
            SchemaScript.objects.exclude(version=version()).delete()


@cache
def version() -> str:
    """What a script depends on: the migrations of the towns' apps, and the modules that write it."""
    own_apps = set(settings.TENANT_APPS)
    folders = [Path(config.path, "migrations") for config in apps.get_app_configs() if config.name in own_apps]
    files = [path for folder in (*folders, Path(__file__).parent) for path in sorted(folder.glob("*.py"))]
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


@receiver(schema_migrated)
def _migrated(schema_name: str, **_kwargs: Any) -> None:
    """Without a script towns still open (`make_schema`): a deployment does not fail for it."""
    if schema_name == get_public_schema_name():
        try:
            keep_script()
        except Exception:
            logger.exception("no script of this version: towns will be opened by migrations, slowly")
