"""Setting where and when orders are collected."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Exists, ProtectedError
from django.utils.text import slugify

from shared.audit.services import record
from shared.calendars import ChangeKind, rule_in_force
from shared.changing import check_rule
from shared.locks import lock, lock_one
from tenants.hubs.calendars import changes_of
from tenants.hubs.membership import forget_the_code
from tenants.hubs.models import Hub, HubKind, Round

# A code is said aloud at an intercom or printed in a company's letter: short is fine, guessable is not.
SHORTEST_CODE = 6


@dataclass(frozen=True, kw_only=True)
class HubFacts:
    """What the town hall says of a hub; `hours` as OpenStreetMap writes them, those of today.

    `room` is how many orders a window takes, None for any number; `fee_cents` what an order pays to be collected there.
    """

    name: str
    kind: str = HubKind.SATELLITE
    address: str
    access_notes: str
    parking: str = ""
    phone: str = ""
    handed_over_by: str = ""
    hours: str
    cutoff_minutes: int
    room: int | None = None
    kept_days: int = 3
    fee_cents: int = 0
    active: bool = True


class HubInUseError(ValueError):
    """Orders, old ones perhaps, name the hub: it can be closed to orders, and not be deleted."""


@transaction.atomic
def add_hub(*, town: Any, facts: HubFacts, access_code: str | None = None, actor: Any, now: datetime) -> Hub:
    """Open another hub. Raises django.core.exceptions.ValidationError, tied to fields and in French."""
    hub = Hub(slug=slugify(facts.name)[:100])
    if facts.kind == HubKind.MAIN:
        raise ValidationError({"kind": "La commune a déjà un point de retrait principal."})
    _check(facts=facts, hub=hub, town=town, now=now)
    _write(hub, facts)
    _set_code(hub, hash_code(access_code))
    if not hub.slug:
        raise ValidationError({"name": "Donnez un nom qui contienne des lettres."})
    if Hub.objects.filter(slug=hub.slug).exists():
        raise ValidationError({"name": _TAKEN})
    try:
        with transaction.atomic():
            hub.save(force_insert=True)
    except IntegrityError as error:
        # A second click, or a colleague, a moment before.
        raise ValidationError({"name": _TAKEN}) from error
    details = {"hours": hub.hours, "name": hub.name, "kind": hub.kind, "has_code": bool(hub.access_code)}
    record(actor=actor, action="hub.added", target=hub, details=details, now=now)
    return hub


@transaction.atomic
def set_hub(
    *,
    town: Any,
    hub_id: UUID,
    facts: HubFacts,
    code_hash: str | None = None,
    ask_again: bool = False,
    actor: Any,
    now: datetime,
) -> Hub:
    """Change a hub. Called inside tenants.orders.moving.change_times, which sees to the orders that count on it.

    `code_hash` is of a new access code, made before anything is locked (`hash_code`); None keeps the one there is.
    With `ask_again` too, who joined by the old one is no member any more: they are asked for the new one. Versions of
    its hours that have begun become its hours. Setting what is already set changes nothing.
    Raises Hub.DoesNotExist, django.core.exceptions.ValidationError.
    """
    hub = lock_one(Hub.objects.all(), pk=hub_id)
    before = facts_of(hub, today=_today(town, now))
    if before == facts and not code_hash:
        return hub
    if (before.kind == HubKind.MAIN) != (facts.kind == HubKind.MAIN):
        raise ValidationError({"kind": "Le point de retrait principal le reste, et il n’y en a qu’un."})
    if hub.is_main and not facts.active:
        raise ValidationError({"active": "Le point de retrait principal reste ouvert aux commandes."})
    begun = [
        change for change in changes_of(hub) if change.kind == ChangeKind.VERSION and change.first <= _today(town, now)
    ]
    _write(hub, facts)
    _check(facts=facts, hub=hub, town=town, now=now)
    _set_code(hub, code_hash)
    hub.save()
    for change in begun:
        change.delete()
    changed: dict[str, Any] = {
        field: [getattr(before, field), getattr(facts, field)]
        for field in HubFacts.__dataclass_fields__
        if getattr(before, field) != getattr(facts, field)
    }
    if code_hash:
        # That it changed, never what it is.
        changed["access_code"] = True
        if ask_again:
            changed["members_removed"] = forget_the_code(hub)
    details = {"name": facts.name, "changed": changed}
    record(actor=actor, action="hub.set", target=hub, details=details, now=now)
    return hub


@transaction.atomic
def remove_hub(*, hub_id: UUID, actor: Any, now: datetime) -> None:
    """Delete a hub that no order names, waiting or past; its delivery runs go with it.

    Raises HubInUseError, Hub.DoesNotExist, django.core.exceptions.ValidationError for the main one.
    """
    hub = lock_one(Hub.objects.all(), pk=hub_id)
    if hub.is_main:
        raise ValidationError("Le point de retrait principal ne se supprime pas.")
    try:
        with transaction.atomic():
            Hub.objects.filter(pk=hub.pk).delete()
    except ProtectedError as error:
        raise HubInUseError(hub.name) from error
    record(actor=actor, action="hub.removed", target=hub, details={"name": hub.name}, now=now)


def facts_of(hub: Hub, *, today: date) -> HubFacts:
    """What is said of a hub, its hours being those in force `today`."""
    said = {field: getattr(hub, field) for field in HubFacts.__dataclass_fields__}
    return HubFacts(**said | {"hours": rule_in_force(rule=hub.hours, changes=changes_of(hub), on=today)})


def lock_places(hub_id: UUID) -> Hub:
    """Lock a hub and the rounds whose room counts, until the transaction ends: nobody else takes a place meanwhile.

    Locked before anything of an order. Raises Hub.DoesNotExist.
    """
    limited = Round.objects.filter(active=True, room__isnull=False)
    hub: Any = lock_one(Hub.objects.annotate(rounds_count_parcels=Exists(limited)), pk=hub_id)
    if hub.rounds_count_parcels:
        lock(limited)
    return hub  # type: ignore[no-any-return]  # annotated above


_TAKEN = "Un point de retrait porte déjà ce nom."


def _today(town: Any, now: datetime) -> date:
    return now.astimezone(ZoneInfo(town.timezone)).date()


def _write(hub: Hub, facts: HubFacts) -> None:
    for field in HubFacts.__dataclass_fields__:
        setattr(hub, field, getattr(facts, field))


def hash_code(code: str | None) -> str:
    """A new access code, hashed, which takes its time on purpose: never under a lock. Empty when there is none.

    Raises django.core.exceptions.ValidationError, tied to its field and in French.
    """
    code = (code or "").strip()
    if not code:
        return ""
    if len(code) < SHORTEST_CODE:
        raise ValidationError({"access_code": f"Au moins {SHORTEST_CODE} caractères : il ne doit pas se deviner."})
    return make_password(code)


def _set_code(hub: Hub, code_hash: str | None) -> None:
    """Keep a new code's hash; a hub that is open to everybody has none."""
    if not hub.is_restricted:
        if code_hash:
            raise ValidationError({"access_code": "Un code n’a de sens que pour un accès réservé."})
        hub.access_code = ""
    elif code_hash:
        hub.access_code = code_hash
    elif not hub.access_code:
        raise ValidationError({"access_code": "Donnez le code qui y donne accès : sans lui, personne n’y entre."})


def _check(*, facts: HubFacts, hub: Hub, town: Any, now: datetime) -> None:
    check_rule(facts.hours, today=_today(town, now), territory=town.free_days)
    _write(hub, facts)
    hub.clean_fields(exclude=["id", "slug", "access_code"])
    if facts.fee_cents and not (town.holds_money or hub.takes_payment):
        # Elsewhere they are in what is paid by card.
        raise ValidationError(
            {"fee_cents": "Personne n’est là pour encaisser ces frais, et rien ne se paie en ligne dans cette commune."}
        )
