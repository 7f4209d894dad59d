"""How people get in, on top of django-allauth."""

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request):
        """Accounts are made by an admin, never by a visitor."""
        return False

    def respond_user_inactive(self, request, user):
        """Somebody who has left gave the right password: say so on the sign-in page, and let them nowhere."""
        messages.warning(request, _("This account is not active any more. Ask your admin."))
        return redirect("account_login")
