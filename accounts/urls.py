from allauth.account import views as allauth_views
from django.urls import include, path, re_path

from accounts import (
    views,
    views_of_devices,
    views_of_joining,
    views_of_leaving,
    views_of_people,
    views_of_people_files,
    views_of_preferences,
    views_of_setup,
    views_of_sign_in,
    views_of_sign_on,
)
from accounts.access import allow, allow_everyone, even_without_factor

urlpatterns = [
    path("", views.me, name="me"),
    path("time-zone/", views_of_preferences.time_zone, name="time-zone"),
    path("", include("accounts.urls_of_factors")),
    path("sign-in/", views_of_sign_in.sign_in, name="account_login"),
    path("sign-in/with/", views_of_sign_on.begin, name="begin-sign-on"),
    path("sign-in/with/back/", views_of_sign_on.end, name="end-sign-on"),
    path("again/with/", views_of_sign_on.again, name="sign-on-again"),
    path("signed-out/", views_of_sign_on.signed_out, name="signed-out"),
    path("devices/others/end/", views_of_devices.end_other_devices, name="end-other-devices"),
    path("devices/<int:session_row_id>/end/", views_of_devices.end_device, name="end-device"),
    path("people/", views_of_people.people, name="people"),
    path("people/invite/", views_of_people.invite, name="invite"),
    path("people/file/", views_of_people_files.people_file, name="people-file"),
    path("people/<int:person_id>/", views_of_people.person, name="person"),
    path("people/<int:person_id>/leaving/", views_of_leaving.leaves, name="leaves"),
    path("people/<int:person_id>/staying/", views_of_leaving.stays, name="stays"),
    path("people/<int:person_id>/close/", views_of_leaving.close_account, name="close-account"),
    path("people/invitations/<int:invitation_id>/again/", views_of_people.resend_invitation, name="resend-invitation"),
    path(
        "people/invitations/<int:invitation_id>/withdraw/",
        views_of_people.withdraw_invitation,
        name="withdraw-invitation",
    ),
    path("", include("accounts.urls_of_dated")),
    path("organisation/", views_of_setup.organisation, name="organisation"),
    path("organisation/sites/add/", views_of_setup.add_site, name="add-site"),
    path("organisation/sites/<int:site_id>/", views_of_setup.edit_site, name="edit-site"),
    path("organisation/lead/", views_of_setup.name_lead, name="name-lead"),
    path("organisation/mail/", views_of_setup.send_mail_test, name="send-mail-test"),
    path("organisation/mail/<str:token>/", views_of_setup.mail_arrived, name="mail-arrived"),
    path("join/", views_of_joining.accept, name="accept-invitation"),
    path("join/<str:token>/", views_of_joining.join, name="join"),
    path("sign-out/", even_without_factor(views.sign_out), name="account_logout"),
    path("again/", even_without_factor(allow()(allauth_views.reauthenticate)), name="account_reauthenticate"),
    path("password/", allow()(views.of_passwords(allauth_views.password_change)), name="account_change_password"),
    path(
        "password/forgotten/",
        allow_everyone(views.of_passwords(allauth_views.password_reset)),
        name="account_reset_password",
    ),
    path(
        "password/forgotten/sent/",
        allow_everyone(views.of_passwords(allauth_views.password_reset_done)),
        name="account_reset_password_done",
    ),
    re_path(  # the key has hyphens of its own, so the id must end at the first one
        r"^password/forgotten/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$",
        allow_everyone(views.of_passwords(allauth_views.password_reset_from_key)),
        name="account_reset_password_from_key",
    ),
    path(
        "password/forgotten/changed/",
        allow_everyone(views.of_passwords(allauth_views.password_reset_from_key_done)),
        name="account_reset_password_from_key_done",
    ),
]
