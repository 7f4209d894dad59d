from django.urls import path

from protocols import views

urlpatterns = [
    path("", views.eleven_steps, name="eleven-steps"),
    path("translations/<int:translation_id>/reviewed/", views.review_translation, name="review-translation"),
]
