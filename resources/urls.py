from django.urls import path

from resources import (
    urls_of_curation,
    views,
    views_of_cards,
    views_of_checking,
    views_of_export,
    views_of_imports,
)

urlpatterns = [
    path("", views.resources, name="resources"),
    path("nothing-found/", views.nothing_found, name="nothing-found"),
    path("checks/", views_of_checking.queue, name="check-queue"),
    path("checks/pages/<int:task_id>/aside/", views_of_checking.put_page_aside, name="put-page-aside"),
    path("reported/", views.reported, name="my-reports"),
    path("export/", views_of_export.export_resources, name="export-resources"),
    path("export/<str:form_name>/", views_of_export.export_file, name="export-file"),
    path("imports/", views_of_imports.imports, name="imports"),
    path("imports/<int:batch_id>/", views_of_imports.import_batch, name="import"),
    path("imports/<int:batch_id>/progress/", views_of_imports.import_progress, name="import-progress"),
    path("imports/<int:batch_id>/columns/", views_of_imports.map_import, name="map-import"),
    path("imports/<int:batch_id>/rows/", views_of_imports.choose_import_rows, name="choose-import-rows"),
    path("imports/<int:batch_id>/keep-ours/", views_of_imports.keep_ours, name="keep-ours"),
    path("imports/<int:batch_id>/apply/", views_of_imports.apply_import, name="apply-import"),
    path("imports/<int:batch_id>/undo/", views_of_imports.undo_import, name="undo-import"),
    path("imports/<int:batch_id>/rows.csv", views_of_imports.import_table, name="import-table"),
    path("imports/rows/<int:import_row_id>/decide/", views_of_imports.decide_import_row, name="decide-import-row"),
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
