"""The form in which a replacement is proposed, in the portal and at the desk, and the sentence that answers it."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone

from shared.french import NBSP, clock, day, money
from shared.web.fields import WordsField
from tenants.orders.models import MAX_QUANTITY, Line, Substitution
from tenants.orders.substitutions.proposing import LONGEST_WORDS, Offer
from tenants.shops.models import Product

_SAME, _OWN = "meme-prix", "son-prix"


class SubstitutionForm(forms.Form):
    """Another product of the shop, how many, at which price."""

    product = forms.ChoiceField(
        label="À la place",
        error_messages={
            "required": "Choisissez un produit.",
            "invalid_choice": "Ce produit n’est plus en vente\u00a0: choisissez-en un autre.",
        },
    )
    quantity = forms.IntegerField(
        label="Quantité",
        min_value=1,
        max_value=MAX_QUANTITY,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={
            "required": "Indiquez une quantité.",
            "invalid": "Indiquez un nombre entier.",
            "min_value": "Proposez-en au moins un.",
            "max_value": f"Proposez-en {MAX_QUANTITY} au plus.",
        },
    )
    price = forms.ChoiceField(
        label="Prix",
        widget=forms.RadioSelect,
        initial=_SAME,
        error_messages={"required": "Choisissez un prix.", "invalid_choice": "Choisissez un des deux prix."},
    )
    words = WordsField(
        label="Un mot pour le client",
        required=False,
        max_length=LONGEST_WORDS,
        help_text="En quoi il ressemble à ce qui était commandé.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, line: Line, **kwargs: Any) -> None:
        """Load the line's part."""
        super().__init__(*args, **kwargs)
        self.products = _offered(line)
        _choices(self, "product", [("", "Choisissez"), *((str(each.pk), _label(each)) for each in self.products)])
        _choices(
            self,
            "price",
            [
                (_SAME, f"jamais plus cher que ce qui était commandé, {money(line.kept_cents)}"),
                (_OWN, "à son prix, même s’il est plus cher\u00a0: le client paie la différence, s’il accepte"),
            ],
        )
        self.fields["quantity"].initial = line.quantity

    @property
    def offer(self) -> Offer:
        return Offer(
            product_id=UUID(self.cleaned_data["product"]),
            quantity=self.cleaned_data["quantity"],
            same_price=self.cleaned_data["price"] == _SAME,
            words=self.cleaned_data["words"],
        )


def _choices(form: forms.Form, name: str, choices: list[tuple[str, str]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101  (for the type checker)
    field.choices = choices


def _offered(line: Line) -> list[Product]:
    """What the shop sells today, but for what it cannot supply."""
    found = Product.objects.for_sale().filter(shop=line.shop_order.shop_id).exclude(pk=line.product_id)
    return [product for product in found.order_by("name", "pk") if product.is_available]


def _label(product: Product) -> str:
    left = f" ({product.stock} en stock)" if product.stock is not None else ""
    return f"{product.name}, {money(product.price_cents)}, {product.unit}{left}"


def proposed_words(substitution: Substitution) -> str:
    """What was proposed, said to who proposes it."""
    limit = timezone.localtime(substitution.answer_before)
    until = f"{day(limit.date(), timezone.localtime(substitution.proposed_at).date())}, {clock(limit)}"
    return (
        f"{substitution}, {money(substitution.price_cents)}{NBSP}: c’est proposé au client, qui répond avant {until}. "
        "Sans réponse, l’article est refusé, et rendu s’il est payé."
    )
