"""Addresses of those who keep the directory: entries, proposals, look-alikes, bundles, its health."""

from django.urls import path

from resources import views_of_bundles, views_of_curation, views_of_duplicates, views_of_health, views_of_proposals

urlpatterns = [
    path("add/", views_of_curation.add_entry, name="add-entry"),
    path("missing/", views_of_proposals.propose, name="propose-entry"),
    path("<uuid:resource_id>/proposal/", views_of_proposals.proposal, name="proposal"),
    path("<uuid:resource_id>/proposal/take-over/", views_of_proposals.take_over_proposal, name="take-over-proposal"),
    path("<uuid:resource_id>/proposal/decline/", views_of_proposals.decline_proposal, name="decline-proposal"),
    path("<uuid:resource_id>/edit/", views_of_curation.edit_entry, name="edit-entry"),
    path("<uuid:resource_id>/hours/", views_of_curation.entry_hours, name="entry-hours"),
    path("<uuid:resource_id>/checklist/", views_of_curation.entry_checklist, name="entry-checklist"),
    path("<uuid:resource_id>/history/", views_of_curation.entry_history, name="entry-history"),
    path("<uuid:resource_id>/parts/", views_of_curation.entry_parts, name="entry-parts"),
    path("<uuid:resource_id>/parts/<slug:part>/add/", views_of_curation.add_part, name="add-entry-part"),
    path("parts/<slug:part>/<int:part_id>/remove/", views_of_curation.remove_part, name="remove-entry-part"),
    path("<uuid:resource_id>/contacts/add/", views_of_curation.add_contact, name="add-contact"),
    path("<uuid:resource_id>/contacts/order/", views_of_curation.reorder_contacts, name="reorder-contacts"),
    path("contacts/<int:contact_id>/hours/", views_of_curation.contact_hours, name="contact-hours"),
    path("contacts/<int:contact_id>/remove/", views_of_curation.remove_contact, name="remove-contact"),
    path("duplicates/", views_of_duplicates.pairs, name="duplicates"),
    path("duplicates/<uuid:first_id>/<uuid:second_id>/", views_of_duplicates.pair, name="pair"),
    path("policy/", views_of_health.inclusion_policy, name="inclusion-policy"),
    path("policy/change/", views_of_health.change_inclusion_policy, name="change-inclusion-policy"),
    path("health/", views_of_health.health, name="directory-health"),
    path("health/searches/<int:gap_id>/", views_of_health.look_at_gap, name="look-at-gap"),
    path("bundles/", views_of_bundles.bundles, name="bundles"),
    path("bundles/add/", views_of_bundles.add_bundle, name="add-bundle"),
    path("bundles/<int:bundle_id>/", views_of_bundles.edit_bundle, name="edit-bundle"),
    path("bundles/<int:bundle_id>/retire/", views_of_bundles.retire_bundle, name="retire-bundle"),
]
