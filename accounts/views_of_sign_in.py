"""Getting in: with a password and a second step, or with a passkey alone."""

from allauth.account import views as account_views
from allauth.account.internal.stagekit import clear_login
from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url
from allauth.core.internal import ratelimit
from allauth.mfa.base import views as allauth_views
from allauth.mfa.webauthn import views as webauthn_views
from allauth.mfa.webauthn.internal import auth as webauthn
from allauth.mfa.webauthn.internal import flows as webauthn_flows
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponseNotAllowed, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import factors
from accounts.access import allow_everyone
from accounts.forms_of_passkeys import LoginPasskeyForm
from accounts.middleware import is_from_script

page = require_http_methods(["GET", "HEAD", "POST"])


@allow_everyone
def sign_in(request):
    """Whoever opens or sends this page begins anew: what was half done, perhaps by somebody else, is dropped.

    Where passwords are switched off the page offers the other ways only, and takes none.
    """
    if request.method == "POST" and not settings.PASSWORD_SIGN_IN:
        return HttpResponseNotAllowed(["GET", "HEAD"])
    if not request.user.is_authenticated:
        clear_login(request)
    return account_views.login(request)


@page
@allow_everyone
def second_step(request):
    """After the password: a code, or a passkey. A script gets words and options instead of a page."""
    response = allauth_views.authenticate(request)
    if not hasattr(response, "context_data"):
        return JsonResponse({"location": response.url}) if is_from_script(request) else response
    response.status_code = 422 if request.method == "POST" else 200
    person, context = request._login_stage.login.user, response.context_data
    context |= factors.shown_to(person)
    return as_told(context) if is_from_script(request) else response


def as_told(context):
    """What the dialog over a page needs of the page that a person would see."""
    forms = (context["form"], context["webauthn_form"])
    errors = [error for form in forms for each in form.errors.values() for error in each]
    told = {"errors": errors, **context["js_data"], "has_passkey": bool(context["passkeys"])}
    return JsonResponse(told, status=400 if errors else 200)


@ratelimit.decorator(app="allauth.mfa", action="webauthn_login")
@page
@allow_everyone
def passkey_sign_in(request):
    """Sign in with a passkey alone, which is both: something one has, and a finger, face or PIN that unlocks it."""
    if request.method != "POST":
        return JsonResponse({"request_options": webauthn.begin_authentication()})
    clear_login(request)
    form = LoginPasskeyForm(data=request.POST)
    if form.is_valid():
        passkey = form.cleaned_data["credential"]
        login = Login(user=passkey.user, redirect_url=get_next_redirect_url(request))
        response = webauthn_flows.perform_passwordless_login(request, passkey, login)
        return JsonResponse({"location": response.url}) if is_from_script(request) else response
    words = _("That passkey is not known here. Try another way.")
    if is_from_script(request):
        return JsonResponse({"errors": [words]}, status=400)
    messages.error(request, words)
    return redirect("account_login")


class PasskeyAgainView(webauthn_views.ReauthenticateWebAuthnView):
    """Asked again who it is: one that fails is refused on the page, where allauth would forget what was meant."""

    def form_invalid(self, form):
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def get_context_data(self, **kwargs):
        return {**super().get_context_data(**kwargs), "is_refused": bool(self.request.POST)}
