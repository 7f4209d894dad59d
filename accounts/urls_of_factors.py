"""Second factors. Their names are allauth's where it asks for them by name."""

from allauth.mfa.base import views as allauth_views
from django.urls import path
from django.views.decorators.http import require_http_methods

from accounts import views_of_factors as views
from accounts import views_of_sign_in
from accounts.access import allow, even_without_factor

page = require_http_methods(["GET", "HEAD", "POST"])
code_again = even_without_factor(page(allow()(allauth_views.reauthenticate)))
passkey_again = even_without_factor(page(allow()(views_of_sign_in.PasskeyAgainView.as_view())))

urlpatterns = [
    path("sign-in/second/", views_of_sign_in.second_step, name="mfa_authenticate"),
    path("sign-in/passkey/", views_of_sign_in.passkey_sign_in, name="mfa_login_webauthn"),
    path("again/code/", code_again, name="mfa_reauthenticate"),
    path("again/passkey/", passkey_again, name="mfa_reauthenticate_webauthn"),
    path("factors/", views.own_factors, name="mfa_index"),
    path("factors/app/", views.set_up_app, name="mfa_activate_totp"),
    path("factors/app/remove/", views.remove_app, name="mfa_deactivate_totp"),
    path("factors/passkeys/add/", views.add_passkey, name="mfa_add_webauthn"),
    path("factors/passkeys/<int:passkey_id>/", views.rename_passkey, name="mfa_edit_webauthn"),
    path("factors/passkeys/<int:passkey_id>/remove/", views.remove_passkey, name="mfa_remove_webauthn"),
    path("factors/codes/", views.recovery_codes, name="mfa_view_recovery_codes"),
    path("factors/codes/new/", views.new_recovery_codes, name="mfa_generate_recovery_codes"),
    path("factors/reset/", views.reset_factors, name="reset-factors"),
]
