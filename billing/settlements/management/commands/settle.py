"""`settle COMMUNE [--until AAAA-MM-JJ] [--dry-run [--json]]`: issue a town's statements now, or say what would be.

Each merchant's last period that is over, or everybody's up to a given day.
"""

import json
from argparse import ArgumentParser
from datetime import date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from billing.settlements.models import PayoutState, Statement, payout_of
from billing.settlements.previewing import Preview, preview
from billing.settlements.settling import PeriodNotOverError, SettlementIncompleteError, settle, settle_due
from conciergeries.towns.models import Town
from conciergeries.towns.queries import UnknownTownError, open_town
from shared.french import money, period
from shared.tenancy import in_town


class Command(BaseCommand):
    help = "Émet les bordereaux de reversement d’une commune, et envoie les virements."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("commune", help="nom dans l’adresse (istres) ou code INSEE (13047)")
        parser.add_argument(
            "--until",
            metavar="AAAA-MM-JJ",
            help="dernier jour de la période ; par défaut, la dernière période finie de chaque commerçant",
        )
        parser.add_argument("--dry-run", action="store_true", help="dit ce qui serait émis, et n’émet rien")
        parser.add_argument("--json", action="store_true", help="avec --dry-run : un objet JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        now = timezone.now()
        try:
            town = open_town(options["commune"])
        except UnknownTownError as error:
            raise CommandError(str(error)) from error
        until = _day(options["until"]) if options["until"] else None
        if options["json"] and not options["dry_run"]:
            raise CommandError("--json va avec --dry-run.")
        if options["dry_run"]:
            self._show(town, now=now, until=until, as_json=options["json"])
            return
        failures: dict[Any, str] = {}
        try:
            issued = settle(town=town, period_end=until, now=now) if until else settle_due(town=town, now=now)
        except PeriodNotOverError as error:
            raise CommandError(f"Le {until:%d/%m/%Y} n’est pas encore commencé à {town.name}.") from error
        except SettlementIncompleteError as error:
            failures = error.failures
            issued = []
        with in_town(town):
            for statement in issued:
                self.stdout.write(_line(statement))
        if failures:
            raise CommandError(
                "Certains commerçants n’ont pas pu être réglés ; les autres l’ont été :\n"
                + "\n".join(f"  {merchant} : {why}" for merchant, why in failures.items())
            )
        if not issued:
            self.stdout.write(f"Rien à régler à {town.name}{_until(until)}.")

    def _show(self, town: Town, *, now: datetime, until: date | None, as_json: bool) -> None:
        with in_town(town):
            found = preview(town=town, now=now, until=until)
        if as_json:
            said = {"town": town.slug, "at": now.isoformat(), "statements": [each.as_json() for each in found]}
            self.stdout.write(json.dumps(said, ensure_ascii=False, indent=2))
            return
        for each in found:
            self.stdout.write(_preview_line(each))
        if not found:
            self.stdout.write(f"Rien à régler à {town.name}{_until(until)}.")


def _until(day: date | None) -> str:
    return f" jusqu’au {day:%d/%m/%Y} inclus" if day else ""


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"« {text} » n’est pas une date. Écrivez par exemple --until 2026-11-22.") from error


def _line(statement: Statement) -> str:
    payout = payout_of(statement)
    if payout is None:
        end = "reporté" if statement.net_cents else "rien à virer"
    elif payout.stripe_transfer_id and payout.state == PayoutState.SENT:
        end = f"viré ({payout.stripe_transfer_id})"
    else:
        end = str(payout.get_state_display())
    return (
        f"{statement.number}  {statement.merchant_name}  {period(statement.period_start, statement.period_end)}  "
        f"ventes {money(statement.gross_cents)}  commission HT {money(statement.commission_ht_cents)}  "
        f"TVA {money(statement.vat_cents)}  net {money(statement.net_cents)}  {end}"
    )


def _preview_line(shown: Preview) -> str:
    said = shown.statement
    ends = {"issued": "serait émis", "review": "serait à relire", "held": "serait retenu"}
    end = ends[shown.outcome] + (f" : {shown.waits}" if shown.waits else "")
    return (
        f"{said.merchant_name}  {period(said.period_start, said.period_end)}  ventes {money(said.gross_cents)}  "
        f"commission HT {money(said.commission_ht_cents)}  TVA {money(said.vat_cents)}  net {money(said.net_cents)}  "
        f"versé {money(shown.payout_cents)}  {end}"
    )
