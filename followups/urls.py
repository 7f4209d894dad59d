from django.urls import path

from followups import views

urlpatterns = [
    path("", views.follow_ups_page, name="follow-ups"),
    path("due/", views.due, name="follow-ups-due"),
    path("not-sent/", views.failed_deliveries, name="failed-deliveries"),
    path("plan/<uuid:departure_id>/", views.plan, name="plan"),
    path("attempts/<uuid:departure_id>/", views.attempts, name="attempts"),
    path("plan/<uuid:departure_id>/no-contact/", views.respect_no_contact, name="respect-no-contact"),
    path("plan/<uuid:departure_id>/no-contact/undo/", views.allow_contact, name="allow-contact"),
    path("<int:pk>/contact/", views.record_contact, name="record-contact"),
    path("<int:pk>/done/", views.complete, name="complete-follow-up"),
    path("<int:pk>/move/", views.move, name="move-follow-up"),
    path("<int:pk>/not-needed/", views.drop, name="drop-follow-up"),
    path("<int:pk>/change/", views.change, name="change-follow-up"),
]
