from django.urls import path

from followups.views import contact, deeds, lists, plans, policies

urlpatterns = [
    path("", lists.follow_ups_page, name="follow-ups"),
    path("due/", lists.due, name="follow-ups-due"),
    path("not-sent/", lists.failed_deliveries, name="failed-deliveries"),
    path("plan/<uuid:departure_id>/", plans.plan, name="plan"),
    path("plan/<uuid:departure_id>/what-when/", plans.what_when, name="what-when"),
    path("attempts/<uuid:departure_id>/", plans.attempts, name="attempts"),
    path("plan/<uuid:departure_id>/no-contact/", plans.respect_no_contact, name="respect-no-contact"),
    path("plan/<uuid:departure_id>/no-contact/undo/", plans.allow_contact, name="allow-contact"),
    path("policies/", policies.policy_list, name="policies"),
    path("policies/draft/", policies.draft, name="draft-policy"),
    path("policies/<int:policy_number>/", policies.policy, name="policy"),
    path("policies/<int:policy_number>/what-when/", policies.what_when, name="policy-what-when"),
    path("policies/<int:policy_number>/adopt/", policies.adopt, name="adopt-policy"),
    path("policies/<int:policy_number>/add/<str:level>/", policies.add_task, name="add-policy-task"),
    path("policies/rows/<str:kind>/<int:row_id>/", policies.change_row, name="change-policy-row"),
    path("policies/rows/<str:kind>/<int:row_id>/remove/", policies.remove_row, name="remove-policy-row"),
    path("<int:pk>/contact/", contact.record_contact, name="record-contact"),
    path("<int:pk>/done/", deeds.complete, name="complete-follow-up"),
    path("<int:pk>/move/", deeds.move, name="move-follow-up"),
    path("<int:pk>/not-needed/", deeds.drop, name="drop-follow-up"),
    path("<int:pk>/change/", deeds.change, name="change-follow-up"),
]
