"""`promise COMMUNE [--hub POINT] [--items BOUTIQUE/PRODUIT …] [--at INSTANT] [--json]`: what is promised, and why."""

import json
from argparse import ArgumentParser
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from conciergeries.towns.queries import UnknownTownError, open_town
from shared.french import moment, plural, span
from shared.tenancy import in_town
from tenants.hubs.explaining import chain, come_back, missed
from tenants.hubs.facts import Question
from tenants.hubs.models import Hub
from tenants.hubs.promise import Promise
from tenants.orders.promising import prospects
from tenants.shops.models import Product


class Command(BaseCommand):
    help = "Dit quand une commande pourrait être retirée, et pourquoi pas plus tôt."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("commune", help="nom dans l’adresse (istres) ou code INSEE (13047)")
        parser.add_argument("--hub", help="nom du point dans l’adresse ; par défaut, le principal")
        parser.add_argument("--items", nargs="*", default=[], metavar="BOUTIQUE/PRODUIT", help="noms dans l’adresse")
        parser.add_argument("--at", metavar="AAAA-MM-JJTHH:MM", help="à l’heure de la commune ; par défaut, maintenant")
        parser.add_argument("--json", action="store_true", help="un seul objet JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            town = open_town(options["commune"])
        except UnknownTownError as error:
            raise CommandError(str(error)) from error
        now = _instant(options["at"], town.timezone)
        with in_town(town):
            hub = _hub(options["hub"])
            found = prospects(town=town, products=[_product(item) for item in options["items"]], now=now, hubs=[hub])
            question, said = found.questions[hub.pk], found.at(hub)
        if options["json"]:
            self.stdout.write(json.dumps(as_json(hub, question, said), ensure_ascii=False, indent=2))
        else:
            self.stdout.writelines(f"{line}\n" for line in as_text(hub, question, said))


def as_json(hub: Hub, question: Question, said: Promise) -> dict[str, Any]:
    """The promise as other programs read it; instants in ISO 8601, in the town's zone."""
    return {
        "now": said.now.isoformat(),
        "hub": hub.slug,
        "windows": [
            {
                "start": window.start.isoformat(),
                "end": window.end.isoformat(),
                "order_before": window.order_before.isoformat(),
                "room": window.room,
            }
            for window in said.windows
        ],
        "earliest": said.earliest.start.isoformat() if said.earliest else None,
        "chain": [
            {"step": link.step, "at": link.at.isoformat(), "reason": link.reason} for link in chain(question, said)
        ],
        "excluded": [{"start": each.start.isoformat(), "reason": each.reason} for each in missed(question, said)],
    }


def as_text(hub: Hub, question: Question, said: Promise) -> list[str]:
    """The promise as people read it: the chain, then why not sooner, then the windows."""
    lines = [f"{hub.name}, {moment(said.now)}", ""]
    lines += [f"  {moment(link.at)} : {link.reason}" for link in chain(question, said)] or [_nothing(question, said)]
    sooner = missed(question, said)
    if sooner:
        lines += ["", "Pas plus tôt :", *(f"  {each.when} : {each.reason}" for each in sooner)]
    if said.windows:
        lines += ["", "Créneaux possibles :"]
    for window in said.windows:
        room = "" if window.room is None else f", {plural(window.room, 'place')}"
        day = f"{moment(window.start).split(' à ')[0]}, {span(window.start, window.end)}"
        lines.append(f"  {day} (commander avant {moment(window.order_before)}{room})")
    return lines


def _nothing(question: Question, said: Promise) -> str:
    again = come_back(question, now=said.now)
    if again is None:
        return "  Rien ne peut être promis dans les deux mois."
    return f"  Rien dans les deux semaines : commandes possibles à partir du {moment(again.since)}."


def _instant(written: str | None, zone: str) -> datetime:
    if written is None:
        return timezone.now()
    try:
        read = datetime.fromisoformat(written)
    except ValueError as error:
        raise CommandError(f"« {written} » n’est pas un instant : écrivez 2026-12-24T10:00.") from error
    return read if read.tzinfo else read.replace(tzinfo=ZoneInfo(zone))


def _hub(slug: str | None) -> Hub:
    hubs = Hub.objects.filter(active=True)
    found = hubs.filter(slug=slug).first() if slug else hubs.order_by("-is_main", "name", "pk").first()
    if found is None:
        known = ", ".join(hubs.order_by("slug").values_list("slug", flat=True)) or "aucun"
        raise CommandError(f"Pas de point de retrait « {slug or ''} » ; il y a : {known}.")
    return found


def _product(item: str) -> Product:
    shop, _slash, slug = item.partition("/")
    found = Product.objects.for_sale().filter(shop__slug=shop, slug=slug).first()
    if found is None:
        raise CommandError(f"Pas de produit « {item} » en vente ; écrivez boutique/produit, comme dans l’adresse.")
    return found
