"""Who answers for whom, from one day to another; and teams."""

from django.urls import path

from accounts import views_of_dated, views_of_teams

urlpatterns = [
    path("people/<int:person_id>/supervision/", views_of_dated.enter_supervision, name="enter-supervision"),
    path("people/<int:person_id>/training/", views_of_dated.enter_training, name="enter-training"),
    path("people/<int:person_id>/team/", views_of_dated.move_person, name="move-person"),
    path("supervision/<int:supervision_id>/end/", views_of_dated.end_supervision, name="end-supervision"),
    path("training/<int:training_id>/end/", views_of_dated.end_training, name="end-training"),
    path("teams/", views_of_teams.teams_page, name="teams"),
    path("teams/add/", views_of_teams.add_team, name="add-team"),
    path("teams/<int:team_id>/", views_of_teams.team, name="team"),
    path("teams/<int:team_id>/name/", views_of_teams.rename_team, name="rename-team"),
    path("teams/<int:team_id>/close/", views_of_teams.close_team, name="close-team"),
    path("teams/<int:team_id>/cover/", views_of_dated.enter_cover, name="enter-cover"),
    path("covers/<int:cover_id>/end/", views_of_dated.end_cover, name="end-cover"),
]
