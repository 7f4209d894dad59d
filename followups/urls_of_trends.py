from django.urls import path

from followups.views import trends

urlpatterns = [
    path("", trends.trends, name="trends"),
    path("paper/", trends.trends_on_paper, name="trends-on-paper"),
    path("file.csv", trends.trends_file, name="trends-file"),
]
