"""Who bears a dispute that was lost."""

from typing import Any
from uuid import UUID

from django import forms

from billing.payments.models import Bearer
from billing.payments.services import Share
from shared.french import NBSP, money
from shared.web.fields import EurosField, WordsField, euros
from tenants.town_hall.deciding import limits
from tenants.town_hall.disputes import SeenDispute

# No payment is larger; what is too much is said by the sum.
_MOST_CENTS = 100_000_000


_AT_MOST = {Bearer.MERCHANT: "Il n’a vendu que", Bearer.CUSTOMER: "Il n’est resté au client que"}


class DecisionForm(forms.Form):
    """An amount for each who may bear a part, and why. Together they make what the bank took."""

    reason = WordsField(label="Pourquoi", max_length=300, help_text="Gardé au journal, avec votre nom.")

    def __init__(self, *args: Any, seen: SeenDispute, company_name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seen = seen
        self._limits = {_name(*who): (*who, most) for who, most in limits(seen).items()}
        rest = seen.dispute.withdrawn_cents - seen.customers_cents
        names = {part.merchant_id: part.shop.name for part in seen.parts}
        for name, (bearer, merchant_id, most) in self._limits.items():
            if merchant_id is not None:
                help_text = f"Sur {money(most)} de cette commande, repris sur son prochain bordereau."
                self._add(name, names[merchant_id], help_text=help_text)
            elif bearer is Bearer.CUSTOMER:
                self._add(name, "Personne", help_text=_whose(seen), initial=euros(most))
            elif bearer is Bearer.COMPANY:
                self._add(name, f"L’exploitant, {company_name}", initial=euros(rest) if rest else "")
            else:
                self._add(name, "La commune")
        self.order_fields([*self._limits, "reason"])

    def _add(self, name: str, label: str, *, help_text: str = "", initial: str = "") -> None:
        self.fields[name] = EurosField(
            label=label, max_cents=_MOST_CENTS, zero=True, required=False, help_text=help_text, initial=initial
        )

    @property
    def amounts(self) -> list[Any]:
        return [self[name] for name in self._limits]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if any(name in self.errors for name in self._limits):
            return data
        for name, (bearer, _merchant_id, most) in self._limits.items():
            if bearer in _AT_MOST and (data.get(name) or 0) > most:
                self.add_error(name, f"{_AT_MOST[bearer]} {money(most)} dans cette commande.")
        given, wanted = sum(share.amount_cents for share in self.shares()), self.seen.dispute.withdrawn_cents
        if given != wanted:
            raise forms.ValidationError(
                f"Les parts font {money(given)}{NBSP}: il faut {money(wanted)}, ce que la banque a repris."
            )
        return data

    def shares(self) -> list[Share]:
        """What was filled in, once it is valid."""
        return [
            Share(bearer=bearer, merchant_id=merchant_id, amount_cents=self.cleaned_data[name])
            for name, (bearer, merchant_id, _most) in self._limits.items()
            if self.cleaned_data.get(name)
        ]


def _name(bearer: Bearer, merchant_id: UUID | None) -> str:
    return bearer.value if merchant_id is None else f"{bearer.value}_{merchant_id.hex}"


def _whose(seen: SeenDispute) -> str:
    if seen.handed_over:
        return "Un remboursement accordé, que la contestation a empêché de partir : la banque l’a rendu."
    return "La commande n’a pas été remise, son argent était encore au client."
