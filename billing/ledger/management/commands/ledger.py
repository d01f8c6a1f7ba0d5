"""`ledger COMMUNE [--check] [--json]`: a town's balances today, or whether its ledger agrees with everything else."""

import json
import sys
from argparse import ArgumentParser
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from billing.ledger.checking import Kind, Report, check_here
from billing.ledger.models import Account
from billing.ledger.queries import balances, entries_count
from conciergeries.towns.models import Town
from conciergeries.towns.queries import UnknownTownError, open_town
from shared.french import NBSP, moment, money, plural
from shared.tenancy import in_town

# The words of the report, in its order.
KEYS = {
    "unbalanced": Kind.UNBALANCED,
    "orphans": Kind.ORPHAN,
    "differences_with_orders": Kind.ORDERS,
    "differences_with_stripe": Kind.STRIPE,
}


class Command(BaseCommand):
    help = "Montre les soldes d’une commune ; avec --check, vérifie son grand livre."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("commune", help="nom dans l’adresse (istres) ou code INSEE (13047)")
        parser.add_argument(
            "--check", action="store_true", help="vérifie les écritures ; code 1 si quelque chose cloche"
        )
        parser.add_argument("--json", action="store_true", help="répond en JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            town = open_town(options["commune"])
        except UnknownTownError as error:
            raise CommandError(str(error)) from error
        now = timezone.now()
        with in_town(town):
            if not options["check"]:
                self._balances(town, now=now, as_json=options["json"])
                return
            report = check_here(now=now)
        if options["json"]:
            self.stdout.write(json.dumps({"entries": report.entries} | {k: report.count(v) for k, v in KEYS.items()}))
            for why in report.impossible.values():
                self.stderr.write(why)
        else:
            self._tell(report, town)
        if not report.is_well:
            sys.exit(1)

    def _balances(self, town: Town, *, now: datetime, as_json: bool) -> None:
        found = balances()
        if as_json:
            self.stdout.write(json.dumps({account.value: found[account] for account in Account if found.get(account)}))
            return
        local = now.astimezone(ZoneInfo(town.timezone))
        self.stdout.write(f"{town.name}, {moment(local)}{NBSP}: {plural(entries_count(), 'écriture')}.")
        for account in Account:
            if found.get(account):
                side = "débiteur" if found[account] > 0 else "créditeur"
                self.stdout.write(f"{account.value:>6}  {account.label:<38} {money(abs(found[account])):>16} {side}")

    def _tell(self, report: Report, town: Town) -> None:
        self.stdout.write(f"{town.name}{NBSP}: {plural(report.entries, 'écriture')}.")
        for kind in KEYS.values():
            count = report.count(kind)
            said = "impossible à dire" if count is None else str(count)
            self.stdout.write(f"  {_capital(kind.label)}{NBSP}: {said}.")
            if count is None:
                self.stdout.write(f"    {report.impossible[kind]}")
            for finding in report.findings:
                if finding.kind == kind:
                    self.stdout.write(f"    {finding.message}")
        self.stdout.write("Tout concorde." if report.is_well else "Le grand livre est à regarder.")


def _capital(label: str) -> str:
    return label[:1].upper() + label[1:]
