"""`documents COMMUNE [--check] [--json]`: make the papers that are missing, and check all of them."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from billing.settlements.paperwork import make_missing
from billing.settlements.verifying import Checked, check_papers
from conciergeries.towns.queries import UnknownTownError, open_town
from shared.french import NBSP, plural
from shared.tenancy import in_town

_WRONG = {
    "changed_files": "Fichiers qui ne sont plus ceux qui ont été gardés",
    "changed_statements": "Bordereaux dont les chiffres ont changé",
    "without_file": "Pièces émises sans leur document",
    "missing_numbers": "Numéros donnés et qui ne sont sur aucune pièce",
    "unexpected_numbers": "Numéros que personne n’a donnés",
}


class Command(BaseCommand):
    help = "Fait les documents qui manquent à une commune, et les vérifie tous."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("commune", help="nom dans l’adresse (istres) ou code INSEE (13047)")
        parser.add_argument("--check", action="store_true", help="vérifier seulement, sans rien faire ni envoyer")
        parser.add_argument("--json", action="store_true", help="répondre en JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        now = timezone.now()
        try:
            town = open_town(options["commune"])
        except UnknownTownError as error:
            raise CommandError(str(error)) from error
        with in_town(town):
            made = [] if options["check"] else make_missing(now=now)
            found = check_papers(now=now)
        if options["json"]:
            self.stdout.write(json.dumps(found.as_json() | {"made": len(made)}, ensure_ascii=False))
        else:
            self._say(found, len(made), town.name)
        if not found.is_sound:
            raise CommandError("Les documents ne sont pas en ordre.")

    def _say(self, found: Checked, made: int, name: str) -> None:
        if made:
            self.stdout.write(f"{plural(made, 'document fait', 'documents faits')}, envoyés aux commerçants.")
        looked_at = (
            plural(found.documents, "document"),
            plural(found.statements, "bordereau", "bordereaux"),
            plural(found.invoices, "facture ou avoir", "factures et avoirs"),
            plural(found.series, "série"),
        )
        self.stdout.write(f"{name}{NBSP}: {', '.join(looked_at)}.")
        for key, words in _WRONG.items():
            wrong = getattr(found, key)
            if wrong:
                self.stdout.write(f"{words}{NBSP}: {', '.join(wrong)}")
