"""A hub, its week, and how orders are handed over there."""

from datetime import date
from typing import Any

from django import forms

from shared.web.fields import EurosField, euros
from shared.web.hours import ALWAYS, HoursForm, Instead
from tenants.hubs.models import MAX_FEE_CENTS, Hub, HubKind
from tenants.hubs.services import SHORTEST_CODE, HubFacts, facts_of

LONGEST_CUTOFF = 7 * 24 * 60
LONGEST_KEEPING = 30
MOST_ORDERS = 999
_KINDS = [choice for choice in HubKind.choices if choice[0] != HubKind.MAIN]
# What the form shows of a hub as it is.
_AS_THEY_ARE = (
    "name",
    "kind",
    "address",
    "access_notes",
    "parking",
    "phone",
    "handed_over_by",
    "cutoff_minutes",
    "room",
    "kept_days",
    "active",
)


def _number(**kwargs: Any) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
    return forms.IntegerField(widget=widget, **kwargs)


class HubForm(HoursForm):
    """What the town hall says of a hub."""

    instead = Instead("Accessible jour et nuit, tous les jours", ALWAYS)

    name = forms.CharField(label="Nom", max_length=100, help_text="« La conciergerie », « Zone du Tubé »…")
    kind = forms.ChoiceField(label="Sorte de point", choices=_KINDS, initial=HubKind.SATELLITE)
    address = forms.CharField(label="Adresse", max_length=200)
    access_notes = forms.CharField(
        label="Accès", max_length=300, required=False, help_text="Entrée, marches, interphone…"
    )
    parking = forms.CharField(
        label="Stationnement",
        max_length=200,
        required=False,
        help_text="« Arrêt minute devant la porte », par exemple.",
    )
    phone = forms.CharField(
        label="Téléphone sur place",
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
        help_text="Vide : celui de la conciergerie.",
    )
    handed_over_by = forms.CharField(
        label="Qui remet les commandes",
        max_length=100,
        required=False,
        help_text="« La concierge », « L’accueil du foyer »…",
    )
    access_code = forms.CharField(
        label="Nouveau code d’accès",
        max_length=64,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}),
    )
    ask_again = forms.BooleanField(
        label="Ceux qui sont entrés avec l’ancien code doivent saisir le nouveau",
        required=False,
        help_text="Ceux que vous avez inscrits restent membres, et les commandes déjà passées sont gardées.",
    )
    cutoff_minutes = _number(
        label="Dernière commande, en minutes avant l’ouverture",
        min_value=0,
        max_value=LONGEST_CUTOFF,
        help_text="En plus de ce que demandent les tournées : 240 pour quatre heures, 0 pour rien de plus.",
        error_messages={
            "min_value": "Pas moins de 0 minute.",
            "max_value": "Pas plus d’une semaine (10080 minutes).",
            "invalid": "Écrivez un nombre de minutes : 240.",
        },
    )
    room = _number(
        label="Commandes par créneau, au plus",
        required=False,
        min_value=1,
        max_value=MOST_ORDERS,
        help_text="Vide : autant qu’il en vient.",
    )
    kept_days = _number(
        label="Jours de garde d’une commande",
        min_value=1,
        max_value=LONGEST_KEEPING,
        initial=3,
        help_text="Au-delà, elle retourne chez les commerçants.",
    )
    fee = EurosField(
        label="Frais de retrait",
        required=False,
        zero=True,
        max_cents=MAX_FEE_CENTS,
        help_text="En euros TTC, par commande. Vide : gratuit. Les commandes déjà passées gardent les leurs.",
    )
    active = forms.BooleanField(label="Ouvert aux commandes", required=False)

    field_order = ("name", "kind", "address", "access_notes", "parking", "phone", "handed_over_by", "access_code")

    def __init__(self, *args: Any, today: date, hub: Hub | None = None, **kwargs: Any) -> None:
        self.hub = hub
        facts = facts_of(hub, today=today) if hub else None
        if facts:
            shown = {name: getattr(facts, name) for name in _AS_THEY_ARE}
            shown["fee"] = euros(facts.fee_cents) if facts.fee_cents else ""
            kwargs["initial"] = shown | (kwargs.get("initial") or {})
        super().__init__(*args, today=today, rule=facts.hours if facts else None, **kwargs)
        if hub is not None and hub.is_main:
            del self.fields["kind"], self.fields["access_code"]
        if hub is None or hub.is_main:
            # The main hub is never closed to orders, and a new one opens.
            del self.fields["active"]
        if hub is None or not hub.is_restricted:
            # Nobody has come in by an old code.
            del self.fields["ask_again"]
        if "access_code" in self.fields:
            self.fields["access_code"].help_text = (
                "Pour un accès réservé. Il y en a un : vide, il reste. Personne ne peut le relire."
                if hub and hub.access_code
                else f"Pour un accès réservé : {SHORTEST_CODE} caractères au moins. Personne ne pourra le relire."
            )

    @property
    def new_code(self) -> str | None:
        """A new code; None to keep the one there is."""
        return self.cleaned_data.get("access_code") or None

    @property
    def asks_again(self) -> bool:
        """Whether members by the old code must give the new one."""
        return bool(self.cleaned_data.get("ask_again"))

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("ask_again") and not data.get("access_code") and "access_code" not in self.errors:
            self.add_error("access_code", "Écrivez le nouveau code : c’est lui qui leur sera demandé.")
        if data.get("kind") == HubKind.ANY_TIME:
            # Nobody is kept waiting before lockers: long hours are what they are for.
            self.doubts = []
        elif data.get("no_week"):
            self.add_error("no_week", "Seuls des casiers, ou un lieu toujours ouvert, le sont : « à toute heure ».")
        return data

    def facts(self) -> HubFacts:
        """What was filled in, once it is valid."""
        data = self.cleaned_data
        return HubFacts(
            name=data["name"],
            kind=data.get("kind", HubKind.MAIN),
            address=data["address"],
            access_notes=data["access_notes"],
            parking=data["parking"],
            phone=data["phone"],
            handed_over_by=data["handed_over_by"],
            hours=self.rule,
            cutoff_minutes=data["cutoff_minutes"],
            room=data["room"],
            kept_days=data["kept_days"],
            fee_cents=data["fee"] or 0,
            active=data.get("active", True),
        )
