from allauth.account import views as allauth_views
from django.urls import include, path, re_path

from accounts import views, views_of_sign_in
from accounts.access import allow, allow_everyone, even_without_factor

urlpatterns = [
    path("", views.me, name="me"),
    path("", include("accounts.urls_of_factors")),
    path("sign-in/", views_of_sign_in.sign_in, name="account_login"),
    path("sign-out/", even_without_factor(views.sign_out), name="account_logout"),
    path("again/", even_without_factor(allow()(allauth_views.reauthenticate)), name="account_reauthenticate"),
    path("password/", allow()(allauth_views.password_change), name="account_change_password"),
    path("password/forgotten/", allow_everyone(allauth_views.password_reset), name="account_reset_password"),
    path(
        "password/forgotten/sent/",
        allow_everyone(allauth_views.password_reset_done),
        name="account_reset_password_done",
    ),
    re_path(  # the key has hyphens of its own, so the id must end at the first one
        r"^password/forgotten/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$",
        allow_everyone(allauth_views.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "password/forgotten/changed/",
        allow_everyone(allauth_views.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
]
