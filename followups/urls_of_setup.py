from django.urls import path

from followups.views import setup

urlpatterns = [
    path("", setup.setup_page, name="setup"),
    path("adoption/", setup.adoption_page, name="adoption"),
]
