"""What is typed to give money back."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.core.exceptions import ValidationError

from billing.payments.cheques import is_lost, means_to_give
from billing.payments.models import Bearer, Mode, Refund
from billing.settlements.bearing import BEARERS
from shared.french import money
from shared.web.fields import EurosField, WordsField
from tenants.orders.models import Line, Order, RefundLine, RefundReason
from tenants.orders.refund_models import LONGEST_WORDS
from tenants.orders.refunding import WantedRefund, fee_left_cents

_NOTHING, _PART = "", "part"
_PREFIXES = ("take-", "amount-", "bearer-")
_AMOUNT = "Le montant"


@dataclass(frozen=True)
class LineFields:
    """One line of the order, and what is asked back of it."""

    line: Line
    take: forms.BoundField
    amount: forms.BoundField
    bearer: forms.BoundField | None


class RefundForm(forms.Form):
    """What is given back of an order, line by line, why, and at whose expense."""

    token = forms.UUIDField(widget=forms.HiddenInput, error_messages={"required": "Rechargez la page."})
    reason = forms.ChoiceField(
        label="Motif",
        choices=[("", "Choisissez"), *RefundReason.choices],
        error_messages={"required": "Choisissez un motif."},
    )
    words = WordsField(
        label="Explication",
        max_length=LONGEST_WORDS,
        help_text="Le client et le commerçant la lisent.",
        error_messages={"required": "Expliquez en quelques mots ce qui s’est passé."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, order: Order, **kwargs: Any) -> None:
        """Load parts and lines with the order."""
        super().__init__(*args, **kwargs)
        self.fields["token"].initial = uuid4()
        self.after_handover = order.handed_over_at is not None
        # Paid in the shops, each gives back what it had: nobody else can.
        self.has_bearers = self.after_handover and not order.is_paid_in_shops
        asked = self._asked_already(order)
        self.lines = []
        for part in order.shop_orders.all():
            for line in part.lines.all():
                left = line.refundable_cents + asked.get(line.pk, 0)
                if left:
                    line.shop_order = part
                    self.lines.append(line)
                    self._add_line(line, left)
        # Paid in the shops, only the hub's fee was paid here.
        self.is_of_fee = self.after_handover and order.is_paid_in_shops
        most = fee_left_cents(order) + asked.get(None, 0) if self.is_of_fee else order.total_cents
        self.has_goodwill = self.after_handover and most > 0
        if self.has_goodwill:
            self.fields["goodwill"] = EurosField(label="Montant", what=_AMOUNT, max_cents=most, required=False)
            self.fields["goodwill_bearer"] = _bearer_field([Bearer.COMPANY, Bearer.COMMUNE])

    def _asked_already(self, order: Order) -> dict[UUID | None, int]:
        """What this very form has asked for, if it was sent before, by line, and of none: it could ask for it then."""
        try:
            token = UUID(str(self.data.get("token", "")))
        except ValueError:
            return {}
        lines = RefundLine.objects.filter(request__order=order, request__token=token)
        return {each.line_id: each.amount_cents for each in lines}

    def _add_line(self, line: Line, left: int) -> None:
        # Once weighed together, pieces have no price each.
        most = 0 if line.is_by_weight else line.quantity
        whole = [count for count in range(1, most + 1) if count * line.unit_price_cents <= left]
        self.fields[f"take-{line.pk}"] = forms.ChoiceField(
            label="Rendre",
            required=False,
            choices=[
                (_NOTHING, "rien"),
                *(
                    (str(count), f"{count} sur {line.quantity}, {money(count * line.unit_price_cents)}")
                    for count in whole
                ),
                (_PART, "un autre montant"),
            ],
        )
        self.fields[f"amount-{line.pk}"] = EurosField(
            label="Ou un montant", what=_AMOUNT, max_cents=left, required=False
        )
        if self.has_bearers:
            self.fields[f"bearer-{line.pk}"] = _bearer_field(list(BEARERS))

    def rows(self) -> Iterator[LineFields]:
        for line in self.lines:
            name = f"bearer-{line.pk}"
            yield LineFields(
                line,
                self[f"take-{line.pk}"],
                self[f"amount-{line.pk}"],
                self[name] if name in self.fields else None,
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        strange = [name for name in self.data if name.startswith(_PREFIXES) and name not in self.fields]
        if strange:
            raise ValidationError(
                "Une ligne n’est pas de cette commande, ou n’a plus rien à rendre\u00a0: rechargez la page."
            )
        for line in self.lines:
            take, amount = data.get(f"take-{line.pk}"), data.get(f"amount-{line.pk}")
            if take == _PART and not amount and f"amount-{line.pk}" not in self.errors:
                self.add_error(f"amount-{line.pk}", "Écrivez le montant à rendre.")
            elif take not in {_NOTHING, _PART, None} and amount:
                self.add_error(f"amount-{line.pk}", "Choisissez un nombre de produits ou un montant, pas les deux.")
        if not self.errors and not self.wanted():
            raise ValidationError("Dites ce qui est à rendre\u00a0: choisissez au moins un produit ou un montant.")
        return data

    def wanted(self) -> list[WantedRefund]:
        """What was asked for, once it is valid."""
        found = []
        for line in self.lines:
            take = self.cleaned_data.get(f"take-{line.pk}", "")
            amount = self.cleaned_data.get(f"amount-{line.pk}")
            count = int(take) if take not in {_NOTHING, _PART} else None
            cents = count * line.unit_price_cents if count else amount
            if cents:
                bearer = Bearer(self.cleaned_data.get(f"bearer-{line.pk}") or Bearer.MERCHANT)
                found.append(WantedRefund(line_id=line.pk, quantity=count, amount_cents=cents, bearer=bearer))
        if self.cleaned_data.get("goodwill"):
            bearer = Bearer(self.cleaned_data["goodwill_bearer"] or Bearer.COMPANY)
            found.append(WantedRefund(amount_cents=self.cleaned_data["goodwill"], bearer=bearer))
        return found

    @property
    def chosen_reason(self) -> RefundReason:
        return RefundReason(self.cleaned_data["reason"])

    @property
    def form_token(self) -> UUID:
        token: UUID = self.cleaned_data["token"]
        return token


def _bearer_field(bearers: list[Bearer]) -> forms.ChoiceField:
    return forms.ChoiceField(
        label="À la charge de",
        required=False,
        choices=[(each.value, "le commerçant" if each == Bearer.MERCHANT else each.label) for each in bearers],
        error_messages={"invalid_choice": "Choisissez qui le supporte."},
    )


class GiveForm(forms.Form):
    """By which means an amount is given back."""

    means = forms.ChoiceField(
        label="Rendu",
        widget=forms.RadioSelect,
        error_messages={"required": "Dites comment vous le rendez.", "invalid_choice": "Choisissez un des moyens."},
    )

    def __init__(self, *args: Any, refund: Refund, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["means"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  (for the type checker)
        # A card that failed for good is made up for in cash; the town hall may wire it.
        offered = [Mode.CASH] if refund.mode == Mode.CARD else means_to_give(refund)
        self.without_money = is_lost(refund.payment)
        how = {**_HOW, Mode.CHEQUE: _WITHOUT_MONEY} if self.without_money else _HOW
        field.choices = [(mode.value, how[mode]) for mode in offered]
        # None while a cheque that came back waits for what the town hall notes of it.
        self.can_be_given = bool(offered)
        field.initial = offered[0].value if len(offered) == 1 else refund.mode

    def clean_means(self) -> Mode:
        return Mode(self.cleaned_data["means"])


_WITHOUT_MONEY = "sans argent\u00a0: son chèque n’a jamais été payé"
_HOW = {
    Mode.CASH: "en espèces, de la caisse",
    Mode.CHEQUE: "en rendant son chèque",
    Mode.TERMINAL: "sur le terminal, par carte",
    Mode.TRANSFER: "par virement, fait à la banque",
}
