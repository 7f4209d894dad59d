from django.urls import include, path

from accounts import views as accounts_views
from config import views

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("sw.js", views.service_worker, name="service-worker"),
    path("offline/", views.offline, name="offline"),
    path("manifest.webmanifest", views.manifest, name="manifest"),
    path("demo-mail/", views.demo_mail, name="demo-mail"),
    path("session/", accounts_views.session, name="session-end"),
    path("account/", include("accounts.urls")),
    path("resources/", include("resources.urls")),
    path("steps/", include("protocols.urls")),
    path("follow-ups/", include("followups.urls")),
    path("", include("sessions_app.urls")),
]
