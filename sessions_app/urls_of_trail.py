from django.urls import path

from sessions_app.views import trail

urlpatterns = [
    path("", trail.trail_page, name="trail"),
    path("find/", trail.find_client, name="find-client-trail"),
    path("clients/<int:client_id>/", trail.client_trail, name="client-trail"),
    path("clients/<int:client_id>/answer/", trail.client_answer, name="client-answer"),
    path("clients/<int:client_id>/table/", trail.client_trail_table, name="client-trail-table"),
]
