"""Who supervises whom is entered by an admin, from one day to another; what was is never edited."""

from datetime import date, timedelta
from importlib import import_module

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from accounts import supervisions
from accounts.dated import NotEntered, Origin
from accounts.models import AuditEntry, Role, Supervision, Traineeship, User
from followups import absences
from sessions_app.models import DepartureEvent
from tests.conftest import PASSWORD
from tests.followups.races import both, meet_after

TODAY = date(2026, 5, 20)
A_DAY = timedelta(days=1)
FAR_AWAY = date(2099, 1, 1)  # by the clock of the database as well, which nobody moves


@pytest.fixture(autouse=True)
def noon(time_machine):
    """At noon in New York it is the same day there, in UTC and on every wall of this story."""
    time_machine.move_to("2026-05-20T16:00:00Z")


@pytest.fixture
def pat(hire):
    """A supervisor who answers for nobody yet."""
    return hire("Pat Quist", Role.SUPERVISOR)


def enter(browser, person, supervisor, first=TODAY, last=""):
    facts = {"supervisor": supervisor.pk, "starts_on": first, "ends_on": last}
    return browser.post(reverse("enter-supervision", args=[person.pk]), facts)


def end(browser, row, last=TODAY):
    return browser.post(reverse("end-supervision", args=[row.pk]), {"last": last})


def refusal(answer):
    assert answer.status_code == 422
    return answer.content.decode()


def made_by(admin, supervisor, person, first=TODAY, last=None):
    return supervisions.enter(supervisor=supervisor, supervisee=person, starts_on=first, ends_on=last, by=admin)


# Entering -------------------------------------------------------------------------------------------------------------


def test_from_its_first_day_on_the_supervisor_sees_their_work_and_not_before(
    signed_in, admin, pat, departure, time_machine
):
    answer = enter(signed_in(admin), departure.therapist, pat, first=TODAY + A_DAY)
    assert answer.url == reverse("person", args=[departure.therapist_id])
    page = reverse("departure", args=[departure.pk])
    assert signed_in(pat).get(page).status_code == 404
    time_machine.move_to("2026-05-21T03:59:00Z", tick=False)
    assert signed_in(pat).get(page).status_code == 404, "a minute before midnight in New York, next day in London"
    time_machine.move_to("2026-05-21T04:01:00Z", tick=False)
    assert signed_in(pat).get(page).status_code == 200


def test_one_that_begins_today_is_seen_at_once(signed_in, admin, pat, departure):
    browser = signed_in(pat)
    page = reverse("departure", args=[departure.pk])
    assert browser.get(page).status_code == 404
    enter(signed_in(admin), departure.therapist, pat)
    assert browser.get(page).status_code == 200


def test_it_stands_in_the_trail_with_ids_and_days(signed_in, admin, pat, therapist):
    enter(signed_in(admin), therapist, pat, last=TODAY + A_DAY)
    entry = AuditEntry.objects.get(action="supervision_added")
    pair = {"supervisor": pat.pk, "supervisee": therapist.pk}
    assert (entry.by, entry.facts) == (admin, {**pair, "starts_on": "2026-05-20", "ends_on": "2026-05-21"})


def test_both_are_told_by_mail_each_in_their_language_and_of_no_client(
    signed_in, admin, pat, departure, client_0417, mails
):
    enter(signed_in(admin), departure.therapist, pat, last=TODAY + A_DAY)
    told = mails()
    assert {mail.to[0] for mail in told} == {pat.email, departure.therapist.email}
    for mail in told:
        assert "Pat Quist supervises Ana Reyes, from 20 May 2026 until 21 May 2026" in mail.body
        assert client_0417.reference not in mail.body
        assert client_0417.preferred_name not in mail.body


def test_the_page_of_the_person_says_who_and_when(signed_in, admin, pat, therapist, former_supervisor):
    browser = signed_in(admin)
    enter(browser, therapist, pat, last=TODAY + A_DAY)
    shown = browser.get(reverse("person", args=[therapist.pk])).content.decode()
    current, _what_was, past = shown.partition("What was")
    assert "Pat Quist" in current
    assert "from 20 May 2026 until 21 May 2026" in current
    assert "Fay Former" in past
    assert reverse("end-supervision", args=[Supervision.objects.get(supervisor=former_supervisor).pk]) not in shown
    assert "Ana Reyes" in browser.get(reverse("person", args=[pat.pk])).content.decode()


def test_whom_they_supervise_stands_on_their_own_page(signed_in, admin, pat, therapist):
    enter(signed_in(admin), therapist, pat)
    assert "Ana Reyes" in signed_in(pat).get(reverse("me")).content.decode()


def test_nothing_begins_in_the_past_and_what_was_typed_stays(signed_in, admin, pat, therapist):
    words = refusal(enter(signed_in(admin), therapist, pat, first=TODAY - A_DAY, last=TODAY))
    assert "Give today or a day to come" in words
    assert 'value="2026-05-19"' in words
    assert f'<option value="{pat.pk}" selected>' in words
    assert not Supervision.objects.exists()


def test_the_last_day_comes_after_the_first(signed_in, admin, pat, therapist):
    assert "The last day comes after the first" in refusal(
        enter(signed_in(admin), therapist, pat, first=TODAY + A_DAY, last=TODAY)
    )


@pytest.mark.parametrize("nonsense", ["0000-00-00", "9999-12-32", "\x00", "tomorrow", "10000-01-01"])
def test_days_that_are_none_are_refused(signed_in, admin, pat, therapist, nonsense):
    assert enter(signed_in(admin), therapist, pat, first=nonsense).status_code in (400, 422)


def test_the_last_day_there_is_can_be_given(signed_in, admin, pat, therapist):
    assert enter(signed_in(admin), therapist, pat, last="9999-12-31").status_code == 302


def test_nobody_supervises_themselves(signed_in, admin, stranger):
    assert enter(signed_in(admin), stranger, stranger).status_code == 422
    with pytest.raises(NotEntered, match="themselves"):
        made_by(admin, stranger, stranger)


def test_no_admin_gives_themselves_a_record(signed_in, hire, therapist):
    both_roles = hire("Joy Adeyemi", Role.ADMIN, Role.SUPERVISOR)
    assert "Nobody gives themselves access" in refusal(enter(signed_in(both_roles), therapist, both_roles))


def test_only_an_active_supervisor_supervises_and_only_who_works_here_is_supervised(admin, pat, therapist, hire):
    with pytest.raises(NotEntered, match="no active supervisor"):
        made_by(admin, hire("Al Fine", Role.THERAPIST), therapist)
    User.objects.filter(pk=pat.pk).update(is_active=False)
    with pytest.raises(NotEntered, match="no active supervisor"):
        made_by(admin, pat, therapist)
    User.objects.filter(pk=pat.pk).update(is_active=True)
    with pytest.raises(NotEntered, match="does not work here"):
        made_by(admin, pat, hire("Gone", Role.THERAPIST, is_active=False))


def test_an_admin_who_is_none_any_more_enters_nothing(admin, pat, therapist):
    User.objects.filter(pk=admin.pk).update(roles=["therapist"])
    with pytest.raises(NotEntered, match="not an admin any more"):
        made_by(admin, pat, therapist)


@pytest.mark.parametrize(("first", "last"), [(0, 9), (3, 3), (5, None), (0, 3), (0, None)])
def test_the_same_two_never_have_a_day_twice(signed_in, admin, pat, therapist, first, last):
    made_by(admin, pat, therapist, TODAY + 3 * A_DAY, TODAY + 5 * A_DAY)
    answer = enter(
        signed_in(admin), therapist, pat, TODAY + first * A_DAY, "" if last is None else TODAY + last * A_DAY
    )
    assert "supervises Ana Reyes already, from 23 May 2026 until 25 May 2026" in refusal(answer)
    assert Supervision.objects.count() == 1


def test_the_day_after_and_another_supervisor_are_no_overlap(signed_in, admin, pat, therapist, supervisor):
    browser = signed_in(admin)
    enter(browser, therapist, pat, last=TODAY)
    assert enter(browser, therapist, pat, first=TODAY + A_DAY).status_code == 302
    assert Supervision.objects.filter(supervisee=therapist).count() == 3


def test_the_database_refuses_the_same_two_on_one_day_whoever_writes(pat, therapist):
    facts = {"supervisor": pat, "supervisee": therapist, "starts_on": TODAY, "origin": Origin.ENTERED}
    Supervision.objects.create(**facts)
    with pytest.raises(IntegrityError, match="supervision_of_a_pair_never_overlaps"), transaction.atomic():
        Supervision.objects.create(**facts | {"starts_on": TODAY + 9 * A_DAY})
    Supervision.objects.create(**facts | {"origin": Origin.STAND_IN})


def test_two_people_never_supervise_each_other_on_one_day(signed_in, admin, pat, stranger):
    browser = signed_in(admin)
    enter(browser, stranger, pat, last=TODAY + A_DAY)
    assert "cannot supervise each other" in refusal(enter(browser, pat, stranger, first=TODAY + A_DAY))
    assert enter(browser, pat, stranger, first=TODAY + 2 * A_DAY).status_code == 302


def test_three_in_a_ring_are_no_circle(admin, pat, stranger, hire):
    third = hire("Ida Head", Role.SUPERVISOR)
    for one, other in ((pat, stranger), (stranger, third), (third, pat)):
        made_by(admin, one, other)


def test_an_absence_may_look_like_a_circle_and_is_not_edited_here(signed_in, admin, supervisor, therapist, hire, pat):
    """Whoever stands in for a supervisor may be supervised by one of those they now answer for."""
    User.objects.filter(pk=therapist.pk).update(roles=[Role.THERAPIST, Role.SUPERVISOR])
    made_by(admin, therapist, pat)
    days = {"starts_on": TODAY, "ends_on": TODAY + A_DAY}
    absence = absences.enter(person=supervisor, cover=pat, note="Away", by=supervisor, **days)
    row = absence.supervisions.get()
    assert (row.supervisor, row.supervisee, row.is_stand_in) == (pat, therapist, True)
    assert "part of an absence" in refusal(end(signed_in(admin), row))
    shown = signed_in(admin).get(reverse("person", args=[therapist.pk])).content.decode()
    assert reverse("end-supervision", args=[row.pk]) not in shown
    made_by(admin, pat, hire("Lee Park", Role.THERAPIST))
    absences.end_standing_in(absence)
    assert not Supervision.objects.on().filter(pk=row.pk).exists(), "it ends with the absence"


# Ending ---------------------------------------------------------------------------------------------------------------


def test_after_its_last_day_the_supervisor_sees_nothing(signed_in, admin, supervisor, departure, mails, time_machine):
    row = Supervision.objects.get(supervisor=supervisor)
    browser, page = signed_in(supervisor), reverse("departure", args=[departure.pk])
    assert end(signed_in(admin), row).status_code == 302
    assert browser.get(page).status_code == 200
    assert [mail.subject for mail in mails()] == ["Supervision ends in Doorway"] * 2
    entry = AuditEntry.objects.get(action="supervision_ended")
    assert entry.facts["ends_on"] == "2026-05-20"
    time_machine.move_to("2026-05-21T04:01:00Z", tick=False)
    assert signed_in(supervisor).get(page).status_code == 404


def test_yesterday_ends_it_now(signed_in, admin, supervisor, departure):
    browser, page = signed_in(supervisor), reverse("departure", args=[departure.pk])
    end(signed_in(admin), Supervision.objects.get(supervisor=supervisor), last=TODAY - A_DAY)
    assert browser.get(page).status_code == 404


def test_nothing_ends_earlier_than_yesterday_nor_later_than_it_does(signed_in, admin, supervisor, pat, therapist):
    browser, row = signed_in(admin), Supervision.objects.get(supervisor=supervisor)
    assert "earliest last day" in refusal(end(browser, row, last=TODAY - 2 * A_DAY))
    end(browser, row, last=TODAY + A_DAY)
    assert "It ends sooner" in refusal(end(browser, row, last=TODAY + 2 * A_DAY))
    new = made_by(admin, pat, therapist)
    assert "earliest last day" in refusal(end(browser, new, last=TODAY - A_DAY))


def test_saying_it_again_tells_nobody_twice(signed_in, admin, supervisor, mails):
    row = Supervision.objects.get(supervisor=supervisor)
    for _again in range(2):
        assert end(signed_in(admin), row).status_code == 302
    assert len(mails()) == 2
    assert AuditEntry.objects.filter(action="supervision_ended").count() == 1


def test_what_is_over_stays_as_it_is(signed_in, admin, former_supervisor):
    row = Supervision.objects.get(supervisor=former_supervisor)
    assert "What was stays as it is" in refusal(end(signed_in(admin), row))
    with pytest.raises(NotEntered, match="stays as it is"):
        supervisions.take_back(row, by=admin)


@pytest.mark.parametrize(
    "change",
    [{"ends_on": None}, {"ends_on": TODAY}, {"starts_on": TODAY - 3 * A_DAY}, {"supervisor": 1}, {"supervisee": 1}],
)
def test_the_database_lengthens_none_and_changes_nobody_in_it(former_supervisor, change):
    with pytest.raises(IntegrityError, match="only its last day may come nearer"), transaction.atomic():
        Supervision.objects.update(**change)


def test_the_database_deletes_nothing_that_has_begun_but_for_absences(pat, therapist):
    facts = {"supervisor": pat, "supervisee": therapist, "starts_on": TODAY, "ends_on": TODAY}
    Supervision.objects.create(**facts, origin=Origin.ENTERED)
    with pytest.raises(IntegrityError, match="never deleted"), transaction.atomic():
        Supervision.objects.all().delete()
    Traineeship.objects.create(person=therapist, starts_on=TODAY)
    with pytest.raises(IntegrityError, match="never deleted"), transaction.atomic():
        Traineeship.objects.all().delete()
    Supervision.objects.create(**facts, origin=Origin.STAND_IN).delete()


def test_what_absences_made_before_it_was_kept_is_told_apart_by_the_upgrade(supervisor, therapist, hire, pat):
    days = {"starts_on": TODAY, "ends_on": TODAY + A_DAY}
    absences.enter(person=supervisor, cover=pat, note="Away", by=supervisor, **days)
    Supervision.objects.update(origin="")
    with connection.cursor() as cursor:
        cursor.execute(import_module("followups.migrations.0012_people").MARK)
    assert Supervision.objects.get(supervisor=pat).is_stand_in
    assert not Supervision.objects.get(supervisor=supervisor).is_stand_in


def test_one_that_has_not_begun_is_taken_back_and_both_are_told(signed_in, admin, pat, therapist, mails):
    row = made_by(admin, pat, therapist, FAR_AWAY)
    page = reverse("end-supervision", args=[row.pk])
    shown = signed_in(admin).get(reverse("person", args=[therapist.pk])).content.decode()
    assert "To come" in shown
    assert "Take it back" in signed_in(admin).get(page).content.decode()
    assert signed_in(admin).post(page).status_code == 302
    assert not Supervision.objects.exists()
    assert [mail.subject for mail in mails()][2:] == ["Supervision was taken back in Doorway"] * 2
    assert AuditEntry.objects.get(action="supervision_taken_back").facts["starts_on"] == "2099-01-01"
    with pytest.raises(NotEntered, match="taken back"):
        supervisions.end(row, last=TODAY, by=admin)


def test_nobody_ends_their_own_supervision(signed_in, admin, supervisor, therapist):
    User.objects.filter(pk=therapist.pk).update(roles=[Role.THERAPIST, Role.ADMIN])
    row = Supervision.objects.get(supervisor=supervisor)
    assert "their own supervision" in refusal(end(signed_in(therapist), row))


# Who it is, asked again -----------------------------------------------------------------------------------------------


def test_the_admin_is_asked_who_they_are_and_then_it_is_done(signed_in, admin, pat, therapist, asked_each_time):
    browser, page = signed_in(admin), reverse("enter-supervision", args=[therapist.pk])
    again = enter(browser, therapist, pat)
    assert again.url.startswith(reverse("account_reauthenticate"))
    browser.post(again.url, {"password": "a wrong password", "next": page})
    assert not Supervision.objects.exists()
    browser.post(again.url, {"password": PASSWORD, "next": page})
    assert Supervision.objects.get().supervisor == pat
    assert AuditEntry.objects.filter(action="person_checked_again", by=admin, subject_id=str(therapist.pk)).exists()


def test_what_is_refused_after_that_keeps_what_was_typed_and_its_address(
    signed_in, admin, pat, therapist, asked_each_time
):
    made_by(admin, pat, therapist)
    browser, page = signed_in(admin), reverse("enter-supervision", args=[therapist.pk])
    again = enter(browser, therapist, pat)
    words = refusal(browser.post(again.url, {"password": PASSWORD, "next": page}))
    assert "already, from 20 May 2026" in words
    assert f'action="{page}"' in words
    assert f'<option value="{pat.pk}" selected>' in words


# Two admins at once ---------------------------------------------------------------------------------------------------


@pytest.fixture
def second_admin(hire):
    return hire("Joy Adeyemi", Role.ADMIN)


def tried(*facts):
    try:
        made_by(*facts)
    except NotEntered:
        return "refused"
    return "entered"


def test_two_admins_who_enter_the_same_enter_it_once(
    transactional_db, admin, second_admin, pat, therapist, monkeypatch
):
    meet_after(monkeypatch, supervisions, "refuse_days_taken")
    answers = both(lambda: tried(admin, pat, therapist), lambda: tried(second_admin, pat, therapist))
    assert sorted(answers) == ["entered", "refused"]
    assert Supervision.objects.count() == 1


def test_two_admins_who_would_make_a_circle_make_half_of_it(
    transactional_db, admin, second_admin, pat, stranger, monkeypatch
):
    meet_after(monkeypatch, supervisions, "refuse_days_taken")
    answers = both(lambda: tried(admin, pat, stranger), lambda: tried(second_admin, stranger, pat))
    assert sorted(answers) == ["entered", "refused"]
    assert Supervision.objects.count() == 1


def test_a_practice_with_one_admin_enters_and_ends_it_by_command(hire, therapist, capsys):
    only = hire("Joy Adeyemi", Role.ADMIN, Role.SUPERVISOR)
    call_command("supervise", therapist.email, "--supervisor", only.email, "--until", "2026-06-30")
    assert "Joy Adeyemi supervises Ana Reyes from 20 May 2026 until 30 June 2026." in capsys.readouterr().out
    with pytest.raises(CommandError, match="already"):
        call_command("supervise", therapist.email, "--supervisor", only.email)
    call_command("supervise", therapist.email, "--supervisor", only.email, "--end")
    assert Supervision.objects.get().ends_on == TODAY
    with pytest.raises(CommandError, match="does not supervise"):
        call_command("supervise", only.email, "--supervisor", only.email, "--end")
    said = AuditEntry.objects.filter(action__startswith="supervision", system_actor="command line")
    assert sorted(said.values_list("action", flat=True)) == ["supervision_added", "supervision_ended"]


# In training ----------------------------------------------------------------------------------------------------------


def test_a_time_in_training_is_entered_and_ended_in_the_same_manner(signed_in, admin, therapist, mails):
    browser, page = signed_in(admin), reverse("enter-training", args=[therapist.pk])
    assert browser.post(page, {"starts_on": TODAY, "ends_on": TODAY + 9 * A_DAY}).status_code == 302
    row = Traineeship.objects.get()
    assert "in training already" in refusal(browser.post(page, {"starts_on": TODAY + 9 * A_DAY}))
    assert browser.post(reverse("end-training", args=[row.pk]), {"last": TODAY}).status_code == 302
    row.refresh_from_db()
    assert row.ends_on == TODAY
    assert [mail.to for mail in mails()] == [[therapist.email]] * 2
    assert AuditEntry.objects.filter(action__in=["training_begun", "training_ended"]).count() == 2
    assert browser.post(page, {"starts_on": FAR_AWAY}).status_code == 302
    later = Traineeship.objects.get(ends_on=None)
    assert browser.post(reverse("end-training", args=[later.pk])).status_code == 302
    assert not Traineeship.objects.filter(pk=later.pk).exists()


def test_nobody_ends_their_own_training(signed_in, hire):
    trainee = hire("Tia Low", Role.THERAPIST, Role.ADMIN)
    row = Traineeship.objects.create(person=trainee, starts_on=TODAY - A_DAY)
    answer = signed_in(trainee).post(reverse("end-training", args=[row.pk]), {"last": TODAY})
    assert "their own training" in refusal(answer)


def test_pages_of_ties_show_nothing_clinical(signed_in, admin, supervisor, therapist, departure, client_0417):
    browser, row = signed_in(admin), Supervision.objects.get(supervisor=supervisor)
    pages = [reverse(name, args=[therapist.pk]) for name in ("person", "enter-supervision", "enter-training")]
    pages += [reverse("move-person", args=[therapist.pk]), reverse("team", args=[therapist.team_id]), reverse("teams")]
    for page in [*pages, reverse("end-supervision", args=[row.pk])]:
        text = browser.get(page).content.decode()
        assert client_0417.reference not in text
        assert client_0417.preferred_name not in text
    assert DepartureEvent.objects.visible_to(admin).count() == 0
