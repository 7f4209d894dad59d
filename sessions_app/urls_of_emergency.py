from django.urls import path

from sessions_app.views import emergency_access, emergency_reviews

urlpatterns = [
    path("", emergency_access.emergency, name="emergency"),
    path("<int:access_id>/", emergency_access.record, name="emergency-record"),
    path("<int:access_id>/end/", emergency_access.end, name="end-emergency"),
    path("reviews/", emergency_reviews.reviews, name="emergency-reviews"),
    path("reviews/<int:access_id>/", emergency_reviews.review, name="emergency-review"),
]
