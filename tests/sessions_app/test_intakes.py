"""Sessions and clients come in from a calendar or a list: read, looked at, taken over, every row accounted for."""

import re
import uuid
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from accounts.models import AuditEntry
from sessions_app import caseload, departures, exercises, intake, intakes, practice, tasks
from sessions_app.models import Client, Intake, IntakeRow, TherapySession
from tests.databases import WHO_ACTS
from tests.followups.races import both

MONDAY = datetime(2026, 11, 30, 12, tzinfo=UTC)
CALENDAR = b"""BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//a calendar program//EN
BEGIN:VEVENT
UID:weekly@example
DTSTART;TZID=America/New_York:20261201T140000
DTEND;TZID=America/New_York:20261201T145000
RRULE:FREQ=WEEKLY;COUNT=3
SUMMARY:0417
END:VEVENT
BEGIN:VEVENT
UID:robin@example
DTSTART:20261202T150000Z
DURATION:PT50M
SUMMARY:Robin
LOCATION:https://example.zoom.us/j/1
END:VEVENT
BEGIN:VEVENT
UID:dentist@example
DTSTART:20261203T150000Z
DTEND:20261203T153000Z
SUMMARY:Dentist
END:VEVENT
BEGIN:VEVENT
UID:holiday@example
DTSTART;VALUE=DATE:20261204
SUMMARY:Day off
END:VEVENT
BEGIN:VEVENT
UID:gone@example
DTSTART:20261205T150000Z
DTEND:20261205T155000Z
STATUS:CANCELLED
SUMMARY:Robin
END:VEVENT
END:VCALENDAR
""".replace(b"\n", b"\r\n")

#: Lies ahead on whatever day it is read.
EVERY_WEEK = CALENDAR[: CALENDAR.index(b"BEGIN:VEVENT")] + b"\r\n".join(
    [b"BEGIN:VEVENT", b"UID:always@example", b"DTSTART:20200106T150000Z", b"DURATION:PT50M", b"RRULE:FREQ=WEEKLY",
     b"SUMMARY:Robin", b"END:VEVENT", b"END:VCALENDAR", b""]
)  # fmt: skip


@pytest.fixture(autouse=True)
def on_a_monday():
    with time_machine.travel(MONDAY, tick=True):
        yield


@pytest.fixture
def browser(signed_in, therapist):
    return signed_in(therapist)


@pytest.fixture
def send(browser):
    """Send a file; the answer is the page it leads to."""

    def sent(data, name="list.csv"):
        file = SimpleUploadedFile(name, data.encode() if isinstance(data, str) else data)
        return browser.post(reverse("bring-in"), {"file": file}, follow=True)

    return sent


@pytest.fixture
def take(browser):
    """Take over what was read, saying what headings stand for: `take(Robin="new_client")`."""

    def taken(**meanings):
        made = Intake.objects.latest("pk")
        said = {f"title-{title.pk}": meanings.get(title.words, title.client_id or "") for title in made.titles.all()}
        return browser.post(reverse("intake", args=[made.pk]), {**said, "take_over": "1"}, follow=True)

    return taken


def outcomes():
    return {row.line: (row.outcome, row.reason) for row in IntakeRow.objects.all()}


def test_a_list_is_shown_before_anything_changes_and_then_taken_over(send, take, therapist, client_0417):
    page = send("Reference,Date,Time,Minutes,Format,Age\n0417,2026-12-01,14:30,50,video,\n0500,,,,,15\n")
    assert "Nothing has changed yet" in page.content.decode()
    assert Client.objects.count() == 1
    assert not TherapySession.objects.exists()
    page = take().content.decode()
    assert "Added: 2" in page
    session = TherapySession.objects.get()
    assert session.starts_at == datetime(2026, 12, 1, 14, 30, tzinfo=therapist.zone)
    assert (session.planned_minutes, session.format, [*session.clients.all()]) == (50, "video", [client_0417])
    assert Client.objects.known_as("0500").get().age_band == "13_17"


def test_every_line_that_cannot_be_taken_says_why_and_the_others_come_in(send, take, client_0417):
    send(
        "Reference;Date;Time;Minutes;With\n0417;2026-12-01;14:30;;\n0417;tomorrow;14:30;;\n;2026-12-01;;;\n"
        "0417;2026-12-01;16:00;2;\n;;;;\n0417;2036-12-01;14:30;;\nA;;;;couple\n"
    )
    take()
    assert {line: outcome for line, (outcome, _reason) in outcomes().items()} == {
        2: "added", 3: "left_out", 4: "left_out", 5: "left_out", 7: "left_out", 8: "added",
    }  # fmt: skip
    reasons = {line: reason for line, (_outcome, reason) in outcomes().items()}
    assert "“tomorrow” is not a date" in reasons[3]
    assert reasons[4] == "The time of day is missing."
    assert "2 minutes" in reasons[5]
    assert "more than a year away" in reasons[7]


def test_two_clients_in_one_session_must_be_said_to_be_a_couple_a_family_or_a_group(send, take):
    send("Reference,Date,Time,With\n0288-A; 0288-B,2026-12-01,14:30,\n0288-A; 0288-B,2026-12-02,14:30,couple\n")
    take()
    session = TherapySession.objects.get()
    assert session.composition == "couple"
    assert {client.reference for client in session.clients.all()} == {"0288-A", "0288-B"}
    assert "couple, family or group" in outcomes()[2][1]


@pytest.mark.parametrize(("country", "day"), [("US", 4), ("GB", 3)])
def test_the_country_of_the_site_decides_which_number_is_the_month(send, take, therapist, country, day):
    therapist.site.country = country
    therapist.site.save()
    send("Reference,Date,Time\n0417,03/04/2027,09:00\n")
    take()
    assert timezone.localtime(TherapySession.objects.get().starts_at, therapist.zone).day == day


def test_a_time_the_clock_jumps_over_is_not_moved_in_silence(send, take, therapist):
    assert therapist.zone.key == "America/New_York"
    send("Reference,Date,Time\n0417,2027-03-14,02:30\n")
    take()
    assert outcomes()[2] == ("left_out", "The clock jumps over this time that night.")


def test_a_calendar_knows_a_client_by_the_reference_and_leaves_the_rest_to_be_said(send, take, client_0417):
    page = send(CALENDAR, "my.ics").content.decode()
    assert "Robin" in page
    assert page.count("Session with 0417") == 3
    page = take(Robin="new_client").content.decode()
    assert TherapySession.objects.filter(clients=client_0417).count() == 3
    assert TherapySession.objects.filter(clients__in=Client.objects.known_as("Robin"), format="video").count() == 1
    assert TherapySession.objects.count() == 4
    assert "It was called off in the calendar." in page
    assert "It has no time of day." in page


def test_what_stood_in_the_calendar_besides_sessions_is_forgotten(send, take, client_0417):
    send(CALENDAR, "my.ics")
    page = take(Robin="nobody").content.decode()
    assert "Dentist" not in page
    assert not Intake.objects.get().titles.exists()


def test_all_that_are_left_out_can_be_made_new_clients_at_once_and_looked_at_again(browser, send, client_0417):
    send(CALENDAR, "my.ics")
    made = Intake.objects.get()
    page = browser.post(reverse("intake", args=[made.pk]), {"all_new": "1"}, follow=True).content.decode()
    assert {(each.words, each.meaning) for each in made.titles.all()} == {
        ("0417", "new_client"), ("Robin", "new_client"), ("Dentist", "new_client"),
    }  # fmt: skip
    assert "Nothing has changed yet" in page


def test_the_same_calendar_again_adds_nothing(send, take, client_0417):
    for _time in range(2):
        send(CALENDAR, "my.ics")
        take(Robin="new_client")
    assert TherapySession.objects.count() == 4
    assert {row.outcome for row in Intake.objects.first().rows.all()} == {"same", "left_out"}


def test_a_session_follows_its_calendar_to_another_time(send, take, client_0417):
    send(CALENDAR, "my.ics")
    take()
    moved = CALENDAR.replace(b"DTSTART:20261202T150000Z", b"DTSTART:20261202T160000Z")
    send(CALENDAR, "my.ics")
    take(Robin="nobody")
    single = TherapySession.objects.get(calendar_key__startswith="robin@")
    send(moved.replace(b"UID:robin@example", b"UID:robin@example\r\nRECURRENCE-ID:20261202T150000Z"), "my.ics")
    take(Robin="nobody")
    single.refresh_from_db()
    assert single.starts_at == datetime(2026, 12, 2, 16, tzinfo=UTC)
    assert single.planned_minutes == 50


def test_a_session_with_a_departure_stays_at_its_time(send, take, therapist, client_0417):
    send(CALENDAR, "my.ics")
    take(Robin="nobody")
    single = TherapySession.objects.get(calendar_key__startswith="robin@")
    departures.log(id=uuid.uuid4(), by=therapist, session=single)
    moved = CALENDAR.replace(b"DTSTART:20261202T150000Z", b"DTSTART:20261202T160000Z")
    send(moved.replace(b"UID:robin@example", b"UID:robin@example\r\nRECURRENCE-ID:20261202T150000Z"), "my.ics")
    page = take(Robin="nobody").content.decode()
    single.refresh_from_db()
    assert single.starts_at == datetime(2026, 12, 2, 15, tzinfo=UTC)
    assert "A departure belongs to this session" in page


def test_a_session_written_down_by_hand_is_not_doubled(send, take, therapist, client_0417):
    caseload.add_session(starts_at=datetime(2026, 12, 2, 15, tzinfo=UTC), by=therapist, clients=[client_0417])
    send(CALENDAR, "my.ics")
    take(Robin="nobody")
    assert TherapySession.objects.filter(starts_at=datetime(2026, 12, 2, 15, tzinfo=UTC)).count() == 1


def test_a_colleagues_client_is_left_alone(send, take, supervisor, therapist, client_0417):
    client_0417.therapist = supervisor
    client_0417.save()
    send("Reference,Date,Time\n0417,2026-12-01,14:30\n0500,2026-12-01,16:00\n")
    page = take().content.decode()
    assert "A colleague&#x27;s client has this reference." in page
    assert [each.reference for each in Client.objects.filter(therapist=therapist)] == ["0500"]


def test_taking_over_twice_is_taking_over_once(send, take, browser, client_0417):
    send("Reference\n0500\n")
    take()
    page = take().content.decode()
    assert "taken over already" in page
    assert Client.objects.known_as("0500").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_moment_take_it_over_once(therapist):
    made = intakes.begin(b"Reference,Date,Time\n,2026-12-01,14:30\n", by=therapist)

    def click():
        try:
            return bool(intakes.take_over(made, by=therapist))
        except intakes.AlreadyTaken:
            return False

    assert sorted(both(click)) == [False, True]
    assert TherapySession.objects.count() == 1


def test_it_can_be_thrown_away_and_is_forgotten_by_itself_after_a_day(send, browser, client_0417):
    send(CALENDAR, "my.ics")
    browser.post(reverse("drop-intake", args=[Intake.objects.get().pk]))
    assert not Intake.objects.exists()
    send(CALENDAR, "my.ics")
    tasks.forget_intakes()
    assert Intake.objects.exists()
    with time_machine.travel(MONDAY + timedelta(days=1, minutes=5)):
        tasks.forget_intakes()
    assert not IntakeRow.objects.exists()
    assert not Client.objects.exclude(pk=client_0417.pk).exists()


def test_neither_the_supervisor_nor_the_trail_learns_what_stood_in_it(send, take, signed_in, supervisor, client_0417):
    send(CALENDAR, "my.ics")
    made = Intake.objects.get()
    assert signed_in(supervisor).get(reverse("intake", args=[made.pk])).status_code in (403, 404)
    take(Robin="new_client")
    assert "Robin" not in str([*AuditEntry.objects.values_list("facts", flat=True)])


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "The file is empty"),
        (b"   \n", "The file is empty"),
        (b"Colour,Size\nred,5\n", "No column is called Reference"),
        (b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "There is nothing in it"),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:rubbish\r\n", "cannot be read"),
        (b"Reference\n" + b"".join(b"%d\n" % n for n in range(2001)), "more than 2,000 rows"),
    ],
)
def test_a_file_that_is_of_no_use_says_so_beside_the_field(send, data, words):
    answer = send(data)
    assert answer.status_code == 422
    assert re.search(words, answer.content.decode())
    assert not Intake.objects.exists()


def test_without_a_file_the_page_says_so(browser):
    answer = browser.post(reverse("bring-in"), {})
    assert answer.status_code == 422
    assert "Choose a file." in answer.content.decode()


@given(
    data=st.one_of(st.binary(max_size=400), st.text(max_size=400).map(lambda text: f"Reference,Date\n{text}".encode()))
)
@examples(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_sent_is_read_or_refused_in_words(data):
    zone = MONDAY.tzinfo
    for start in (b"", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n"):
        try:
            _kind, rows = intake.read(start + data, zone=zone, country="US", now=MONDAY)
        except intake.Unreadable:
            continue
        assert all(row.reason or row.references or row.starts_at for row in rows)


def test_many_rows_take_as_many_statements_to_look_at_as_few(send, browser, client_0417, django_assert_max_num_queries):
    for number in (3, 90):
        send(
            "Reference,Date,Time\n"
            + "".join(f"0417,2026-12-{1 + n % 28:02},{8 + n % 9}:{n % 60:02}\n" for n in range(number))
        )
        with django_assert_max_num_queries(14 + WHO_ACTS):
            browser.get(reverse("intake", args=[Intake.objects.get().pk]))


def test_a_departure_can_be_started_from_a_session_that_came_in(send, take, browser, therapist, client_0417):
    start = timezone.localtime(MONDAY, therapist.zone)
    send(f"Reference,Date,Time\n0417,{start:%Y-%m-%d},{start:%H:%M}\n")
    take()
    assert "0417" in browser.get(reverse("now")).content.decode()


def test_who_was_made_up_for_an_exercise_is_nobody_whom_a_calendar_can_mean(browser, therapist, starter):
    exercise = practice.begin(exercises.find("calm-exit"), id=uuid.uuid4(), by=therapist)
    [made_up] = Client.objects.filter(is_practice=True)
    calendar = CALENDAR.replace(b"SUMMARY:Robin", f"SUMMARY:{made_up.reference}".encode())
    read = intakes.begin(calendar, by=therapist)
    assert not read.titles.filter(client=made_up).exists()
    page = browser.get(reverse("intake", args=[read.pk])).content.decode()
    assert f'value="{made_up.pk}"' not in page
    assert made_up.preferred_name not in page
    TherapySession.objects.filter(pk=exercise.session_id).update(
        starts_at=read.rows.filter(reason="").first().starts_at
    )
    intakes.take_over(read, by=therapist)
    assert not read.rows.filter(session=exercise.session_id).exists(), "an exercise at that hour is no session"
