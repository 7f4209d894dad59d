"""Teams: added, renamed, closed when they are empty; who works in which, and who covers it."""

from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts import admin_deeds, invitations, people, roles, team_covers, teams
from accounts.dated import NotEntered
from accounts.models import AuditEntry, Invitation, Role, Team, TeamCover, User
from followups import absences
from sessions_app.models import Client
from tests.conftest import PASSWORD
from tests.followups.races import both, meet_after

TODAY = date(2026, 5, 20)
A_DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def noon(time_machine):
    time_machine.move_to("2026-05-20T16:00:00Z")


@pytest.fixture
def pat(hire):
    return hire("Pat Quist", Role.SUPERVISOR)


@pytest.fixture
def other(site):
    return site.teams.create(name="Young people")


def move(browser, person, team):
    return browser.post(reverse("move-person", args=[person.pk]), {"team": team.pk})


def cover(browser, team, supervisor, first=TODAY, last=""):
    facts = {"supervisor": supervisor.pk, "starts_on": first, "ends_on": last}
    return browser.post(reverse("enter-cover", args=[team.pk]), facts)


def close(browser, team):
    return browser.post(reverse("close-team", args=[team.pk]))


def refusal(answer):
    assert answer.status_code == 422
    return answer.content.decode()


# Names ----------------------------------------------------------------------------------------------------------------


def test_a_team_is_added_and_renamed_and_the_trail_says_so(signed_in, admin, site):
    browser = signed_in(admin)
    assert browser.post(reverse("add-team"), {"site": site.pk, "name": "Evening"}).url == reverse("teams")
    made = Team.objects.get(name="Evening")
    assert browser.post(reverse("rename-team", args=[made.pk]), {"name": "Night"}).url == reverse(
        "team", args=[made.pk]
    )
    assert "Night" in browser.get(reverse("teams")).content.decode()
    assert [each.action for each in AuditEntry.objects.filter(subject_type="accounts.team")] == [
        "team_added",
        "team_renamed",
    ]


def test_a_name_stands_once_at_a_site(signed_in, admin, site, other):
    browser = signed_in(admin)
    words = refusal(browser.post(reverse("add-team"), {"site": site.pk, "name": other.name}))
    assert "This site has it already" in words
    assert f'value="{other.name}"' in words
    assert "has it already" in refusal(browser.post(reverse("rename-team", args=[admin.team_id]), {"name": other.name}))
    close(browser, other)
    assert "A closed team" in refusal(browser.post(reverse("add-team"), {"site": site.pk, "name": other.name}))


def test_two_admins_who_add_the_same_team_add_one(transactional_db, admin, hire, site, monkeypatch):
    second = hire("Joy Adeyemi", Role.ADMIN)
    meet_after(monkeypatch, teams, "refuse_name_taken")

    def add(by):
        try:
            teams.add(site=site, name="Evening", by=by)
        except NotEntered:
            return "refused"
        return "added"

    assert sorted(both(lambda: add(admin), lambda: add(second))) == ["added", "refused"]


# Closing --------------------------------------------------------------------------------------------------------------


def test_a_team_with_people_in_it_is_not_closed_and_the_page_says_who(signed_in, admin, team, therapist):
    words = refusal(close(signed_in(admin), team))
    assert "It is not empty yet: Ana Reyes, Kim Novak" in words
    team.refresh_from_db()
    assert team.closed_at is None


def test_nor_one_that_is_covered_or_that_somebody_is_asked_into(signed_in, admin, other, pat):
    browser = signed_in(admin)
    cover(browser, other, pat, first="2099-01-01", last="2099-01-02")
    asked = {"email": "lee@clinic.example", "name": "Lee Park", "roles": ["therapist"], "language": "en-gb"}
    invitation = invitations.invite(**asked, team=other, by=admin)
    words = refusal(close(browser, other))
    assert "Pat Quist (covers it from 1 January 2099 until 2 January 2099)" in words
    assert "Lee Park (asked in)" in words
    browser.post(reverse("end-cover", args=[TeamCover.objects.get().pk]))
    invitations.withdraw(invitation, by=admin)
    assert close(browser, other).status_code == 302


def test_a_closed_team_is_offered_nowhere_and_keeps_what_was(signed_in, admin, other, therapist, hire, mails):
    gone = hire("Gone", Role.THERAPIST, is_active=False, team=other)
    Client.objects.create(reference="9", therapist=therapist, team=other)
    browser = signed_in(admin)
    close(browser, other)
    for page in (reverse("invite"), reverse("move-person", args=[therapist.pk])):
        assert f'<option value="{other.pk}"' not in browser.get(page).content.decode()
    assert refusal(move(browser, therapist, other))
    assert browser.get(reverse("team", args=[other.pk])).status_code == 200
    assert other.name in browser.get(reverse("teams")).content.decode()
    assert Client.objects.get().team == other
    gone.refresh_from_db()
    assert gone.team == other
    assert AuditEntry.objects.filter(action="team_closed", by=admin, subject_id=str(other.pk)).count() == 1


def test_nobody_comes_into_a_closed_team_by_another_door(admin, other, pat, hire, site):
    gone = hire("Gone", Role.THERAPIST, is_active=False, team=other)
    teams.close(other, by=admin)
    who = {"email": "new@clinic.example", "name": "New", "roles": ["therapist"]}
    with pytest.raises(people.NotAdded, match="closed"):
        people.add(**who, site=site.name, team=other.name, by=admin)
    with pytest.raises(invitations.NotInvited, match="closed"):
        invitations.invite(**who, team=other, language="en-gb", by=admin)
    with pytest.raises(NotEntered, match="closed"):
        team_covers.enter(supervisor=pat, team=other, starts_on=TODAY, by=admin)
    with pytest.raises(NotEntered, match="closed"):
        teams.rename(other, name="Open", by=admin)
    with pytest.raises(roles.NotChanged, match="team is closed"):
        roles.change(gone, roles=["therapist"], is_active=True, by=admin)
    with pytest.raises(CommandError, match="no team"):
        call_command(
            "invite", email="new@clinic.example", name="New", role=["therapist"], site=site.name, team=other.name
        )
    assert not Invitation.objects.exists()


def who_for_the_command(team):
    who = {"email": "new@clinic.example", "name": "New", "role": ["therapist"]}
    return who | {"site": team.site.name, "team": team.name}


def test_who_left_works_here_again_once_they_are_moved(signed_in, admin, team, other, hire):
    gone = hire("Gone", Role.THERAPIST, is_active=False, team=other)
    browser = signed_in(admin)
    close(browser, other)
    move(browser, gone, team)
    roles.change(gone, roles=["therapist"], is_active=True, by=admin)
    gone.refresh_from_db()
    assert gone.is_active


def test_the_database_keeps_a_closed_team_empty_whoever_writes(team, other, therapist):
    with pytest.raises(IntegrityError, match="Somebody works in this team"), transaction.atomic():
        Team.objects.filter(pk=team.pk).update(closed_at=timezone.now())
    Team.objects.filter(pk=other.pk).update(closed_at=timezone.now())
    with pytest.raises(IntegrityError, match="a team that is closed"), transaction.atomic():
        User.objects.filter(pk=therapist.pk).update(team=other)
    with pytest.raises(IntegrityError, match="a team that is closed"), transaction.atomic():
        User.objects.create_user("new@clinic.example", None, name="New", team=other)


def test_a_team_is_closed_while_somebody_is_moved_into_it_and_one_of_the_two_is_refused(
    transactional_db, admin, hire, other, therapist, monkeypatch
):
    second = hire("Joy Adeyemi", Role.ADMIN)
    meet_after(monkeypatch, teams, "held")

    def answer(verb, *args, **facts):
        try:
            verb(*args, **facts)
        except NotEntered:
            return "refused"
        return "done"

    answers = both(
        lambda: answer(teams.close, other, by=admin), lambda: answer(teams.move, therapist, team=other, by=second)
    )
    assert sorted(answers) == ["done", "refused"]
    other.refresh_from_db()
    therapist.refresh_from_db()
    assert (other.closed_at is None) == (therapist.team_id == other.pk)


def test_the_database_alone_keeps_the_two_apart(transactional_db, other, therapist, monkeypatch):
    """Programs that know nothing of each other: one has written and not yet committed when the other writes."""
    meeting = type("Meeting", (), {"written": staticmethod(lambda: None)})
    meet_after(monkeypatch, meeting, "written")

    def write(rows, **facts):
        try:
            with transaction.atomic():
                rows.update(**facts)
                meeting.written()
        except IntegrityError:
            return "refused"
        return "done"

    closing = lambda: write(Team.objects.filter(pk=other.pk), closed_at=timezone.now())  # noqa: E731
    coming = lambda: write(User.objects.filter(pk=therapist.pk), team=other)  # noqa: E731
    assert sorted(both(closing, coming)) == ["done", "refused"]


# Moving ---------------------------------------------------------------------------------------------------------------


def test_whoever_covers_the_new_team_answers_for_who_was_moved_and_the_old_cover_no_more(
    signed_in, admin, team, other, pat, departure, hire, mails
):
    old = hire("Ola Berg", Role.SUPERVISOR)
    browser, page = signed_in(admin), reverse("departure", args=[departure.pk])
    cover(browser, other, pat)
    cover(browser, team, old)
    assert signed_in(pat).get(page).status_code == 404
    assert signed_in(old).get(page).status_code == 200
    assert move(browser, departure.therapist, other).url == reverse("person", args=[departure.therapist_id])
    assert signed_in(pat).get(page).status_code == 200
    assert signed_in(old).get(page).status_code == 404
    moved = mails()[-1]
    assert moved.to == [departure.therapist.email]
    assert "Young people at Riverside Clinic" in moved.body
    entry = AuditEntry.objects.get(action="person_moved")
    assert (entry.subject_id, entry.facts) == (str(departure.therapist_id), {"team": other.pk, "before": team.pk})


def test_the_supervisor_stays_when_somebody_is_moved(signed_in, admin, other, supervisor, departure):
    move(signed_in(admin), departure.therapist, other)
    assert signed_in(supervisor).get(reverse("departure", args=[departure.pk])).status_code == 200


def test_no_admin_moves_somebody_into_a_team_they_cover(signed_in, hire, other, therapist, admin):
    covering = hire("Joy Adeyemi", Role.ADMIN, Role.SUPERVISOR)
    cover(signed_in(admin), other, covering, first=TODAY + A_DAY)
    assert "You cover this team" in refusal(move(signed_in(covering), therapist, other))


# Cover ----------------------------------------------------------------------------------------------------------------


def test_a_cover_counts_from_its_first_day_and_is_told_and_kept(
    signed_in, admin, team, pat, departure, mails, time_machine
):
    browser, page = signed_in(admin), reverse("departure", args=[departure.pk])
    assert cover(browser, team, pat, first=TODAY + A_DAY).url == reverse("team", args=[team.pk])
    assert signed_in(pat).get(page).status_code == 404
    time_machine.move_to("2026-05-21T04:01:00Z", tick=False)
    assert signed_in(pat).get(page).status_code == 200
    assert "Riverside Clinic" in signed_in(pat).get(reverse("me")).content.decode()
    row = TeamCover.objects.get()
    end = reverse("end-cover", args=[row.pk])
    signed_in(admin).post(end, {"last": TODAY + A_DAY})
    time_machine.move_to("2026-05-22T04:01:00Z", tick=False)
    assert signed_in(pat).get(page).status_code == 404
    assert "What was stays as it is" in refusal(signed_in(admin).post(end, {"last": TODAY + 2 * A_DAY}))
    assert [mail.to for mail in mails()] == [[pat.email]] * 2
    taken = AuditEntry.objects.filter(action__startswith="team_cover").values_list("action", flat=True)
    assert sorted(taken) == ["team_cover_added", "team_cover_ended"]


def test_no_admin_covers_a_team_by_their_own_hand(signed_in, hire, team):
    covering = hire("Joy Adeyemi", Role.ADMIN, Role.SUPERVISOR)
    assert "Nobody gives themselves access" in refusal(cover(signed_in(covering), team, covering))


def test_the_same_cover_is_never_twice_on_a_day_but_for_absences(signed_in, admin, team, pat, hire):
    browser = signed_in(admin)
    cover(browser, team, pat, last=TODAY + A_DAY)
    assert "covers this team already" in refusal(cover(browser, team, pat, first=TODAY + A_DAY))
    other = hire("Ola Berg", Role.SUPERVISOR)
    cover(browser, team, other)
    days = {"starts_on": TODAY, "ends_on": TODAY + A_DAY}
    absence = absences.enter(person=other, cover=pat, note="Away", by=other, **days)
    assert absence.team_covers.get().is_stand_in
    assert "part of an absence" in refusal(
        browser.post(reverse("end-cover", args=[absence.team_covers.get().pk]), {"last": TODAY})
    )


def test_two_admins_who_enter_the_same_cover_enter_it_once(transactional_db, admin, hire, team, pat, monkeypatch):
    second = hire("Joy Adeyemi", Role.ADMIN)
    meet_after(monkeypatch, admin_deeds, "refuse_no_supervisor")

    def enter(by):
        try:
            team_covers.enter(supervisor=pat, team=team, starts_on=TODAY, by=by)
        except NotEntered:
            return "refused"
        return "entered"

    assert sorted(both(lambda: enter(admin), lambda: enter(second))) == ["entered", "refused"]


def test_the_admin_is_asked_who_they_are_before_access_is_given(
    signed_in, admin, team, other, pat, therapist, asked_each_time
):
    browser = signed_in(admin)
    again = cover(browser, team, pat)
    assert again.url.startswith(reverse("account_reauthenticate"))
    browser.post(again.url, {"password": PASSWORD, "next": reverse("enter-cover", args=[team.pk])})
    assert TeamCover.objects.get().supervisor == pat
    again = move(browser, therapist, other)
    assert again.url.startswith(reverse("account_reauthenticate"))
    therapist.refresh_from_db()
    assert therapist.team == team
    browser.post(again.url, {"password": PASSWORD, "next": reverse("move-person", args=[therapist.pk])})
    therapist.refresh_from_db()
    assert therapist.team == other
