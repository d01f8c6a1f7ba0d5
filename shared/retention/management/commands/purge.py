"""`purge [--dry-run]`: forget now what the nightly purge would, and say how much."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from shared.retention.delays import DELAYS, in_words
from shared.retention.services import Purged, purge_here
from shared.tenancy import in_public, in_town, ready_towns


class Command(BaseCommand):
    help = "Efface ce qui ne peut plus être gardé, sur la plateforme et dans chaque commune."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="compte seulement, n’efface rien")

    def handle(self, *_args: Any, **options: Any) -> None:
        now, dry_run = timezone.now(), bool(options["dry_run"])
        self.stdout.write("À effacer :" if dry_run else "Effacé :")
        with in_public():
            purged = {"plateforme": purge_here(now=now, dry_run=dry_run)}
        for town in ready_towns():
            try:
                with in_town(town):
                    purged[town.schema_name] = purge_here(now=now, dry_run=dry_run)
            except DatabaseError as error:
                purged[town.schema_name] = Purged(failures={"schema": str(error)})
        failed = False
        for name, result in purged.items():
            self.stdout.write(f"{name}")
            for key, count in result.counts.items():
                self.stdout.write(f"  {key:<18} {count:>8}   ({in_words(key) if DELAYS[key] else 'aussitôt'})")
            for key, why in result.failures.items():
                failed = True
                self.stdout.write(f"  {key:<18} ÉCHEC : {why}")
        if failed:
            raise CommandError("Certains effacements ont échoué ; les autres sont faits.")
