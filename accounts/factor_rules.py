"""Doorway's rules for allauth's second factors: what is sealed, which may go, and what they are called."""

from allauth.account.internal.stagekit import unstash_login
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import factors
from accounts.cipher import decrypt, encrypt
from accounts.totp import about


class FactorRules(DefaultMFAAdapter):
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": gettext_lazy("That did not work. Try the next code, or another way."),
        "cannot_delete_authenticator": gettext_lazy("This is your last one. Add another first, then remove this one."),
        "cannot_generate_recovery_codes": gettext_lazy("Set up a passkey or an app first."),
    }

    def encrypt(self, text):
        return encrypt(text, about=about(owner()))

    def decrypt(self, encrypted_text):
        return decrypt(encrypted_text, about=about(owner()))

    def can_delete_authenticator(self, authenticator):
        return factors.may_go(authenticator)

    def generate_authenticator_name(self, user, type):
        return _("Passkey %(number)d") % {"number": 1 + factors.of(user).filter(type=type).count()}

    def get_public_key_credential_rp_entity(self):
        return {**super().get_public_key_credential_rp_entity(), "name": "Doorway"}

    def get_public_key_credential_user_entity(self, user):
        return {**super().get_public_key_credential_user_entity(user), "display_name": user.name}


def owner():
    """The id of whose secrets this request is about: who is signed in, or half-way there."""
    request = context.request
    person = request.user if request.user.is_authenticated else unstash_login(request, peek=True).user
    return person.pk
