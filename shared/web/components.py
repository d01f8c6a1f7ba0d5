"""The page that shows every component in every state, with invented shops; served by the demo only."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from shared.french import money
from shared.hours import Calendar, Schedule
from shared.web.charts import Point, bars
from shared.web.editing import look_ahead
from shared.web.hours import HoursForm
from shared.web.templatetags.web import drawing_names

Stop = dict[str, object]

PROMISE: list[Stop] = [
    {"time": "14 h", "iso": "14:00", "title": "Dernière minute pour commander", "note": "les boutiques préparent"},
    {"time": "17 h", "iso": "17:00", "title": "Le triporteur passe", "note": "trois boutiques, une tournée"},
    {"time": "18 h", "iso": "18:00", "title": "Votre commande vous attend", "note": "jusqu’à 20 h", "you": True},
]
TRACKING: list[Stop] = [
    {"time": "11 h 42", "title": "Commande payée", "note": "60,00 € par carte", "state": "done"},
    {"time": "13 h 05", "title": "Acceptée par trois boutiques", "state": "done"},
    {"time": "17 h", "title": "Le triporteur passe", "note": "deux boutiques sur trois", "state": "now"},
    {"time": "18 h", "title": "Votre commande vous attend", "note": "à la conciergerie, jusqu’à 20 h", "you": True},
]
SHORT_ROAD: list[Stop] = [
    {"time": "14 h", "title": "Commandez", "state": "done"},
    {"time": "17 h", "title": "Tournée", "state": "now"},
    {"time": "18 h", "title": "Retirez", "you": True},
]
REFUSED: list[Stop] = [
    {"time": "11 h 42", "title": "Commande payée", "state": "done"},
    {"time": "12 h 10", "title": "Librairie L’Étang a refusé", "note": "épuisé chez l’éditeur", "state": "off"},
    {"time": "12 h 11", "title": "9,90 € vous sont remboursés", "note": "sous trois jours", "state": "done"},
]
ORDERING = [
    {"label": "Panier", "state": "done", "href": "#etapes"},
    {"label": "Retrait", "state": "now"},
    {"label": "Paiement", "state": ""},
]
OPENING = [
    {"label": "Commune vérifiée", "state": "done", "seconds": 0.02},
    {"label": "Schéma créé", "state": "done", "seconds": 0.71},
    {"label": "Point de retrait et horaires", "state": "running", "seconds": None},
    {"label": "Adresse du site", "state": "waiting", "seconds": None},
]
FAILED = [
    {"label": "Commune vérifiée", "state": "done", "seconds": 0.02},
    {"label": "Schéma créé", "state": "failed", "seconds": None},
]
WEEK = "Tu-Sa 09:00-12:30,15:00-19:00; PH off"
EXAMPLE_MOMENT = datetime(2026, 12, 22, 8, tzinfo=UTC)
SALES = [
    Point("lundi 23 novembre", "23/11", 18420),
    Point("mardi 24 novembre", "24/11", 31250),
    Point("mercredi 25 novembre", "25/11", -2400),
    Point("jeudi 26 novembre", "26/11", 0),
    Point("vendredi 27 novembre", "27/11", 42890),
]
CRUMBS = [{"href": "#fil", "label": "Boutiques"}, {"href": "#fil", "label": "Fromagerie des Alpilles"}]


@dataclass(frozen=True, kw_only=True, slots=True)
class WindowLabel:
    """What a radio card says: a title, and under it a note."""

    title: str
    note: str = ""
    amount: str = ""

    def __str__(self) -> str:
        """Give the title, for forms rendered without the component."""
        return self.title


class ExampleForm(forms.Form):
    """One field of each sort."""

    name = forms.CharField(label="Nom et prénom", widget=forms.TextInput(attrs={"autocomplete": "off"}))
    email = forms.EmailField(label="Adresse e-mail", help_text="Pour la confirmation, rien d’autre.", required=False)
    postcode = forms.CharField(label="Code postal", min_length=5, max_length=5)
    hub = forms.ChoiceField(
        label="Point de retrait", choices=[("", "Choisissez"), ("main", "La conciergerie"), ("tube", "Zone du Tubé")]
    )
    note = forms.CharField(label="Un mot pour la concierge", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    window = forms.ChoiceField(
        label="Quand passez-vous ?",
        widget=forms.RadioSelect,
        choices=[
            ("a", WindowLabel(title="Ce soir", note="18 h–20 h")),
            ("b", WindowLabel(title="Demain midi", note="12 h–14 h")),
            ("c", WindowLabel(title="Demain soir", note="18 h–20 h, plus que 2 places")),
        ],
    )
    terms = forms.BooleanField(label="J’ai plus de 18 ans : la concierge le vérifiera à la remise.")
    code = forms.CharField(label="Code reçu par e-mail", max_length=6, help_text="Six chiffres, valables dix minutes.")


@require_safe
def components(request: HttpRequest) -> HttpResponse:
    """Show every component in every state."""
    week = HoursForm(auto_id="semaine_%s", rule=WEEK, today=EXAMPLE_MOMENT.date(), free_days="/B")
    week.doubts = ["6 h–22 h (lundi) : 16 heures de suite."]
    filled = {"name": "Alice Martin", "email": "alice@", "postcode": "131", "hub": "main", "window": "a"}
    context = {
        "form": ExampleForm(auto_id="vide_%s", initial={"window": "a"}),
        "wrong": ExampleForm(filled, auto_id="faux_%s"),
        "promise": PROMISE,
        "tracking": TRACKING,
        "short_road": SHORT_ROAD,
        "refused": REFUSED,
        "ordering": ORDERING,
        "opening": OPENING,
        "failed": FAILED,
        "crumbs": CRUMBS,
        "sales": bars(SALES),
        "page": Paginator(range(90), 10).page(4),
        "drawings": drawing_names(),
        "example_day": date(2026, 11, 24),
        "week": week,
        "fortnight": look_ahead(Calendar(Schedule(WEEK), "Europe/Paris"), now=EXAMPLE_MOMENT),
        "pay": f"Payer {money(6000)}",
    }
    return render(request, "web/components.html", context)
