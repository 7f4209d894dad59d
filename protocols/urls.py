from django.urls import path

from protocols import views

urlpatterns = [path("", views.eleven_steps, name="eleven-steps")]
