from django.urls import path

from followups.views import exchange, protocol_files

urlpatterns = [
    path("departures/<uuid:departure_id>/", exchange.departure_exchange, name="departure-exchange"),
    path("departures/<uuid:departure_id>/file/", exchange.departure_bundle, name="departure-bundle"),
    path("protocol/", exchange.protocol_exchange, name="protocol-exchange"),
    path("protocol/file/", exchange.plan_definition, name="plan-definition"),
    path("protocol/import/", protocol_files.import_protocol, name="import-protocol"),
    path("CodeSystem/<slug:system_name>", exchange.code_system, name="code-system"),
]
