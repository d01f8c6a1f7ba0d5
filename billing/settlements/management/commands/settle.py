"""`settle COMMUNE [--until AAAA-MM-JJ]`: issue a town's statements now, for the week before or up to a given day."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from billing.settlements.calendar import last_finished_week
from billing.settlements.models import PayoutState, Statement
from billing.settlements.settling import PeriodNotOverError, SettlementIncompleteError, settle
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
            help="dernier jour de la période ; par défaut, le dernier dimanche passé",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        now = timezone.now()
        try:
            town = open_town(options["commune"])
        except UnknownTownError as error:
            raise CommandError(str(error)) from error
        period_end = _day(options["until"]) if options["until"] else last_finished_week(town, now)
        failures: dict[Any, str] = {}
        try:
            issued = settle(town=town, period_end=period_end, now=now)
        except PeriodNotOverError as error:
            raise CommandError(f"Le {period_end:%d/%m/%Y} n’est pas encore commencé à {town.name}.") from error
        except SettlementIncompleteError as error:
            failures = error.failures
            issued = []
        for statement in issued:
            with in_town(town):
                self.stdout.write(_line(statement))
        if failures:
            raise CommandError(
                "Certains commerçants n’ont pas pu être réglés ; les autres l’ont été :\n"
                + "\n".join(f"  {merchant} : {why}" for merchant, why in failures.items())
            )
        if not issued:
            self.stdout.write(f"Rien à régler à {town.name} jusqu’au {period_end:%d/%m/%Y} inclus.")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"« {text} » n’est pas une date. Écrivez par exemple --until 2026-11-22.") from error


def _line(statement: Statement) -> str:
    payout = statement.payout_or_none
    if payout is None:
        end = "reporté" if statement.net_cents < 0 else "rien à virer"
    elif payout.state == PayoutState.SENT:
        end = f"viré ({payout.stripe_transfer_id})"
    else:
        end = str(payout.get_state_display())
    return (
        f"{statement.number}  {statement.merchant_name}  {period(statement.period_start, statement.period_end)}  "
        f"ventes {money(statement.gross_cents)}  commission HT {money(statement.commission_ht_cents)}  "
        f"TVA {money(statement.vat_cents)}  net {money(statement.net_cents)}  {end}"
    )
