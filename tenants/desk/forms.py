"""What is typed at the desk."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from billing.payments.models import DESK_MODES, Mode
from shared.french import phone_link
from shared.web.fields import WordsField
from tenants.orders.answering import LONGEST_REASON
from tenants.orders.models import MAX_QUANTITY, Channel, Line
from tenants.residents.finding import looks_like_phone
from tenants.residents.models import Resident, validate_phone

CODE_DIGITS = 6


class CallerForm(forms.Form):
    """Somebody who orders without the site: a name, and a way to reach them."""

    name = forms.CharField(
        label="Nom", max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "words"})
    )
    phone = forms.CharField(
        label="Téléphone",
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )
    email = forms.EmailField(
        label="Adresse e-mail",
        required=False,
        help_text="Si la personne en a une : elle recevra sa confirmation.",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())

    def clean_phone(self) -> str:
        typed: str = self.cleaned_data["phone"].strip()
        if not typed:
            return ""
        if not looks_like_phone(typed):
            raise ValidationError("Écrivez un numéro de téléphone : 04 42 00 00 00.")
        number = phone_link(typed)
        validate_phone(number)
        return number

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and not data["phone"] and not data["email"]:
            self.add_error("phone", "Notez un téléphone ou une adresse e-mail, pour pouvoir prévenir la personne.")
        return data

    @classmethod
    def guessed(cls, text: str) -> "CallerForm":
        """A form begun with what was searched for."""
        return cls(initial={"phone" if looks_like_phone(text) else "name": text.strip()})


class KnownCallerForm(forms.Form):
    """A resident chosen among those found."""

    resident = forms.ModelChoiceField(Resident.objects.all())


class AddForm(forms.Form):
    """So many of a product."""

    product = forms.UUIDField()
    quantity = forms.IntegerField(
        min_value=1,
        max_value=MAX_QUANTITY,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"), f"Choisissez une quantité de 1 à {MAX_QUANTITY}."
        ),
    )


class WishForm(forms.Form):
    """When and where it will be collected."""

    window = forms.ChoiceField(
        label="Retrait",
        error_messages={
            "required": "Choisissez quand la commande sera retirée.",
            "invalid_choice": "Ce retrait n’est plus possible avec ces produits : choisissez-en un autre.",
        },
    )
    channel = forms.ChoiceField(
        label="Commande reçue",
        choices=[
            (Channel.PHONE.value, "par téléphone"),
            (Channel.EMAIL.value, "par e-mail"),
            (Channel.COUNTER.value, "au comptoir"),
        ],
    )
    overbook = forms.BooleanField(
        label="Prendre quand même, au-delà des places",
        required=False,
        help_text="Pour un créneau complet, en connaissance de cause : c’est noté au journal.",
    )
    note = WordsField(label="Un mot pour les boutiques", max_length=300, required=False, widget=forms.TextInput())

    def __init__(
        self,
        *args: Any,
        windows: list[tuple[str, list[tuple[str, str]]]],
        full: Collection[str] = (),
        **kwargs: Any,
    ) -> None:
        """`full` are those of the windows that only who overbooks may have."""
        super().__init__(*args, **kwargs)
        self.full = frozenset(full)
        if not full:
            del self.fields["overbook"]
        field = self.fields["window"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  (for the type checker)
        # One hub needs no heading.
        field.choices = windows if len(windows) > 1 else [choice for _hub, choices in windows for choice in choices]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["overbook"] = bool(data.get("overbook")) and data.get("window") in self.full
        if data.get("window") in self.full and not data["overbook"]:
            self.add_error("overbook", "Ce créneau est complet : cochez cette case, ou choisissez-en un autre.")
        return data


class MoveForm(forms.Form):
    """Where and when an order goes instead, and who wants it so."""

    AGREED, DECIDED = "agreed", "decided"

    window = forms.ChoiceField(
        label="Nouveau retrait",
        error_messages={
            "required": "Choisissez le nouveau retrait.",
            "invalid_choice": "Ce retrait n’est plus possible : choisissez-en un autre.",
        },
    )
    overbook = forms.BooleanField(
        label="Prendre quand même, au-delà des places",
        required=False,
        help_text="Pour un créneau complet, en connaissance de cause : c’est noté au journal.",
    )
    whose = forms.ChoiceField(
        label="Pourquoi",
        choices=[
            (AGREED, "Le client le demande, ou en est d’accord"),
            (DECIDED, "La conciergerie ne peut pas faire autrement"),
        ],
        widget=forms.RadioSelect,
        initial=AGREED,
        error_messages={"required": "Dites si le client le demande."},
    )
    reason = WordsField(
        label="Motif",
        max_length=120,
        required=False,
        help_text="Si la conciergerie ne peut pas faire autrement. Le client le lira : « le vélo est en panne ».",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(
        self,
        *args: Any,
        windows: list[tuple[str, list[tuple[str, str]]]],
        full: Collection[str] = (),
        **kwargs: Any,
    ) -> None:
        """`full` are those of the windows that only who overbooks may have."""
        super().__init__(*args, **kwargs)
        self.full = frozenset(full)
        if not full:
            del self.fields["overbook"]
        field = self.fields["window"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  (for the type checker)
        field.choices = windows

    @property
    def agreed(self) -> bool:
        return bool(self.cleaned_data["whose"] == self.AGREED)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["overbook"] = bool(data.get("overbook")) and data.get("window") in self.full
        if data.get("window") in self.full and not data["overbook"]:
            self.add_error("overbook", "Ce créneau est complet : cochez cette case, ou choisissez-en un autre.")
        if data.get("whose") == self.DECIDED and not data.get("reason") and "reason" not in self.errors:
            self.add_error("reason", "Dites au client pourquoi : « le vélo est en panne ».")
        return data


class HandoverForm(forms.Form):
    """What the concierge saw. An identity document seen makes the code needless."""

    code = forms.CharField(
        label="Code du client",
        required=False,
        max_length=12,
        help_text="Six chiffres, reçus par e-mail ou dictés au téléphone.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    identity_seen = forms.BooleanField(required=False)
    adult_seen = forms.BooleanField(label="J’ai vérifié que la personne est majeure (alcool).", required=False)
    means = forms.ChoiceField(
        choices=[("", ""), *((mode.value, mode.label) for mode in DESK_MODES)],
        required=False,
        error_messages={"invalid_choice": "Choisissez espèces, chèque ou carte."},
    )

    def __init__(self, *args: Any, customer: str, restricted: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["identity_seen"].label = f"Code oublié : j’ai vu une pièce d’identité au nom de {customer}."
        if restricted:
            self.fields["adult_seen"].required = True
            self.fields["adult_seen"].error_messages["required"] = "Vérifiez l’âge, puis cochez cette case."
        else:
            del self.fields["adult_seen"]

    def clean_code(self) -> str:
        code = "".join(self.cleaned_data["code"].split())
        if code and not (code.isdigit() and len(code) == CODE_DIGITS):
            raise ValidationError("Un code compte six chiffres.")
        return code

    def clean_means(self) -> Mode | None:
        means = self.cleaned_data["means"]
        return Mode(means) if means else None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("identity_seen"):
            data["code"] = ""
        elif not data.get("code") and "code" not in self.errors:
            self.add_error("code", "Demandez le code, ou une pièce d’identité.")
        return data


class AnswerForm(forms.Form):
    """A merchant's answer, taken by telephone: what it cannot supply, and why."""

    refused = forms.MultipleChoiceField(
        label="Ce que la boutique ne peut pas fournir",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Ne cochez rien si elle peut tout fournir.",
        error_messages={"invalid_choice": "Cette ligne n’est plus à fournir : rechargez la page."},
    )
    reason = WordsField(
        label="Pourquoi",
        max_length=LONGEST_REASON,
        required=False,
        help_text="Le client lira ce motif.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, lines: list[Line], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["refused"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101  (for the type checker)
        field.choices = [(str(line.pk), str(line)) for line in lines]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("refused") and not data.get("reason"):
            self.add_error("reason", "Dites au client pourquoi : « épuisé », « arrivage manqué »…")
        return data
