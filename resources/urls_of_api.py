from django.urls import path

from resources import views_of_api as views

urlpatterns = [
    path("", views.about, name="api"),
    path("hsds/", views.base, name="hsds"),
    path("hsds/openapi.json", views.description, name="hsds-openapi"),
    path("hsds/services", views.services, name="hsds-services"),
    path("hsds/services/<uuid:id>", views.service, name="hsds-service"),
    path("hsds/organizations", views.organisations, name="hsds-organizations"),
    path("hsds/organizations/<uuid:id>", views.organisation, name="hsds-organization"),
    path("hsds/taxonomies", views.taxonomies, name="hsds-taxonomies"),
    path("hsds/taxonomies/<uuid:id>", views.taxonomy, name="hsds-taxonomy"),
    path("hsds/taxonomy_terms", views.terms, name="hsds-taxonomy-terms"),
    path("hsds/taxonomy_terms/<uuid:id>", views.term, name="hsds-taxonomy-term"),
    path("hsds/service_at_locations", views.at_locations, name="hsds-service-at-locations"),
    path("hsds/service_at_locations/<uuid:id>", views.at_location, name="hsds-service-at-location"),
]
