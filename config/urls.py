from django.conf import settings
from django.urls import include, path

from accounts import views as accounts_views
from accounts import views_of_policy_reports
from accounts.access import even_without_factor
from config import device_views, guide_views, views
from config.operations import views as operations
from followups.views import channels

handler500 = "config.views.server_error"
urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", operations.metrics_page, name="metrics"),
    path("operations/", operations.operations, name="operations"),
    path("sw.js", device_views.service_worker, name="service-worker"),
    path("push-worker.js", device_views.push_worker, name="push-worker"),
    path("offline/", device_views.offline, name="offline"),
    path("manifest.webmanifest", device_views.manifest, name="manifest"),
    path("policy-reports/", views_of_policy_reports.receive, name="policy-reports"),
    path("demo-mail/", views.demo_mail, name="demo-mail"),
    path("guide/", guide_views.guide, name="guide"),
    path("session/", even_without_factor(accounts_views.session), name="session-end"),
    path("account/", include("accounts.urls")),
    path("resources/", include("resources.urls")),
    path("api/", include("resources.urls_of_api")),
    path("fhir/", include("followups.urls_of_fhir")),
    path("steps/", include("protocols.urls")),
    path("emergency/", include("sessions_app.urls_of_emergency")),
    path("follow-ups/", include("followups.urls")),
    path("papers/", include("followups.urls_of_papers")),
    path("keeping/", include("followups.urls_of_keeping")),
    path("setup/", include("followups.urls_of_setup")),
    path("account/notifications/", include("followups.urls_of_channels")),
    path("review/trends/", include("followups.urls_of_trends")),
    path("calendar/<str:token>.ics", channels.calendar, name="calendar"),
    path("trail/", include("sessions_app.urls_of_trail")),
    path("", include("sessions_app.urls")),
]
if settings.HAS_TOOLBAR:
    from debug_toolbar.toolbar import debug_toolbar_urls

    urlpatterns += debug_toolbar_urls()
