"""The private calendar: read with two libraries that are not ours to bend, opened by its address alone."""

from datetime import timedelta

import icalendar
import pytest
import recurring_ical_events
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from followups import calendars, follow_ups
from followups.models import CalendarFeed

pytestmark = pytest.mark.django_db


@pytest.fixture
def token(therapist):
    return calendars.renew(by=therapist)


@pytest.fixture
def read(client, token):
    """What a calendar program gets: the events, by their opaque name."""

    def get():
        answer = client.get(reverse("calendar", args=[token]))
        assert answer.status_code == 200
        calendar = icalendar.Calendar.from_ical(answer.content)
        assert calendar.errors == []
        assert all(event.errors == [] for event in calendar.walk())
        return {str(event["uid"]): event for event in calendar.walk("VEVENT")}

    return get


@pytest.fixture
def first(planned):
    return planned.follow_ups.open().order_by("due_at").first()


def event_of(follow_up, events):
    return events[f"{calendars.opaque(follow_up)}@doorway"]


def test_each_open_promise_is_one_event_at_its_time_with_an_alarm(read, planned, first):
    events = read()
    assert len(events) == planned.follow_ups.open().filter(owner=planned.therapist).count() > 1
    event = event_of(first, events)
    assert event["dtstart"].dt == first.due_at.replace(microsecond=0)
    assert str(event["summary"]) == "Follow-up due"
    [alarm] = event.walk("VALARM")
    assert alarm["trigger"].dt == -timedelta(minutes=10)
    assert event["dtstamp"].dt.tzinfo is not None


def test_a_calendar_program_finds_them_on_their_days(read, client, token, first):
    calendar = icalendar.Calendar.from_ical(client.get(reverse("calendar", args=[token])).content)
    found = recurring_ical_events.of(calendar).at(first.due_at.date())
    assert f"{calendars.opaque(first)}@doorway" in {str(each["uid"]) for each in found}


def test_every_line_is_as_short_and_ends_as_the_standard_says(client, token, planned):
    content = client.get(reverse("calendar", args=[token])).content
    assert content.endswith(b"\r\n")
    assert content.count(b"\n") == content.count(b"\r\n")
    assert max(len(line) for line in content.split(b"\r\n")) <= 75


def test_nothing_in_it_says_what_or_about_whom(client, token, planned, first, client_0417, therapist):
    client_0417.reference = "rare-reference"
    client_0417.save()
    content = client.get(reverse("calendar", args=[token])).content.decode().replace("\r\n ", "")
    for word in (client_0417.reference, client_0417.preferred_name, first.title, "elevated", str(planned.pk)):
        assert word not in content
    for word in (therapist.name, therapist.email):
        assert word not in content
    assert f"UID:{first.pk}" not in content


def test_a_moved_one_keeps_its_name_and_counts_on(read, first, therapist):
    before = event_of(first, read())
    follow_ups.move(first, to=first.due_at + timedelta(hours=2), reason="later", by=therapist)
    after = event_of(first, read())
    assert after["sequence"] == before["sequence"] + 1
    assert after["dtstart"].dt - before["dtstart"].dt == timedelta(hours=2)
    assert after["dtstamp"].dt >= before["dtstamp"].dt


def test_a_closed_one_is_cancelled_and_after_a_month_gone(read, first, therapist):
    follow_ups.drop(first, reason="not needed", by=therapist)
    event = event_of(first, read())
    assert str(event["status"]) == "CANCELLED"
    assert event.walk("VALARM") == []
    type(first).objects.filter(pk=first.pk).update(closed_at=timezone.now() - timedelta(days=31))
    assert f"{calendars.opaque(first)}@doorway" not in read()


def test_what_belongs_to_others_is_not_in_it(read, first, supervisor, therapist):
    follow_ups.change(first, owner=supervisor, channel=first.channel, by=therapist)
    assert f"{calendars.opaque(first)}@doorway" not in read()


def test_it_sets_no_cookie_and_no_proxy_keeps_it(client, token, planned):
    answer = client.get(reverse("calendar", args=[token]))
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert "private" in answer.headers["Cache-Control"]
    assert answer.cookies == {}


def test_only_a_digest_of_the_address_is_kept(token):
    feed = CalendarFeed.objects.get()
    assert token not in str(feed.__dict__)
    assert feed.token_digest == calendars.digest_of(token)
    assert len(token) >= 43  # 256 bits


def test_a_new_address_or_none_ends_the_old_one(client, token, therapist):
    newer = calendars.renew(by=therapist)
    assert client.get(reverse("calendar", args=[token])).status_code == 404
    assert client.get(reverse("calendar", args=[newer])).status_code == 200
    calendars.close(by=therapist)
    assert client.get(reverse("calendar", args=[newer])).status_code == 404
    done = list(
        AuditEntry.objects.filter(action__startswith="calendar").order_by("pk").values_list("action", flat=True)
    )
    assert done == ["calendar_opened", "calendar_closed", "calendar_opened", "calendar_closed"]


@pytest.mark.parametrize("wrong", ["", "x", "A" * 43, "%00"])
def test_a_wrong_address_is_not_there(client, token, wrong):
    address = reverse("calendar", args=["x"]).replace("x.ics", f"{wrong}.ics")
    assert client.get(address).status_code in (400, 404)


def test_whoever_left_has_no_calendar_any_more(client, token, therapist):
    therapist.is_active = False
    therapist.save()
    assert client.get(reverse("calendar", args=[token])).status_code == 404


def test_the_page_shows_the_address_once_and_then_when_it_was_read(signed_in, therapist, client):
    browser = signed_in(therapist)
    shown = browser.post(reverse("renew-calendar")).content.decode()
    address = shown.split('readonly value="')[1].split('"')[0]
    page = browser.get(reverse("notifications")).content.decode()
    assert address not in page
    assert "not read yet" in page
    assert client.get(address.partition("8000")[2]).status_code == 200
    assert "last read" in browser.get(reverse("notifications")).content.decode()
    browser.post(reverse("close-calendar"))
    assert "Make an address" in browser.get(reverse("notifications")).content.decode()
