from django.urls import path

from followups.views import absences, channels, contact, deeds, escalations, lists, on_call, plans, working

urlpatterns = [
    path("", lists.follow_ups_page, name="follow-ups"),
    path("due/", lists.due, name="follow-ups-due"),
    path("count/", channels.follow_ups_count, name="follow-ups-count"),
    path("not-sent/", lists.failed_deliveries, name="failed-deliveries"),
    path("working/", working.reminders_working, name="reminders-working"),
    path("plan/<uuid:departure_id>/", plans.plan, name="plan"),
    path("attempts/<uuid:departure_id>/", plans.attempts, name="attempts"),
    path("plan/<uuid:departure_id>/no-contact/", plans.respect_no_contact, name="respect-no-contact"),
    path("plan/<uuid:departure_id>/no-contact/undo/", plans.allow_contact, name="allow-contact"),
    path("away/", absences.absences_page, name="absences"),
    path("away/<int:absence_id>/back/", absences.come_back, name="come-back"),
    path("away/left-to-you/", absences.hand_offs, name="hand-offs"),
    path("on-call/", on_call.rota, name="on-call"),
    path("on-call/<int:shift_id>/remove/", on_call.remove, name="remove-shift"),
    path("<int:pk>/on-it/", escalations.acknowledge, name="acknowledge-follow-up"),
    path("<int:pk>/later/", escalations.snooze, name="snooze-follow-up"),
    path("<int:pk>/contact/", contact.record_contact, name="record-contact"),
    path("<int:pk>/done/", deeds.complete, name="complete-follow-up"),
    path("<int:pk>/move/", deeds.move, name="move-follow-up"),
    path("<int:pk>/not-needed/", deeds.drop, name="drop-follow-up"),
    path("<int:pk>/change/", deeds.change, name="change-follow-up"),
]
