from django.urls import path

from resources import urls_of_curation, views, views_of_checking

urlpatterns = [
    path("", views.resources, name="resources"),
    path("checks/", views_of_checking.queue, name="check-queue"),
    path("reported/", views.reported, name="my-reports"),
    path("contacts/<int:contact_id>/check/", views_of_checking.check_contact, name="check-contact"),
    path("contacts/<int:contact_id>/change/", views_of_checking.change_contact, name="change-contact"),
    path("contacts/<int:contact_id>/not-working/", views.report_contact, name="report-contact"),
    path("<uuid:resource_id>/check/", views_of_checking.check_resource, name="check-resource"),
    path("<uuid:resource_id>/status/", views_of_checking.change_status, name="change-resource-status"),
    path("<uuid:resource_id>/", views.resource, name="resource"),
    *urls_of_curation.urlpatterns,
]
