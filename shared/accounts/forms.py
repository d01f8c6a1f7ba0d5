"""Forms of sign-up and of invitations."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password

from shared.accounts.models import User


class SignupForm(forms.Form):
    """What sign-up asks beside the e-mail address."""

    name = forms.CharField(label="Votre nom", max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))

    field_order = ("name", "email")

    def signup(self, request: Any, user: Any) -> None:  # noqa: ARG002  (allauth's signature)
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])


class InvitationForm(forms.Form):
    """A name and, for those who want one, a password; somebody who already has an account is asked for nothing."""

    name = forms.CharField(
        label="Prénom et nom", max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    password = forms.CharField(
        label="Mot de passe",
        required=False,
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=(
            "Sans mot de passe, vous recevrez un code par e-mail à chaque connexion. "
            "Si vous en voulez un : douze caractères au moins, trois mots sans rapport font l’affaire."
        ),
    )

    def __init__(self, *args: Any, email: str, known: User | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._email = email
        if known is not None:
            # An invitation gives a role; it is not a way round «mot de passe oublié».
            del self.fields["name"], self.fields["password"]

    def clean_password(self) -> str:
        password = str(self.cleaned_data["password"])
        if password:
            validate_password(password, User(email=self._email, name=self.cleaned_data.get("name", "")))
        return password
