from django.urls import path

from followups.views import contact, deeds, lists, plans

urlpatterns = [
    path("", lists.follow_ups_page, name="follow-ups"),
    path("due/", lists.due, name="follow-ups-due"),
    path("not-sent/", lists.failed_deliveries, name="failed-deliveries"),
    path("plan/<uuid:departure_id>/", plans.plan, name="plan"),
    path("attempts/<uuid:departure_id>/", plans.attempts, name="attempts"),
    path("plan/<uuid:departure_id>/no-contact/", plans.respect_no_contact, name="respect-no-contact"),
    path("plan/<uuid:departure_id>/no-contact/undo/", plans.allow_contact, name="allow-contact"),
    path("<int:pk>/contact/", contact.record_contact, name="record-contact"),
    path("<int:pk>/done/", deeds.complete, name="complete-follow-up"),
    path("<int:pk>/move/", deeds.move, name="move-follow-up"),
    path("<int:pk>/not-needed/", deeds.drop, name="drop-follow-up"),
    path("<int:pk>/change/", deeds.change, name="change-follow-up"),
]
