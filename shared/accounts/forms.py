"""Forms of sign-up and of invitations."""

from typing import Any

from django import forms


class SignupForm(forms.Form):
    """What sign-up asks beside the e-mail address."""

    name = forms.CharField(
        label="Votre nom", max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )

    field_order = ("name", "email")

    def signup(self, request: Any, user: Any) -> None:  # noqa: ARG002  (allauth's signature)
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])
