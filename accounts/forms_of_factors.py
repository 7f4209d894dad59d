"""Forms of second factors. They check what was typed; a code that was right is used up by that."""

from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.base.internal.flows import check_rate_limit
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY, generate_totp_secret
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts import factors, totp
from accounts.cipher import decrypt, encrypt
from accounts.models import User


class CodeField(forms.CharField):
    """Figures that a phone shows a number pad for, and that a password manager may fill in or somebody paste."""

    def __init__(self, **kwargs):
        widget = forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True})
        super().__init__(max_length=32, widget=widget, **kwargs)


class TakesEachCodeOnce:
    """In place of allauth's own check, which forgets used codes when the cache is emptied."""

    def clean_code(self):
        forget_tries = check_rate_limit(self.user)
        code = self.cleaned_data["code"]
        self.authenticator = taken(self.user, code)
        if self.authenticator is None:
            tried = factors.of(self.user).exclude(type=Authenticator.Type.WEBAUTHN).order_by("-type").first()
            if tried:
                self._emit_authentication_failed(tried)
            raise get_adapter().validation_error("incorrect_code")
        forget_tries()
        return code


def taken(person, code):
    """What the code was of: the person's app, or their recovery codes; None where it is wrong or used."""
    for row in factors.of(person).select_related("user"):
        if row.type == Authenticator.Type.TOTP and totp.take(row, code):
            return row
        if row.type == Authenticator.Type.RECOVERY_CODES and row.wrap().validate_code(code):
            return row
    return None


class CodeForm(TakesEachCodeOnce, AuthenticateForm):
    code = CodeField(label=_("Code"), help_text=_("The 6 numbers in your app, or one of your recovery codes."))


class CodeAgainForm(TakesEachCodeOnce, ReauthenticateForm):
    code = CodeField(label=_("Code"), help_text=_("The 6 numbers in your app, or one of your recovery codes."))


class AppForm(forms.Form):
    """A new app proves that it has the secret, which until then waits in the session, sealed."""

    code = CodeField(label=_("The 6 numbers your app shows now"))

    def __init__(self, *args, request, **kwargs):
        super().__init__(*args, **kwargs)
        self.user, self.session = request.user, request.session
        self.secret = self.waiting_secret() if self.is_bound else None
        if self.secret is None:
            self.secret = generate_totp_secret()
            self.session[SECRET_SESSION_KEY] = encrypt(self.secret, about=totp.about(self.user.pk))

    def waiting_secret(self):
        sealed = self.session.get(SECRET_SESSION_KEY)
        return sealed and decrypt(sealed, about=totp.about(self.user.pk))

    def clean_code(self):
        forget_tries = check_rate_limit(self.user)
        if totp.step_of(self.secret, self.cleaned_data["code"]) is None:
            raise get_adapter().validation_error("incorrect_code")
        forget_tries()
        return self.cleaned_data["code"]


class ResetForm(forms.Form):
    """Whose factors are taken away, and why."""

    email = forms.EmailField(label=_("Their e-mail address"))
    reason = forms.ChoiceField(label=_("Why"), choices=factors.Reason.choices, widget=forms.RadioSelect)

    def __init__(self, *args, by, **kwargs):
        super().__init__(*args, **kwargs)
        self.by = by

    def clean_email(self):
        person = User.objects.filter(email=self.cleaned_data["email"].lower()).first()
        if person is None:
            raise forms.ValidationError(_("Nobody here has this address."))
        if person == self.by:
            raise forms.ValidationError(_("For yourself ask another admin, or use a recovery code."))
        self.person = person
        return person.email
