"""`manage seed_demo`: fill the demo from demo.toml."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from conciergeries.demo.seed import seed


class Command(BaseCommand):
    help = "Remplit la démonstration : deux communes, leurs boutiques, leurs habitants."

    def handle(self, *_args: Any, **_options: Any) -> None:
        seed(now=timezone.now(), tell=self.stdout.write)
