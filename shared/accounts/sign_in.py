"""allauth's forms in our words: labels that say what is wanted, no text inside the fields.

Apart from forms.py because allauth itself imports that one.
"""

from typing import TYPE_CHECKING, Any

from allauth.account import forms as account
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms

if TYPE_CHECKING:
    _Base = forms.Form
else:
    _Base = object

WITH_PASSWORD = "mot-de-passe"  # noqa: S105  (a word of the address)

_LABELS = {
    "code": "Code",
    "email": "Adresse e-mail",
    "login": "Adresse e-mail",
    "oldpassword": "Mot de passe actuel",
    "password": "Mot de passe",
    "password1": "Nouveau mot de passe",
    "password2": "Le même, une seconde fois",
}
_NAME_OF_KEY = "Le nom de cette clé"


class _Ours(_Base):
    """Our labels; a placeholder repeats the label and disappears when one types: none."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = _LABELS.get(name, field.label)
            if name in {"password", "oldpassword"}:
                # allauth puts a link there; ours is beside the button.
                field.help_text = ""
            if name == "code":
                field.widget.attrs.update({"inputmode": "numeric", "autocomplete": "one-time-code"})


class LoginForm(_Ours, account.LoginForm):  # type: ignore[misc]  # the library has no types
    """An e-mail address, to which a code goes; or, on the page that asks for it, a password as well."""

    def _setup_password_field(self) -> None:
        if self.request.GET.get("avec") != WITH_PASSWORD:
            del self.fields["password"]


class AddEmailForm(_Ours, account.AddEmailForm):  # type: ignore[misc]  # the library has no types
    pass


class ChangeEmailForm(_Ours, account.ChangeEmailForm):  # type: ignore[misc]  # the library has no types
    pass


class ChangePasswordForm(_Ours, account.ChangePasswordForm):  # type: ignore[misc]  # the library has no types
    pass


class SetPasswordForm(_Ours, account.SetPasswordForm):  # type: ignore[misc]  # the library has no types
    pass


class ResetPasswordForm(_Ours, account.ResetPasswordForm):  # type: ignore[misc]  # the library has no types
    pass


class ResetPasswordKeyForm(_Ours, account.ResetPasswordKeyForm):  # type: ignore[misc]  # the library has no types
    pass


class ReauthenticateForm(_Ours, account.ReauthenticateForm):  # type: ignore[misc]  # the library has no types
    pass


class RequestLoginCodeForm(_Ours, account.RequestLoginCodeForm):  # type: ignore[misc]  # the library has no types
    pass


class ConfirmLoginCodeForm(_Ours, account.ConfirmLoginCodeForm):  # type: ignore[misc]  # the library has no types
    pass


class ConfirmEmailForm(_Ours, account.ConfirmEmailVerificationCodeForm):  # type: ignore[misc]  # the library has no types
    pass


class SignupForm(_Ours, account.SignupForm):  # type: ignore[misc]  # the library has no types
    pass


class AuthenticateForm(_Ours, mfa.AuthenticateForm):  # type: ignore[misc]  # the library has no types
    pass


class MfaReauthenticateForm(_Ours, mfa.ReauthenticateForm):  # type: ignore[misc]  # the library has no types
    pass


class ActivateTotpForm(_Ours, totp.ActivateTOTPForm):  # type: ignore[misc]  # the library has no types
    pass


class _Credential(_Base):
    """What a browser says of a passkey is anybody's text: allauth's reader stumbles over what it does not expect."""

    def clean_credential(self) -> Any:
        try:
            return super().clean_credential()  # type: ignore[misc]  # allauth's forms have it
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            raise get_adapter().validation_error("incorrect_code") from error


class LoginPasskeyForm(_Credential, webauthn.LoginWebAuthnForm):  # type: ignore[misc]  # the library has no types
    pass


class AuthenticatePasskeyForm(_Credential, webauthn.AuthenticateWebAuthnForm):  # type: ignore[misc]  # the library has no types
    pass


class ReauthenticatePasskeyForm(_Credential, webauthn.ReauthenticateWebAuthnForm):  # type: ignore[misc]  # the library has no types
    pass


class AddPasskeyForm(_Ours, webauthn.AddWebAuthnForm):  # type: ignore[misc]  # the library has no types
    """A passkey signs in alone; a key that only seconds a code can be had by unticking."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _NAME_OF_KEY
        self.fields["passwordless"].label = "Me connecter avec cette clé seule, sans code ni mot de passe"
        self.fields["passwordless"].help_text = ""
        self.fields["passwordless"].initial = True

    def clean(self) -> Any:
        try:
            return super().clean()
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            raise get_adapter().validation_error("incorrect_code") from error


class EditPasskeyForm(_Ours, webauthn.EditWebAuthnForm):  # type: ignore[misc]  # the library has no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _NAME_OF_KEY
