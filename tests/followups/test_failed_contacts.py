"""Once a week: who was not reached, what was tried, which promises were kept. About promises, not about people."""

import csv
import io
import uuid
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from followups import contact_attempts, failed_contacts, follow_ups, relations
from followups.failed_contacts import Week
from followups.models import PackReading
from sessions_app import departures, levels
from sessions_app.models import Client, DepartureEvent
from tests.practising import as_exercise
from tests.refusals import is_refused


@pytest.fixture
def sam(signed_in, supervisor):
    return signed_in(supervisor)


@pytest.fixture
def left(therapist, supervisor):
    """Somebody left so many days ago: `left("0500", days_ago=10)`; a plan stands since then."""

    def make(reference, *, days_ago=10, by=therapist, is_practice=False, **facts):
        client = Client.objects.create(reference=reference, therapist=by, team=by.team)
        then = timezone.now() - timedelta(days=days_ago)
        made = departures.log(id=uuid.uuid4(), by=by, client=client)
        DepartureEvent.objects.filter(pk=made.pk).update(began_at=then, **facts)
        if is_practice:
            as_exercise(made)
        return levels.set_level(made, level="elevated", op_id=uuid.uuid4(), at=then, by=by)

    return make


@pytest.fixture
def tried(therapist):
    def attempt(departure, days_ago, result="no_answer", channel="phone"):
        call = departure.follow_ups.exclude(channel="").order_by("due_at").first()
        facts = {"channel": channel, "result": result, "occurred_at": timezone.now() - timedelta(days=days_ago)}
        return contact_attempts.record(call, op_id=uuid.uuid4(), by=therapist, **facts)

    return attempt


@pytest.fixture
def listed(supervisor):
    """The references in the list of this week, in its order."""

    def look(*, person=None, week=None):
        person = person or supervisor
        week = week or Week.last(person.zone).moved(1)
        return [each.reference for each in failed_contacts.pack(week, user=person)]

    return look


def page(browser, week):
    answer = browser.get(reverse("failed-contacts", args=[week]))
    assert answer.status_code == 200
    return answer.content.decode()


def this_week(person):
    return Week.last(person.zone).moved(1).code


# Who stands there -----------------------------------------------------------------------------------------------------


def test_who_was_tried_and_not_reached_stands_there_with_every_attempt(left, tried, sam, supervisor):
    departure = left("0500", days_ago=10)
    tried(departure, 9), tried(departure, 8, "sent_no_reply", "text")
    html = page(sam, this_week(supervisor))
    for words in ("0500", "Phone call: no answer", "Text message: text or e-mail sent, no reply", "Ana Reyes"):
        assert words in html
    assert "Ways tried: 2 of" in html
    assert "Overdue" in html


def test_who_was_reached_does_not(left, tried, listed):
    tried(left("0500"), 8, "reached_safe")
    assert listed() == []


def test_who_was_reached_only_afterwards_stands_in_the_week_before(left, tried, sam, supervisor):
    departure, last = left("0500", days_ago=20), Week.last(supervisor.zone)
    tried(departure, 0, "reached_safe")
    assert "Reached since" in page(sam, last.code)
    assert "0500" not in page(sam, this_week(supervisor))


def test_exercises_mistakes_and_who_stayed_are_not_listed(left, listed, therapist):
    left("0500", is_practice=True)
    left("0501", ended_at=timezone.now(), ending="stayed")
    departures.void(left("0502"), reason="By mistake", by=therapist)
    assert listed() == []


def test_each_supervisor_sees_the_people_they_answer_for_and_not_themselves(
    left, listed, stranger, former_supervisor, supervisor, hire
):
    left("0500")
    supervisor.roles = [Role.THERAPIST, Role.SUPERVISOR]
    supervisor.save()
    left("0600", by=supervisor)
    assert listed() == ["0500"]
    assert listed(person=stranger) == listed(person=former_supervisor) == []


def test_nobody_leaves_it_by_being_forgotten(left, listed, therapist):
    departure = left("0500")
    for task in departure.follow_ups.open():
        follow_ups.drop(task, reason="No time", by=therapist)
    assert listed() == ["0500"], "nothing is planned, and nobody has said where the work stands"
    relations.say(departure, status="unclear", why="Nobody knows", by=therapist)
    assert listed() == ["0500"]
    relations.say(departure, status="ended_by_client", why="They wrote", by=therapist)
    assert listed() == ["0500"], "tasks are open"
    for task in departure.follow_ups.open():
        follow_ups.drop(task, reason="Letters are not allowed", by=therapist)
    assert listed() == []


def test_it_goes_by_reference_then_by_what_is_due_and_not_by_clinician(left, listed, hire, supervisor):
    left("0700"), left("0500", days_ago=12), left("0600")
    assert listed() == ["0500", "0600", "0700"]


def test_one_week_ends_on_sunday_night_where_the_supervisor_is(left, listed, supervisor):
    week = Week.read("2026-W01", ZoneInfo("America/New_York"))
    assert (week.monday, week.sunday, week.code) == (date(2025, 12, 29), date(2026, 1, 4), "2026-W01")
    assert week.end.isoformat() == "2026-01-05T05:00:00+00:00"
    left("0500", days_ago=0)
    assert listed(week=Week.last(supervisor.zone)) == [], "they left after it was over"


# Promises -------------------------------------------------------------------------------------------------------------


def verdicts(departure, supervisor):
    [entry] = [
        each
        for each in failed_contacts.pack(Week.last(supervisor.zone).moved(1), user=supervisor)
        if each.departure == departure
    ]
    return [(each.task, each.verdict) for each in entry.promises]


def test_each_contact_of_the_plan_says_whether_it_was_tried_in_time(left, tried, supervisor):
    departure = left("0500", days_ago=4)
    first = departure.follow_ups.exclude(channel="").order_by("due_at").first()
    at = first.due_at - timedelta(minutes=10)
    facts = {"channel": "phone", "result": "no_answer", "occurred_at": at}
    contact_attempts.record(first, op_id=uuid.uuid4(), by=departure.therapist, **facts)
    assert verdicts(departure, supervisor)[0] == (first.title, "in_time")
    assert {each for _task, each in verdicts(departure, supervisor)[1:]} == {"not_yet"}
    tried(departure, 0)
    assert {each for _task, each in verdicts(departure, supervisor)[1:]} == {"later"}


def test_a_moved_promise_is_held_against_what_was_promised_and_says_where_to(left, sam, supervisor):
    departure = left("0500", days_ago=4)
    first = departure.follow_ups.exclude(channel="").order_by("due_at").first()
    was_due = first.due_at
    follow_ups.move(first, to=timezone.now() + timedelta(days=1), reason="They asked for it", by=departure.therapist)
    assert verdicts(departure, supervisor)[0] == (first.title, "not_yet")
    html = page(sam, this_week(supervisor))
    assert "moved to" in html
    assert timezone.localtime(was_due, supervisor.zone).strftime("%H:%M") in html


def test_it_says_whose_policy_it_is_and_blames_nobody(left, sam, supervisor):
    left("0500")
    html = page(sam, this_week(supervisor))
    assert "Policy 1, adopted by Nora Berg" in html
    assert "your organisation’s own policy" in html
    for word in ("failed", "non-compliant", "violation", "breach", "rank", "worst"):
        assert word not in html.partition("<main")[2].partition("</main>")[0].lower(), word


# The table ------------------------------------------------------------------------------------------------------------


def test_as_a_table_no_reference_is_taken_for_a_formula(left, tried, sam, supervisor):
    tried(left('=HYPERLINK("x")'), 9)
    answer = sam.get(reverse("failed-contacts-table", args=[this_week(supervisor)]))
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[1][0] == '\'=HYPERLINK("x")'
    assert dict(zip(rows[0], rows[1], strict=True))["Who"] == "Ana Reyes"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="not-reached-{this_week(supervisor)}.csv"'


# Gone through ---------------------------------------------------------------------------------------------------------


def card(browser):
    return browser.get(reverse("last-week"), headers={"HX-Request": "true"}).content.decode()


def test_a_week_waits_on_the_review_page_until_somebody_has_gone_through_it(left, sam, supervisor, signed_in):
    left("0500", days_ago=20)
    week = Week.last(supervisor.zone).code
    assert f'hx-get="{reverse("last-week")}"' in sam.get(reverse("review-queue")).content.decode()
    assert "Not reached last week" in card(sam)
    assert "0500" not in card(sam), "the notice names nobody"
    for _again in range(2):
        assert (
            sam.post(reverse("failed-contacts", args=[week]), {"words": "Ring earlier in the day"}).status_code == 302
        )
    reading = PackReading.objects.get()
    assert (reading.week, reading.listed, reading.by) == (week, 1, supervisor)
    assert "Ring earlier in the day" in page(sam, week)
    assert "Not reached last week" not in card(sam)
    assert is_refused("UPDATE followups_packreading SET listed = 0")


def test_a_week_in_which_nobody_stands_asks_for_nothing(left, sam):
    left("0500", days_ago=0)
    assert "Not reached last week" not in card(sam)


def test_who_is_missed_one_week_stands_in_the_next(left, supervisor, listed):
    left("0500", days_ago=30)
    last = Week.last(supervisor.zone)
    assert listed(week=last.moved(-1)) == listed(week=last) == ["0500"]


def test_a_week_that_is_not_over_is_only_read(left, sam, supervisor):
    assert sam.post(reverse("failed-contacts", args=[this_week(supervisor)])).status_code == 422
    assert not PackReading.objects.exists()


@pytest.mark.parametrize("week", ["2026-W54", "2026-W00", "W12", "2999-W01", "0001-W01", "2026-W1"])
def test_what_is_no_week_is_not_there(sam, week):
    assert sam.get(reverse("failed-contacts", args=[week])).status_code == 404
