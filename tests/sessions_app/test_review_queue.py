"""The queue as a supervisor finds it: tabs, due times, pages by cursor, who is on it, and the search."""

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, Supervision, TeamCover
from followups.due_times import WorkingHours
from sessions_app import caseload, departures, levels, reports, review_pages, review_tasks, reviews
from sessions_app.models import Client, DepartureReport, ResponseLevel, ReviewTask
from tests.practising import as_exercise

QUEUE = "/review/"
State = DepartureReport.State


@pytest.fixture
def desk(signed_in, supervisor):
    return signed_in(supervisor)


@pytest.fixture
def pat(hire, therapist):
    """Another supervisor of the same therapist."""
    person = hire("Pat Quist", Role.SUPERVISOR)
    since = timezone.localdate() - timedelta(days=2)
    Supervision.objects.create(supervisor=person, supervisee=therapist, starts_on=since)
    return person


@pytest.fixture
def many(supervisor, hire):
    """Signed reports of some therapists, one client each: `many(3)` returns them in the order they were signed."""

    def make(count, *, people=1):
        since = timezone.localdate() - timedelta(days=9)
        authors = [hire(f"Author {uuid.uuid4()}"[:40], Role.THERAPIST) for _each in range(people)]
        for author in authors:
            Supervision.objects.create(supervisor=supervisor, supervisee=author, starts_on=since)
        made = []
        for number in range(count):
            author = authors[number % people]
            facts = {"reference": f"Q-{uuid.uuid4().hex[:4]}-{number:03d}", "therapist": author, "team": author.team}
            departure = departures.log(id=uuid.uuid4(), by=author, client=Client.objects.create(**facts))
            made.append(reports.sign(reports.draft_for(departure, by=author), by=author))
        return made

    return make


def shown(answer):
    return list(answer.context["waiting"])


def all_pages(browser, tab):
    """Every report of a tab, page after page, as somebody would who always taps on."""
    found, address = [], f"{QUEUE}?tab={tab}"
    while address:
        answer = browser.get(address)
        found += shown(answer)
        after = answer.context["next"]
        address = f"{QUEUE}?tab={tab}&after={after}" if after else ""
    return found


def test_each_report_is_due_by_its_level_in_working_hours(departure, therapist, supervisor):
    levels.set_level(departure, level=ResponseLevel.ELEVATED, op_id=uuid.uuid4(), by=therapist)
    report = reports.sign(reports.draft_for(departure, by=therapist), by=therapist)
    soon = report.review_task.due_at
    assert soon >= report.submitted_at + timedelta(days=1), "one day, by the policy in force"
    hours = WorkingHours.of(departure.site)
    assert hours.includes(soon) or soon == hours.next_start(soon)
    levels.set_level(departure, level=ResponseLevel.IMMEDIATE, op_id=uuid.uuid4(), by=therapist)
    task = ReviewTask.objects.get()
    assert (task.urgency, task.due_at <= soon) == (0, True), "the queue hears of another level"


def test_what_is_overdue_says_so(desk, signed):
    assert "overdue" not in desk.get(QUEUE).content.decode()
    ReviewTask.objects.update(due_at=timezone.now() - timedelta(hours=5))
    assert "5 hours overdue" in desk.get(QUEUE).content.decode().replace("\xa0", " ")
    assert "Review overdue since" in desk.get(reverse("review", args=[signed.departure_id])).content.decode()


def test_a_report_stands_in_the_tab_of_where_it_is(desk, signed, supervisor, therapist):
    def tabs():
        return [name for name in review_pages.TABS if shown(desk.get(f"{QUEUE}?tab={name}")) == [signed]]

    assert tabs() == ["to-review", "all"]
    reviews.return_to_author(signed, message="More, please.", by=supervisor)
    assert tabs() == ["returned", "all"]
    reports.add_addendum(signed, text="More.", by=therapist)
    assert tabs() == ["to-review", "all"]
    reviews.sign_off(signed, outcome="appropriate", message="Thank you.", by=supervisor)
    assert tabs() == ["all"]


@pytest.mark.parametrize("tab", ["to-review", "all"])
def test_every_report_comes_once_page_after_page(desk, many, monkeypatch, tab):
    monkeypatch.setattr(review_pages, "PAGE", 3)
    made = many(8, people=3)
    same = made[0].review_task.due_at
    ReviewTask.objects.filter(report__in=made[:5]).update(due_at=same, sent_at=made[0].signed_at)  # ties at the edge
    found = all_pages(desk, tab)
    assert sorted(each.pk for each in found) == sorted(each.pk for each in made)
    assert len(found) == len(made)


def test_what_is_reviewed_between_two_pages_moves_no_other(desk, many, monkeypatch, supervisor):
    monkeypatch.setattr(review_pages, "PAGE", 3)
    made = many(7)
    first = desk.get(QUEUE)
    for report in shown(first):
        reviews.close_as_read(report, message="Read.", by=supervisor)
    rest = shown(desk.get(f"{QUEUE}?after={first.context['next']}"))
    assert [each.pk for each in rest] == [each.pk for each in made[3:6]]


@pytest.mark.parametrize("cursor", ["x", "!", "W10=", "WzEsMiwzXQ==", "e30=", "WyJhIiwiYiIsImMiXQ==", "%00", "é"])
def test_a_cursor_that_is_none_begins_at_the_beginning(desk, signed, cursor):
    assert shown(desk.get(QUEUE, {"after": cursor})) == [signed]


def test_no_page_counts_or_skips(desk, many, monkeypatch):
    monkeypatch.setattr(review_pages, "PAGE", 3)
    many(4)
    with CaptureQueriesContext(connection) as captured:
        for name in review_pages.TABS:
            desk.get(f"{QUEUE}?tab={name}")
    about_reports = [each["sql"] for each in captured if "reviewtask" in each["sql"]]
    assert about_reports
    assert [sql for sql in about_reports if "OFFSET" in sql or "COUNT(" in sql] == []


PLAN = """
    EXPLAIN SELECT report_id FROM sessions_app_reviewtask
    WHERE author_id = %s AND stage = 'waiting' ORDER BY urgency, due_at, report_id LIMIT 51
"""


def test_the_queue_of_one_author_is_read_off_its_index(db, therapist):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        cursor.execute(PLAN, [therapist.pk])
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "review_task_to_review" in plan
    assert "Sort" not in plan


def test_an_exercise_and_a_mistake_wait_for_nobody(desk, departure, signed, therapist, session):
    practice = as_exercise(departures.log(id=uuid.uuid4(), by=therapist))
    reports.sign(reports.draft_for(practice, by=therapist), by=therapist)
    assert shown(desk.get(QUEUE)) == [signed]
    assert desk.get(reverse("review", args=[practice.pk])).status_code == 404
    departures.void(departure, reason="Wrong room", by=therapist)
    assert shown(desk.get(QUEUE)) == []
    with pytest.raises(reviews.NotWaitingForReview):
        reviews.close_as_read(signed, message="Read.", by=desk_owner(desk))


def desk_owner(desk):
    return desk.get("/account/").context["user"]


def test_cover_of_the_team_sees_the_queue(hire, signed_in, signed, team):
    cora = hire("Cora Cover", Role.SUPERVISOR)
    TeamCover.objects.create(supervisor=cora, team=team, starts_on=timezone.localdate() - timedelta(days=1))
    assert shown(signed_in(cora).get(QUEUE)) == [signed]


# Who is on it


def test_who_is_on_it_is_shown_to_the_others_and_stops_nobody(desk, signed, pat, signed_in):
    address = reverse("review", args=[signed.departure_id])
    desk.post(reverse("claim-review", args=[signed.departure_id]))
    signed.refresh_from_db()
    assert signed.state == State.IN_REVIEW
    other = signed_in(pat)
    assert "Sam Lindqvist is on it" in other.get(QUEUE).content.decode()
    page = other.get(address).content.decode()
    assert "You can go on all the same." in page
    assert other.post(address, {"decision": "read", "message": "Read."}).status_code == 302
    signed.refresh_from_db()
    assert signed.state == State.CLOSED


def test_a_second_claim_is_told_and_may_take_over(desk, signed, pat, signed_in):
    address = reverse("claim-review", args=[signed.departure_id])
    desk.post(address)
    other = signed_in(pat)
    assert "has just said that they are on it" in other.post(address, follow=True).content.decode()
    assert ReviewTask.objects.get().claimed_by.name == "Sam Lindqvist"
    other.post(address, {"takes_over": "1"})
    assert ReviewTask.objects.get().claimed_by == pat


def test_a_claim_is_released_by_hand_or_after_a_while(desk, signed, supervisor):
    desk.post(reverse("claim-review", args=[signed.departure_id]))
    desk.post(reverse("release-review", args=[signed.departure_id]))
    signed.refresh_from_db()
    assert signed.state == State.SUBMITTED
    task = review_tasks.claim(signed, by=supervisor)
    assert task.holder(task.claimed_until - timedelta(seconds=1)) == supervisor
    assert task.holder(task.claimed_until) is None
    review_tasks.release_lapsed(now=task.claimed_until + timedelta(seconds=1))
    signed.refresh_from_db()
    assert (signed.state, ReviewTask.objects.get().claimed_by) == (State.SUBMITTED, None)


# The search


def test_reports_are_found_by_the_reference_of_their_client(desk, signed, client_0417, many):
    many(2)
    found = desk.post(reverse("find-report"), {"words": " 041 "})
    assert shown(found) == [signed]
    caseload.change_client(client_0417, by=client_0417.therapist, reference="kx-77")
    assert shown(desk.post(reverse("find-report"), {"words": "0417"})) == []
    assert shown(desk.post(reverse("find-report"), {"words": "KX"})) == [signed]


def test_no_reference_stands_in_an_address(desk, many, monkeypatch):
    monkeypatch.setattr(review_pages, "PAGE", 2)
    made = many(5)
    first = desk.post(reverse("find-report"), {"words": "q-"})
    found = shown(first)
    while first.context["next"]:
        first = desk.post(reverse("find-report"), {"words": "q-", "after": first.context["next"]})
        found += shown(first)
    assert sorted(each.pk for each in found) == sorted(each.pk for each in made)
    assert desk.get(reverse("find-report"), {"words": "q-"}).status_code == 405


def test_a_percent_sign_finds_no_more_than_a_percent_sign(desk, signed):
    assert shown(desk.post(reverse("find-report"), {"words": "%"})) == []


def test_somebody_elses_client_is_not_found(signed_in, stranger, signed):
    assert shown(signed_in(stranger).post(reverse("find-report"), {"words": "0417"})) == []


# What the database itself refuses


@pytest.mark.parametrize(
    "wrong",
    [
        {"due_at": None},
        {"stage": "closed"},
        {"claimed_until": timezone.now()},
        {"needs_co_sign": True, "stage": "closed", "due_at": None},
    ],
)
def test_a_task_cannot_contradict_itself(signed, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        ReviewTask.objects.update(**wrong)


def test_nobody_claims_or_co_signs_their_own(signed, therapist):
    for wrong in ({"claimed_by": therapist, "claimed_until": timezone.now()}, {"co_signed_by": therapist}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ReviewTask.objects.update(**wrong)
