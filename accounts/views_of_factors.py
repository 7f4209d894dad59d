"""Second factors: setting them up, and taking them away."""

import segno
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal import flows as codes_flows
from allauth.mfa.totp.internal import flows as totp_flows
from allauth.mfa.webauthn.internal import auth as webauthn
from allauth.mfa.webauthn.internal import flows as webauthn_flows
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import factors, preferences, totp
from accounts.access import allow, even_without_factor, posted
from accounts.forms_of_factors import AppForm, ResetForm
from accounts.forms_of_passkeys import PasskeyForm, PasskeyNameForm
from accounts.models import Role
from accounts.recheck import recently_checked

page = require_http_methods(["GET", "HEAD", "POST"])


def answered(request, template, form, **context):
    """A page with a form: 422 when it was refused."""
    return render(request, template, {"form": form, **context}, status=422 if form.is_bound else 200)


@page
@allow()
def own_factors(request):
    """The ways in that this person has; and where somebody who needs a second one sets it up, in their language."""
    if request.method == "POST":
        preferences.choose_language(request.user, request.POST.get("language"))
        return redirect("mfa_index")
    context = {"languages": settings.LANGUAGES, "is_missing": factors.is_missing(request)}
    return render(request, "mfa/index.html", context | factors.shown_to(request.user))


@page
@allow()
@recently_checked
def set_up_app(request):
    if factors.of(request.user).filter(type=Authenticator.Type.TOTP).exists():
        return redirect("mfa_index")
    form = AppForm(posted(request), request=request)
    if form.is_valid():
        return after_set_up(request, activate(request, form))
    address = get_adapter().build_totp_url(request.user, form.secret)
    picture = segno.make(address, error="m").svg_data_uri(scale=5, border=4, light="#fff")
    groups = [form.secret[at : at + 4] for at in range(0, len(form.secret), 4)]
    return answered(request, "mfa/totp/activate_form.html", form, picture=picture, groups=groups)


@transaction.atomic
def activate(request, form):
    """The app is there, and the code that proved it is used up. Whether recovery codes were made as well."""
    factors.lock(request.user)
    if factors.of(request.user).filter(type=Authenticator.Type.TOTP).exists():  # set up in another tab meanwhile
        return False
    app, codes = totp_flows.activate_totp(request, form)
    totp.take(app, form.cleaned_data["code"])
    factors.added(request, [app, codes] if codes else [app])
    return codes is not None


def after_set_up(request, has_new_codes):
    return redirect("mfa_view_recovery_codes" if has_new_codes else "mfa_index")


@page
@allow()
@recently_checked
def remove_app(request):
    row = get_object_or_404(factors.of(request.user), type=Authenticator.Type.TOTP)
    return removed(request, row, "mfa/totp/deactivate_form.html")


@page
@allow()
@recently_checked
def add_passkey(request):
    form = PasskeyForm(posted(request), user=request.user)
    if form.is_valid():
        facts = {name: form.cleaned_data[name] for name in ("name", "credential")}
        with transaction.atomic():
            passkey, codes = webauthn_flows.add_authenticator(request, **facts)
            factors.added(request, [passkey, codes] if codes else [passkey])
        return after_set_up(request, codes is not None)
    options = webauthn.begin_registration(request.user, passwordless=True)
    return answered(request, "mfa/webauthn/add_form.html", form, js_data={"creation_options": options})


def own_passkey(request, passkey_id):
    return get_object_or_404(factors.of(request.user), type=Authenticator.Type.WEBAUTHN, pk=passkey_id)


@page
@allow()
@recently_checked
def rename_passkey(request, passkey_id):
    row = own_passkey(request, passkey_id)
    form = PasskeyNameForm(posted(request), initial={"name": row.wrap().name})
    if form.is_valid():
        webauthn_flows.rename_authenticator(request, row, form.cleaned_data["name"])
        return redirect("mfa_index")
    return answered(request, "mfa/webauthn/edit_form.html", form, authenticator=row)


@page
@allow()
@recently_checked
def remove_passkey(request, passkey_id):
    row = own_passkey(request, passkey_id)
    return removed(request, row, "mfa/webauthn/authenticator_confirm_delete.html")


def removed(request, row, template):
    """Ask, then take it away; never the last one of somebody who needs one."""
    if request.method == "POST" and factors.remove(request, row):
        messages.success(request, _("Removed."))
        return redirect("mfa_index")
    status = 422 if request.method == "POST" else 200
    return render(request, template, {"authenticator": row, "may_go": factors.may_go(row)}, status=status)


@require_safe
@allow()
@recently_checked
def recovery_codes(request):
    """The codes, shown once; afterwards only how many are left."""
    codes, may_see = codes_flows.view_recovery_codes(request)
    if codes is None:
        return redirect("mfa_index")
    shown = codes.get_unused_codes() if may_see else []
    return render(request, "mfa/recovery_codes/index.html", {"codes": shown, **factors.shown_to(request.user)})


@require_POST
@allow()
@recently_checked
def new_recovery_codes(request):
    factors.renew_codes(request)
    return redirect("mfa_view_recovery_codes")


# Somebody lost theirs -------------------------------------------------------------------------------------------


@page
@allow(Role.ADMIN)
@recently_checked
def reset_factors(request):
    form = ResetForm(posted(request), by=request.user)
    if form.is_valid():
        factors.reset(form.person, reason=form.cleaned_data["reason"], by=request.user)
        messages.success(request, _("Done. They set up a new one when they sign in next, and a mail tells them."))
        return redirect("reset-factors")
    return answered(request, "accounts/reset_factors.html", form)


for door in (own_factors, set_up_app, add_passkey):
    even_without_factor(door)
