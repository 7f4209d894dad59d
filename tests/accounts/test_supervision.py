"""Whose work somebody answers for: dated, both days included, and nothing before or after."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, Supervision, TeamCover, User
from accounts.supervision import answers_for, supervisors_of
from sessions_app.models import Client, DepartureEvent, TherapySession


@pytest.fixture(autouse=True)
def noon(time_machine):
    """At noon in New York it is the same day there, in UTC and on every wall of this story."""
    time_machine.move_to("2026-05-20T16:00:00Z")


@pytest.fixture
def pat(hire):
    """A supervisor who answers for nobody yet."""
    return hire("Pat Quist", Role.SUPERVISOR)


@pytest.fixture
def other_team(site):
    return site.teams.create(name="Young people")


def days(starts, ends):
    """Dates counted from today; None is open."""
    today = timezone.localdate()
    return {
        "starts_on": today + timedelta(days=starts),
        "ends_on": None if ends is None else today + timedelta(days=ends),
    }


IN_FORCE = [((-30, None), True), ((0, None), True), ((-30, 0), True), ((0, 0), True)]
NOT_IN_FORCE = [((-30, -1), False), ((1, None), False), ((1, 30), False)]


@pytest.mark.parametrize(("dates", "sees"), IN_FORCE + NOT_IN_FORCE)
def test_supervision_counts_from_its_first_day_to_its_last(signed_in, pat, departure, dates, sees):
    Supervision.objects.create(supervisor=pat, supervisee=departure.therapist, **days(*dates))
    answer = signed_in(pat).get(reverse("departure", args=[departure.pk]))
    assert answer.status_code == (200 if sees else 404)
    assert list(supervisors_of(departure.therapist)) == ([pat] if sees else [])


@pytest.mark.parametrize(("dates", "sees"), IN_FORCE + NOT_IN_FORCE)
def test_covering_a_team_counts_from_its_first_day_to_its_last(signed_in, pat, departure, dates, sees):
    TeamCover.objects.create(supervisor=pat, team=departure.therapist.team, **days(*dates))
    answer = signed_in(pat).get(reverse("departure", args=[departure.pk]))
    assert answer.status_code == (200 if sees else 404)
    assert list(supervisors_of(departure.therapist)) == ([pat] if sees else [])


def test_the_day_is_the_one_where_the_supervisee_works(signed_in, pat, departure, time_machine):
    """Eleven at night in New York is the next day in London: supervision until today still holds for a New Yorker.

    It does whoever asks: a supervisor on a journey loses nobody, and a worker that reckons in UTC tells nobody else.
    """
    time_machine.move_to("2026-05-21T03:00:00Z", tick=False)
    DepartureEvent.objects.update(began_at=timezone.now())
    ana = departure.therapist
    Supervision.objects.create(supervisor=pat, supervisee=ana, starts_on="2026-05-01", ends_on="2026-05-20")
    where = reverse("departure", args=[departure.pk])
    for zone in ("", "Europe/London"):
        User.objects.filter(pk=pat.pk).update(time_zone=zone)
        assert signed_in(pat).get(where).status_code == 200
        with timezone.override("UTC"):
            assert list(supervisors_of(ana)) == [pat]
    User.objects.filter(pk=ana.pk).update(time_zone="Europe/London")
    assert signed_in(pat).get(where).status_code == 404
    assert not supervisors_of(ana)


def test_cover_of_a_team_ends_with_the_day_at_its_site(pat, departure, time_machine):
    time_machine.move_to("2026-05-21T03:00:00Z", tick=False)
    ana = departure.therapist
    TeamCover.objects.create(supervisor=pat, team=ana.team, starts_on="2026-05-01", ends_on="2026-05-20")
    with timezone.override("Asia/Tokyo"):
        assert list(supervisors_of(ana)) == [pat]
    time_machine.move_to("2026-05-21T04:00:00Z", tick=False)
    assert not supervisors_of(ana)


@pytest.mark.parametrize("model", [DepartureEvent, Client, TherapySession])
def test_who_sees_a_clinical_row(model, departure, therapist, supervisor, stranger, former_supervisor, admin):
    people = (therapist, supervisor, stranger, former_supervisor, admin)
    assert [model.objects.visible_to(person).count() for person in people] == [1, 1, 0, 0, 0]


def test_cover_of_another_team_shows_nothing_of_this_one(pat, departure, other_team):
    TeamCover.objects.create(supervisor=pat, team=other_team, **days(-1, None))
    assert not DepartureEvent.objects.visible_to(pat).exists()


def test_supervision_follows_the_person_to_another_team(supervisor, therapist, departure, other_team):
    therapist.team = other_team
    therapist.save()
    assert DepartureEvent.objects.visible_to(supervisor).get() == departure


def test_without_the_role_a_supervision_on_paper_shows_nothing(hire, departure):
    person = hire("Al Fine", Role.ADMIN)
    Supervision.objects.create(supervisor=person, supervisee=departure.therapist, **days(-1, None))
    assert not answers_for(person).exists()
    assert not DepartureEvent.objects.visible_to(person).exists()


def test_a_supervisors_own_clients_need_the_therapists_role(supervisor, hire):
    client = Client.objects.create(reference="7", therapist=supervisor, team=supervisor.team)
    assert client not in Client.objects.visible_to(supervisor)
    supervisor.roles = [Role.THERAPIST, Role.SUPERVISOR]
    assert client in Client.objects.visible_to(supervisor)


def test_supervision_does_not_pass_on(hire, supervisor, departure):
    """Who supervises the supervisor does not read the therapist's rows."""
    head = hire("Ida Head", Role.SUPERVISOR)
    Supervision.objects.create(supervisor=head, supervisee=supervisor, **days(-1, None))
    assert list(answers_for(head).values_list("pk", flat=True)) == [supervisor.pk]
    assert not DepartureEvent.objects.visible_to(head).exists()


def test_a_supervisor_comes_before_whoever_covers_the_team(supervisor, therapist, pat):
    TeamCover.objects.create(supervisor=pat, team=therapist.team, **days(-1, None))
    assert list(supervisors_of(therapist)) == [supervisor]


@pytest.mark.parametrize("leaves", ["supervision ended", "person left"])
def test_when_the_supervisor_is_gone_the_teams_cover_answers(supervisor, therapist, pat, leaves):
    TeamCover.objects.create(supervisor=pat, team=therapist.team, **days(-1, None))
    if leaves == "person left":
        supervisor.is_active = False
        supervisor.save()
    else:
        Supervision.objects.update(ends_on=timezone.localdate() - timedelta(days=1))
    assert list(supervisors_of(therapist)) == [pat]


def test_nobody_covers_for_themselves(pat):
    TeamCover.objects.create(supervisor=pat, team=pat.team, **days(-1, None))
    assert list(supervisors_of(pat)) == []


def test_two_supervisors_come_in_the_order_of_their_names(supervisor, therapist, hire):
    abe = hire("Abe First", Role.SUPERVISOR)
    Supervision.objects.create(supervisor=abe, supervisee=therapist, **days(-1, None))
    assert list(supervisors_of(therapist)) == [abe, supervisor]


@pytest.mark.parametrize(
    ("who", "dates", "rule"),
    [
        ("self", (0, None), "supervision_is_of_somebody_else"),
        ("other", (0, -1), "supervision_ends_after_it_starts"),
    ],
)
def test_the_database_refuses_what_cannot_be(therapist, pat, who, dates, rule):
    supervisor = therapist if who == "self" else pat
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        Supervision.objects.create(supervisor=supervisor, supervisee=therapist, **days(*dates))
