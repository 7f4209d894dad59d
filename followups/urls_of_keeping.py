from django.urls import path

from followups.views import keeping

urlpatterns = [
    path("", keeping.keeping, name="keeping"),
    path("rules/<int:site_id>/", keeping.adopt_rule, name="adopt-rule"),
    path("holds/", keeping.holds_page, name="holds"),
    path("holds/<int:hold_id>/lift/", keeping.lift_hold, name="lift-hold"),
    path("disposals/", keeping.disposals_page, name="disposals"),
    path("disposals/<int:disposal_id>/", keeping.disposal, name="disposal"),
    path("disposals/<int:disposal_id>/answer/", keeping.answer_disposal, name="answer-disposal"),
    path("disposals/<int:disposal_id>/certificate/", keeping.certificate_file, name="disposal-certificate"),
]
