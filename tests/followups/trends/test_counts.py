"""What a departure counts as, and that a change which comes late is counted as well."""

import uuid
from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.models import Role
from followups import contact_attempts, follow_ups
from followups.models import TrendCount, TrendMark
from followups.trends import aggregates, facts
from followups.trends.figures import STEP_SLUGS, VALUES, steps
from resources.models import Organisation, Resource
from sessions_app import checklist, departures, levels, reports
from sessions_app.models import ResponseLevel, TherapySession
from tests.followups.trends.conftest import LONG_AGO, new_site
from tests.practising import as_exercise

FEBRUARY, MARCH = date(2025, 2, 1), date(2025, 3, 1)


def test_a_departure_counts_once_in_every_figure(long_ago, counted):
    found = counted()
    assert {figure for figure in found if figure != "stayed"} == set(VALUES) - {"stayed"}
    assert {figure: sum(values.values()) for figure, values in found.items()} == dict.fromkeys(found, 1)
    assert found["minutes"] == {"10": 1}, "ten whole minutes had passed"
    assert found["ending"] == {"open": 1}
    assert found["reason"] == {"unwritten": 1}
    assert found["resources"] == {"none": 1}


def test_the_steps_that_are_counted_are_the_eleven_of_the_edition_in_force(db, published):
    assert [figure.slug for figure in steps()] == [f"step-{slug}" for slug in STEP_SLUGS]


def test_the_month_is_the_one_on_the_wall_of_the_site(hire, counted, adopted):
    """At one in the morning UTC of the first of March it is still February in New York, and long March in Tokyo."""
    midnight = LONG_AGO.replace(month=3, day=1, hour=1)
    for name, zone in (("East", "Asia/Tokyo"), ("West", "America/New_York")):
        place = new_site(name, zone)
        person = hire(f"Of the {name}", Role.THERAPIST, team=place.teams.get())
        departures.log(id=uuid.uuid4(), by=person, began_at=midnight)
        months = {month: counted(month, of=place).get("departures") for month in (FEBRUARY, MARCH)}
        expected = FEBRUARY if name == "West" else MARCH
        assert months == {expected: {"all": 1}} | {month: None for month in (FEBRUARY, MARCH) if month != expected}


def test_an_ending_that_was_corrected_is_another_ending(long_ago, therapist, counted):
    departures.end(long_ago, ending="left", at=LONG_AGO + timedelta(minutes=5), by=therapist)
    assert counted()["ending"] == {"left": 1}
    departures.end(long_ago, ending="handed_over", by=therapist)
    assert counted()["ending"] == {"handed_over": 1}


@pytest.mark.parametrize("ending", ["stayed", "returned"])
def test_who_stayed_or_returned_counts_apart_and_nowhere_else(long_ago, therapist, counted, ending):
    """Vignette 9."""
    assert counted()["departures"] == {"all": 1}
    departures.end(long_ago, ending=ending, at=LONG_AGO + timedelta(minutes=5), by=therapist)
    assert counted() == {"stayed": {ending: 1}}
    departures.end(long_ago, ending="left", by=therapist)
    assert counted()["departures"] == {"all": 1}


def test_what_was_taken_back_counts_nowhere(long_ago, therapist, counted):
    assert counted()
    departures.void(long_ago, reason="Opened by mistake", by=therapist)
    assert counted() == {}


def test_an_exercise_counts_nowhere(long_ago, counted):
    as_exercise(long_ago)
    aggregates.recount_all()
    assert counted() == {}


def test_the_setting_that_was_corrected_counts(long_ago, therapist, counted):
    departures.change_setting(long_ago, format="video", composition="couple", age_band="adult", by=therapist)
    assert (counted()["format"], counted()["composition"]) == ({"video": 1}, {"couple": 1})


def test_the_reason_counts_once_the_report_is_signed_and_with_how_it_is_known(long_ago, therapist, counted):
    report = reports.draft_for(long_ago, by=therapist)
    reports.save_draft(report, main_reason="privacy", by=therapist)
    assert counted()["reason"] == {"unwritten": 1}, "a draft is nobody's but the author's"
    reports.sign(report, by=therapist)
    found = counted()
    assert (found["reason"], found["source"]) == ({"privacy": 1}, {"unknown": 1})
    for said in ("inferred", "stated"):
        note(long_ago, therapist, {"reasons-source": said})
        assert counted()["source"] == {said: 1}
    reports.add_addendum(report, text="One more thing.", by=therapist)
    assert counted()["reason"] == {"privacy": 1}, "what is added later changes no fact that was signed"


def note(departure, by, facts):
    checklist.note(departure, slug="explore-reason", facts=facts, op_id=uuid.uuid4(), by=by)


def test_an_answer_to_a_step_that_changed_or_was_taken_back_counts(long_ago, therapist, counted):
    for outcome in ("done", "partly", "not_recorded"):
        checklist.record(long_ago, slug="stay-calm", outcome=outcome, op_id=uuid.uuid4(), by=therapist)
        assert counted()["step-stay-calm"] == {outcome: 1}


def test_a_resource_that_was_given_counts_and_whether_it_was_taken(long_ago, therapist, counted):
    organisation = Organisation.objects.create(name="A helpline")
    line = Resource.objects.create(slug="a", name="A helpline", country="US", organisation=organisation)
    for taken, value in (("unknown", "not_said"), ("no", "not_taken"), ("yes", "taken")):
        lines = Resource.objects.with_contacts().filter(pk=line.pk)
        checklist.give(long_ago, resources=lines, way="card", taken=taken, op_id=uuid.uuid4(), by=therapist)
        assert counted()["resources"] == {value: 1}


def test_attempts_and_promises_count_when_they_are_written_down(long_ago, therapist, supervisor, counted):
    departures.end(long_ago, ending="left", at=LONG_AGO, by=therapist)
    levels.set_level(long_ago, level=ResponseLevel.SOME_CONCERN, op_id=uuid.uuid4(), at=LONG_AGO, by=therapist)
    found = counted()
    assert (found["promise"], found["first_attempt"]) == ({"overdue": 1}, {"none": 1})
    call = long_ago.follow_ups.open().exclude(channel="").order_by("due_at").first()
    attempt(call, "no_answer", LONG_AGO + timedelta(hours=2), therapist)
    assert counted()["first_attempt"] == {"day": 1}
    attempt(call, "reached_safe", call.due_at - timedelta(minutes=5), therapist)
    found = counted()
    assert found["reached"] == {"in_target": 1}
    for left in long_ago.follow_ups.open():
        follow_ups.drop(left, reason="Not any more", by=therapist)
    assert counted()["promise"] == {"late": 1}, "the call was closed today, long after it was due"


def attempt(call, result, at, by):
    facts = {"channel": "phone", "result": result, "occurred_at": at, "op_id": uuid.uuid4()}
    contact_attempts.record(call, by=by, **facts)


def test_a_client_came_back_when_a_session_began_within_30_days(long_ago, therapist, client_0417, counted):
    assert counted()["back"] == {"not_back": 1}
    later = TherapySession.objects.create(
        therapist=therapist, site=therapist.site, starts_at=LONG_AGO + timedelta(days=31)
    )
    later.clients.add(client_0417)
    assert counted()["back"] == {"not_back": 1}
    later.starts_at = LONG_AGO + timedelta(days=29)
    later.save()
    assert counted()["back"] == {"back": 1}
    later.clients.remove(client_0417)
    assert counted()["back"] == {"not_back": 1}


def test_whether_a_client_comes_back_is_not_known_before_30_days_are_over(departure, site, counted):
    month = facts.month_of(departure.began_at, site)
    assert counted(month)["back"] == {"unknown": 1}


def test_another_client_another_session_and_another_site_are_counted(long_ago, therapist, counted, small_site):
    other = TherapySession.objects.create(
        therapist=therapist, site=therapist.site, starts_at=LONG_AGO - timedelta(minutes=45)
    )
    long_ago.session = other
    long_ago.save()
    assert counted()["minutes"] == {"40": 1}
    long_ago.site = small_site
    long_ago.save()
    assert counted() == {}
    assert counted(of=small_site)["departures"] == {"all": 1}


def test_a_sweep_takes_its_marks_away_and_the_next_finds_nothing(long_ago, therapist):
    assert TrendMark.objects.exists()
    assert aggregates.sweep() == 1
    assert aggregates.sweep() == 0
    assert not TrendMark.objects.exists()


def test_what_is_not_counted_marks_nothing(long_ago, therapist):
    aggregates.sweep()
    report = reports.draft_for(long_ago, by=therapist)
    reports.save_draft(report, account="They left.", by=therapist)
    note(long_ago, therapist, {"could-change": "yes"})
    long_ago.callback_number = "+1 555 0100"
    long_ago.save()
    assert not TrendMark.objects.exists()


def test_the_nightly_count_mends_what_is_wrong_and_says_where(long_ago, site, counted, capsys):
    counted()
    TrendCount.objects.filter(figure="ending").update(count=7)
    assert aggregates.recount_all() == [(site.pk, FEBRUARY)]
    assert counted()["ending"] == {"open": 1}
    call_command("recount_trends")
    assert "Months whose numbers are others now: 0." in capsys.readouterr().out


def test_what_only_the_clock_changes_is_counted_at_night(long_ago, therapist, counted, site):
    """A promise that is open and due tomorrow is overdue the day after, though nobody wrote anything."""
    levels.set_level(long_ago, level=ResponseLevel.SOME_CONCERN, op_id=uuid.uuid4(), at=timezone.now(), by=therapist)
    assert counted()["promise"] == {"waiting": 1}
    long_ago.follow_ups.update(due_at=timezone.now() - timedelta(minutes=1))
    TrendMark.objects.all().delete()  # as if nobody had written, and time had gone by
    assert aggregates.recount_all() == [(site.pk, FEBRUARY)]
    assert counted()["promise"] == {"overdue": 1}
