from django.urls import path

from resources import urls_of_curation, views, views_of_cards, views_of_checking, views_of_export

urlpatterns = [
    path("", views.resources, name="resources"),
    path("nothing-found/", views.nothing_found, name="nothing-found"),
    path("checks/", views_of_checking.queue, name="check-queue"),
    path("reported/", views.reported, name="my-reports"),
    path("export/", views_of_export.export_resources, name="export-resources"),
    path("export/<str:form_name>/", views_of_export.export_file, name="export-file"),
    path("contacts/<int:contact_id>/check/", views_of_checking.check_contact, name="check-contact"),
    path("contacts/<int:contact_id>/change/", views_of_checking.change_contact, name="change-contact"),
    path("contacts/<int:contact_id>/not-working/", views.report_contact, name="report-contact"),
    path("cards/", views_of_cards.resource_cards, name="resource-cards"),
    path("<uuid:resource_id>/card/", views_of_cards.resource_card, name="resource-card"),
    path("<uuid:resource_id>/check/", views_of_checking.check_resource, name="check-resource"),
    path("<uuid:resource_id>/status/", views_of_checking.change_status, name="change-resource-status"),
    path("<uuid:resource_id>/", views.resource, name="resource"),
    *urls_of_curation.urlpatterns,
]
