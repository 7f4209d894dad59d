"""Forms of passkeys: what the browser made of a finger, a face or a PIN, as JSON in a hidden field."""

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn import forms as allauth_forms
from django import forms
from django.utils.translation import gettext_lazy as _

MOST_CHARACTERS = 20_000  # of what a browser says; an attestation has a few thousand
NOT_A_CREDENTIAL = (AttributeError, KeyError, TypeError, ValueError)  # what a made-up one runs into in the library


class CredentialField(forms.JSONField):
    """What the browser said. Anything that no browser says is refused like a wrong passkey."""

    def __init__(self):
        words = {"required": _("Your browser gave no passkey."), "invalid": _("Your browser gave no passkey.")}
        super().__init__(label=_("Passkey"), widget=forms.HiddenInput, error_messages=words)

    def bound_data(self, data, initial):
        return data

    def prepare_value(self, value):
        """Never sent back: it is good for one answer."""
        return ""

    def to_python(self, value):
        is_odd = isinstance(value, str) and (len(value) > MOST_CHARACTERS or "\\u0000" in value)
        try:
            found = None if is_odd else super().to_python(value)
        except RecursionError:
            found = None
        if value not in self.empty_values and not isinstance(found, dict):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return found


class PasskeyNameForm(forms.Form):
    name = forms.CharField(
        label=_("Name"), max_length=60, help_text=_("Such as the device it is on. It helps you tell them apart.")
    )


class PasskeyForm(allauth_forms.AddWebAuthnForm):
    """A new passkey. Each can be used without a password, so there is nothing to choose."""

    name = forms.CharField(label=PasskeyNameForm.base_fields["name"].label, max_length=60, required=False)
    credential = CredentialField()
    passwordless = None

    def clean(self):
        try:
            return super().clean()
        except NOT_A_CREDENTIAL as problem:
            raise get_adapter().validation_error("incorrect_code") from problem


class ReadsACredential:
    def clean_credential(self):
        try:
            return super().clean_credential()
        except NOT_A_CREDENTIAL as problem:
            raise get_adapter().validation_error("incorrect_code") from problem


class StepPasskeyForm(ReadsACredential, allauth_forms.AuthenticateWebAuthnForm):
    credential = CredentialField()


class LoginPasskeyForm(ReadsACredential, allauth_forms.LoginWebAuthnForm):
    credential = CredentialField()


class AgainPasskeyForm(ReadsACredential, allauth_forms.ReauthenticateWebAuthnForm):
    credential = CredentialField()
