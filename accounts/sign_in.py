"""How people get in, on top of django-allauth."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.core import context
from allauth.mfa.webauthn.internal.flows import did_use_passwordless_login
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import addresses, sign_in_events, single_sign_on, tries

PASSKEY = "mfa_reauthenticate:webauthn"
WAYS = {
    "reauthenticate": gettext_lazy("Use your password"),
    "mfa_reauthenticate": gettext_lazy("Use a code"),
    PASSKEY: gettext_lazy("Use a passkey"),
}


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request):
        """Accounts are made by an admin, never by a visitor."""
        return False

    def get_client_ip(self, request):
        """Limits, and the list of signed-in devices, go by the same address as the audit trail."""
        return addresses.client_address(request)

    def _get_login_attempts_cache_key(self, request, **credentials):
        """A private name of allauth's; test_lock_out notices when it is called by another."""
        return tries.key_of(request, credentials.get("email"))

    def pre_authenticate(self, request, **credentials):
        """Refuse to look at a password where too many were wrong. Whether the address is known plays no part."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            tries.too_many(credentials.get("email"))
            raise

    def authentication_failed(self, request, **credentials):
        tries.failed(credentials.get("email"))

    def login(self, request, user):
        request.is_first_sign_in = user.last_login is None
        super().login(request, user)

    def send_notification_mail(self, template_prefix, user, context=None, email=None):
        """In our words, and not while the person waits."""
        sign_in_events.tell(user, template_prefix)

    def get_reauthentication_methods(self, user):
        """In our words; whoever signed in with a passkey is asked for it first. A provider asks in its own way."""
        ways = [{**way, "description": WAYS[way["id"]]} for way in super().get_reauthentication_methods(user)]
        if did_use_passwordless_login(context.request, user):
            ways.sort(key=lambda way: way["id"] != PASSKEY)
        return [*ways, *single_sign_on.ways_to_ask_again(user)]

    def respond_user_inactive(self, request, user):
        """Somebody who has left gave the right password: say so on the sign-in page, and let them nowhere."""
        messages.warning(request, _("This account is not active any more. Ask your admin."))
        return redirect("account_login")

    def reauthenticate(self, user, password):
        """Whether it is this person's password. A wrong one counts against the same limit as at sign-in."""
        found = self.authenticate(context.request, email=user.email, password=password)
        return found is not None and found.pk == user.pk


def link_to_choose_password(person):
    """A whole address where `person` chooses a password: works once, and for PASSWORD_RESET_TIMEOUT seconds.

    Whoever has it can become that person, so it is shown once and never logged.
    """
    key = default_token_generator.make_token(person)
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(person), "key": key})
    return f"{settings.PUBLIC_URL}{path}"
