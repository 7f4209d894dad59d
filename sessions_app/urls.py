from django.urls import path

from sessions_app.views import caseload, clients, departures, now, reports, reviews, steps

urlpatterns = [
    path("", now.now, name="now"),
    path("departures/", departures.start, name="start-departure"),
    path("departures/earlier/", departures.earlier, name="earlier-departure"),
    path("departures/<uuid:departure_id>/", departures.departure, name="departure"),
    path("departures/<uuid:departure_id>/steps/<slug:slug>/", steps.record_step, name="record-step"),
    path("departures/<uuid:departure_id>/steps/<slug:slug>/undo/", steps.undo_step, name="undo-step"),
    path("departures/<uuid:departure_id>/steps/<slug:slug>/details/", steps.note_details, name="note-details"),
    path("departures/<uuid:departure_id>/level/", steps.set_level, name="set-level"),
    path("departures/<uuid:departure_id>/gone/", departures.gone, name="gone"),
    path("departures/<uuid:departure_id>/gone/undo/", departures.undo_gone, name="undo-gone"),
    path("departures/<uuid:departure_id>/ending/", departures.end, name="end-departure"),
    path("departures/<uuid:departure_id>/void/", departures.void, name="void-departure"),
    path("departures/<uuid:departure_id>/client/", clients.choose, name="choose-client"),
    path("departures/<uuid:departure_id>/resources/", steps.give_resources, name="give-resources"),
    path("departures/<uuid:departure_id>/report/", reports.report, name="report"),
    path("departures/<uuid:departure_id>/report/draft/", reports.save_draft, name="save-draft"),
    path("departures/<uuid:departure_id>/report/check/", reports.check, name="check-report"),
    path("departures/<uuid:departure_id>/report/addendum/", reports.add_addendum, name="add-addendum"),
    path("departures/<uuid:departure_id>/report/seen/", reports.feedback_seen, name="feedback-seen"),
    path("clients/", caseload.clients, name="clients"),
    path("clients/new/", caseload.add_client, name="add-client"),
    path("clients/<int:client_id>/", caseload.client, name="client"),
    path("clients/<int:client_id>/no-contact/", caseload.no_contact, name="no-contact"),
    path("clients/<int:client_id>/no-contact/undo/", caseload.undo_no_contact, name="undo-no-contact"),
    path("sessions/new/", caseload.add_session, name="add-session"),
    path("sessions/<int:session_id>/", caseload.session, name="session"),
    path("review/", reviews.queue, name="review-queue"),
    path("review/<uuid:departure_id>/", reviews.review, name="review"),
]
