from django.urls import path

from protocols import views, views_of_change

urlpatterns = [
    path("", views.eleven_steps, name="eleven-steps"),
    path("translations/<int:translation_id>/reviewed/", views.review_translation, name="review-translation"),
    path("versions/", views_of_change.versions, name="protocol-versions"),
    path("versions/draft/", views_of_change.draft, name="draft-protocol"),
    path("versions/<int:protocol_number>/", views_of_change.version, name="protocol-version"),
    path("versions/<int:protocol_number>/title/", views_of_change.rename, name="rename-protocol"),
    path("versions/<int:protocol_number>/compare/", views_of_change.compare, name="compare-protocols"),
    path("versions/<int:protocol_number>/card/", views_of_change.card, name="protocol-card"),
    path("versions/<int:protocol_number>/file/", views_of_change.file, name="protocol-file"),
    path("versions/<int:protocol_number>/publish/", views_of_change.publish, name="publish-protocol"),
    path("versions/<int:protocol_number>/steps/<slug:slug>/", views_of_change.edit_step, name="edit-protocol-step"),
    path(
        "versions/<int:protocol_number>/steps/<slug:slug>/<slug:setting>/",
        views_of_change.edit_setting,
        name="edit-protocol-setting",
    ),
    path("versions/<int:protocol_number>/<slug:deed>/", views_of_change.deed, name="protocol-deed"),
]
