"""The way in for somebody who was invited."""

from http import HTTPStatus

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from accounts import invitations
from accounts.access import allow_everyone, posted
from accounts.forms_of_entry import JoinForm
from accounts.models import User

ASKED = "invitation"  # in the session: the fingerprint of the link that was opened


@require_safe
@never_cache
@allow_everyone
def join(request, token):
    """The link in the mail. It uses nothing up, for mail servers open links too; and it leaves the address bar."""
    request.session[ASKED] = invitations.fingerprint(token)
    return redirect("accept-invitation")


@require_http_methods(["GET", "POST"])
@never_cache
@sensitive_post_parameters()
@allow_everyone
def accept(request):
    """Choose a password and be in; or be told, plainly, why the link opens nothing."""
    opened = request.session.get(ASKED, "")
    try:
        found = invitations.find(opened)
        form = join_form(request, found)
        if request.method == "POST" and (form is None or form.is_valid()):
            password = form.cleaned_data["password1"] if form else None
            return come_in(request, invitations.accept(opened, password=password))
    except invitations.LinkIsDead as dead:
        return render(request, "accounts/dead_link.html", {"reason": dead.reason}, status=HTTPStatus.GONE)
    status = 422 if form and form.errors else 200
    return render(request, "accounts/join.html", {"form": form, "invitation": found}, status=status)


def join_form(request, invitation):
    """None where nobody here has a password of Doorway's own."""
    if not settings.PASSWORD_SIGN_IN:
        return None
    return JoinForm(posted(request), person=User(email=invitation.email, name=invitation.name, team=invitation.team))


def come_in(request, person):
    """Signed in as with any password, so that a second step is asked for, or set up, next."""
    if request.user.is_authenticated:  # an admin who tries the link on their own device
        logout(request)
    request.session.pop(ASKED, None)
    if not settings.PASSWORD_SIGN_IN:
        messages.success(request, _("You are one of us now. Sign in below."))
        return redirect("account_login")
    record_authentication(request, person, method="password", email=person.email)
    return perform_login(request, Login(user=person, email=person.email))
