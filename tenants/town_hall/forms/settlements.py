"""How the town settles its merchants, an adjustment, a reason to hold."""

from typing import Any
from uuid import UUID, uuid4

from django import forms

from billing.settlements.models import (
    LARGEST_MINIMUM_CENTS,
    LONGEST_DELAY_DAYS,
    Adjustment,
    Frequencies,
    Means,
)
from billing.settlements.periods import LAST_DAY_OF_MONTH
from billing.settlements.rules import Rules
from conciergeries.merchants.models import Merchant
from conciergeries.towns.models import Town
from shared.web.fields import EurosField, WordsField, euros
from tenants.shops.models import Shop

LARGEST_ADJUSTMENT_CENTS = 1_000_000
_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


class RulesForm(forms.Form):
    frequencies = forms.ChoiceField(label="Les commerçants sont réglés", choices=Frequencies.choices)
    week_end = forms.TypedChoiceField(
        label="Une semaine se termine le", coerce=int, choices=[(rank, day) for rank, day in enumerate(_DAYS)]
    )
    month_day = forms.TypedChoiceField(
        label="Un mois se termine le",
        coerce=int,
        choices=[(LAST_DAY_OF_MONTH, "dernier jour du mois"), *((day, f"{day}") for day in range(1, 29))],
    )
    review_required = forms.BooleanField(
        label="La mairie relit chaque bordereau avant qu’il parte",
        required=False,
        help_text="Elle l’approuve, ou le retient en disant pourquoi : rien n’est perdu, le suivant le reprend.",
    )
    means = forms.ChoiceField(label="Les versements partent", choices=Means.choices)
    payout_delay_days = forms.IntegerField(
        label="Jours d’attente avant le versement",
        min_value=0,
        max_value=LONGEST_DELAY_DAYS,
        help_text="Comptés depuis le bordereau. 0 : tout de suite.",
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={"max_value": "Trente jours au plus.", "invalid": "Écrivez un nombre de jours."},
    )
    minimum_payout_cents = EurosField(
        label="Versement le plus petit, en euros",
        max_cents=LARGEST_MINIMUM_CENTS,
        zero=True,
        what="Le versement le plus petit",
        help_text="En dessous, le montant est reporté sur le bordereau suivant. 0 : tout est versé.",
    )

    def __init__(self, data: Any, *, rules: Rules, town: Town) -> None:
        initial = {name: getattr(rules, name) for name in self.base_fields}
        initial["minimum_payout_cents"] = euros(rules.minimum_payout_cents)
        super().__init__(data, initial=initial)
        self.town = town

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("means") == Means.SEPA and not self.town.operating_company.iban:
            self.add_error(
                "means",
                f"{self.town.operating_company} n’a pas d’IBAN : demandez à la plateforme de l’inscrire d’abord.",
            )
        return cleaned

    @property
    def rules(self) -> Rules:
        """What was filled in, once it is valid."""
        data = self.cleaned_data
        return Rules(
            frequencies=Frequencies(data["frequencies"]),
            week_end=data["week_end"],
            month_day=data["month_day"],
            payout_delay_days=data["payout_delay_days"],
            minimum_payout_cents=data["minimum_payout_cents"] or 0,
            review_required=data["review_required"],
            means=Means(data["means"]),
        )


class AdjustmentForm(forms.Form):
    """An amount for a merchant, or against it. `key` makes two clicks one."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    merchant = forms.ChoiceField(label="Commerçant")
    direction = forms.ChoiceField(
        label="Le commerçant", choices=[("more", "reçoit ce montant en plus"), ("less", "reçoit ce montant en moins")]
    )
    amount = EurosField(label="Montant, en euros", max_cents=LARGEST_ADJUSTMENT_CENTS, what="Le montant")
    borne_by = forms.ChoiceField(label="À la charge, ou au profit, de")
    reason = WordsField(
        label="Pourquoi",
        max_length=200,
        help_text="Le commerçant le lit sur son bordereau.",
        error_messages={"required": "Dites pourquoi : le commerçant le lira."},
    )

    def __init__(self, data: Any, *, town: Town) -> None:
        super().__init__(data, initial={"key": uuid4()})
        sells = Shop.objects.order_by().values_list("merchant_id", flat=True).distinct()
        self.merchants = Merchant.objects.in_bulk(list(sells))
        who, bearer = self.fields["merchant"], self.fields["borne_by"]
        assert isinstance(who, forms.ChoiceField)  # noqa: S101  (for the type checker)
        assert isinstance(bearer, forms.ChoiceField)  # noqa: S101  (the same)
        named = sorted(self.merchants.values(), key=lambda each: (each.name, str(each.pk)))
        who.choices = [("", "Choisissez"), *((str(each.pk), each.name) for each in named)]
        bearer.choices = [
            (Adjustment.BorneBy.COMPANY.value, f"l’exploitant, {town.operating_company}"),
            (Adjustment.BorneBy.COMMUNE.value, f"la commune, {town.name}"),
        ]

    @property
    def of(self) -> Merchant:
        return self.merchants[UUID(self.cleaned_data["merchant"])]

    @property
    def signed_cents(self) -> int:
        cents = int(self.cleaned_data["amount"])
        return cents if self.cleaned_data["direction"] == "more" else -cents


class HoldForm(forms.Form):
    reason = WordsField(
        label="Pourquoi le retenir",
        max_length=300,
        help_text="Le commerçant le lit dans son espace.",
        error_messages={"required": "Dites pourquoi : le commerçant le lira."},
    )


class FailureForm(forms.Form):
    """What the bank said of a transfer that it refused or sent back."""

    reason = WordsField(
        label="Motif donné par la banque",
        max_length=200,
        help_text="Par exemple AC04, compte clos.",
        error_messages={"required": "Écrivez le motif : il est sur l’avis de la banque."},
    )
