"""Who bears a dispute that was lost."""

from typing import Any

from django import forms

from billing.payments.models import Bearer
from billing.payments.services import Share
from shared.french import NBSP, money
from shared.web.fields import EurosField, euros
from tenants.town_hall.disputes import SeenDispute

# No payment is larger; what is too much is said by the sum.
_MOST_CENTS = 100_000_000


class DecisionForm(forms.Form):
    """An amount for each who may bear a part, and why. Together they make what the bank took."""

    reason = forms.CharField(label="Pourquoi", max_length=300, help_text="Gardé au journal, avec votre nom.")

    def __init__(self, *args: Any, seen: SeenDispute, company_name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seen = seen
        whole = euros(seen.dispute.withdrawn_cents)
        customers = min(seen.customers_cents, seen.dispute.withdrawn_cents)
        self._bearers: dict[str, tuple[Bearer, Any, int]] = {}
        if seen.handed_over:
            merchants: dict[Any, list[Any]] = {}
            for part in seen.parts:
                merchants.setdefault(part.merchant_id, []).append(part)
            for merchant_id, parts in merchants.items():
                total = sum(part.total_cents for part in parts)
                help_text = f"Sur {money(total)} de cette commande, repris sur son prochain bordereau."
                name = f"merchant_{merchant_id.hex}"
                self._add(name, ", ".join(part.shop.name for part in parts), help_text=help_text)
                self._bearers[name] = (Bearer.MERCHANT, merchant_id, total)
            if customers:
                help_text = "Un remboursement accordé, que la contestation a empêché de partir : la banque l’a rendu."
                self._add("customer", "Personne", help_text=help_text, initial=euros(customers))
            rest = seen.dispute.withdrawn_cents - customers
            self._add("company", f"L’exploitant, {company_name}", initial=euros(rest) if rest else "")
            self._add("commune", "La commune")
        else:
            help_text = "La commande n’a pas été remise, son argent était encore au client."
            self._add("customer", "Personne", help_text=help_text, initial=whole)
            self._add("company", f"L’exploitant, {company_name}")
            self._add("commune", "La commune")
        for bearer in (Bearer.CUSTOMER, Bearer.COMPANY, Bearer.COMMUNE):
            if bearer.value in self.fields:
                most = customers if bearer == Bearer.CUSTOMER and seen.handed_over else _MOST_CENTS
                self._bearers[bearer.value] = (bearer, None, most)
        self.order_fields([*self._bearers, "reason"])

    def _add(self, name: str, label: str, *, help_text: str = "", initial: str = "") -> None:
        self.fields[name] = EurosField(
            label=label, max_cents=_MOST_CENTS, zero=True, required=False, help_text=help_text, initial=initial
        )

    @property
    def amounts(self) -> list[Any]:
        return [self[name] for name in self._bearers]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if any(name in self.errors for name in self._bearers):
            return data
        for name, (_bearer, merchant_id, most) in self._bearers.items():
            if (data.get(name) or 0) > most:
                whose = "Il n’a vendu que" if merchant_id is not None else "Il n’est resté au client que"
                self.add_error(name, f"{whose} {money(most)} dans cette commande.")
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
            for name, (bearer, merchant_id, _most) in self._bearers.items()
            if self.cleaned_data.get(name)
        ]
