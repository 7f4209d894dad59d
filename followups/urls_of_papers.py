from django.urls import path

from followups.views import chart_packages, client_copies, papers

urlpatterns = [
    path("<uuid:departure_id>/", papers.papers_page, name="papers"),
    path("<uuid:departure_id>/make/", papers.make_paper, name="make-paper"),
    path("<uuid:departure_id>/chart/", papers.chart_page, name="chart"),
    path("<uuid:departure_id>/chart.css", papers.chart_style, name="chart-style"),
    path("<uuid:departure_id>/text/", papers.chart_as_text, name="chart-text"),
    path("files/<int:paper_id>/", papers.paper_file, name="paper-file"),
    path("clients/<int:client_id>/", client_copies.client_copies_page, name="client-copies"),
    path("copies/<int:copy_id>/", client_copies.client_copy, name="client-copy"),
    path("copies/<int:copy_id>/make/", client_copies.make_copy, name="make-copy"),
    path("copies/<int:copy_id>/given/", client_copies.give_copy, name="give-copy"),
    path("copies/<int:copy_id>/package/", chart_packages.ask_for_package, name="ask-for-package"),
    path("packages/<int:package_id>/", chart_packages.fetch_package, name="fetch-package"),
    path("copies/<int:copy_id>/chart/", client_copies.copy_chart, name="copy-chart"),
    path("copies/<int:copy_id>/chart.css", client_copies.copy_style, name="copy-style"),
]
