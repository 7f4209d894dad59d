"""A client on video is somewhere: the page says where, how to call back, and which emergency number works there."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from sessions_app import departures
from sessions_app.templatetags.ages import age


@pytest.fixture
def on_video(session, therapist):
    session.format, session.address_today, session.callback_number = "video", "3 Example Lane, Leeds", "0113 496 0142"
    session.save()
    return lambda: departures.log(id=uuid.uuid4(), by=therapist, session=session)


def page_of(departure, signed_in):
    return signed_in(departure.therapist).get(reverse("departure", args=[departure.pk])).content.decode()


def test_address_and_number_to_call_back_stand_on_the_page(on_video, signed_in):
    departure = on_video()
    html = page_of(departure, signed_in)
    assert "3 Example Lane, Leeds" in html
    assert 'href="tel:01134960142"' in html
    assert reverse("whereabouts", args=[departure.pk]) in html


def test_in_another_country_its_number_is_shown_and_not_as_something_to_tap(on_video, signed_in, session):
    session.country_today = "GB"
    session.save()
    html = page_of(on_video(), signed_in)
    assert "The client is in another country: United Kingdom." in html
    assert "999, 112" in html
    assert 'href="tel:999"' not in html
    assert "Emergency here 911" in html


def test_a_country_without_a_known_number_says_so(on_video, signed_in, session):
    session.country_today = "NO"
    session.save()
    assert "We do not know the emergency number there." in page_of(on_video(), signed_in)


def test_when_the_line_dropped_the_time_is_shown_and_nobody_is_said_to_have_left(on_video, signed_in, therapist):
    departure = on_video()
    departures.they_have_gone(departure, op_id=uuid.uuid4(), by=therapist)
    html = page_of(departure, signed_in)
    assert "Line dropped" in html
    departure.refresh_from_db()
    assert departure.ending == "disconnected"
    assert set(departure.step_responses.standing().values_list("reason", flat=True)) == {"connection_lost"}


@pytest.mark.parametrize(
    ("minutes", "words"), [(0, "(just now)"), (3, "(3 min ago)"), (120, "(120 min ago)"), (121, ""), (5000, "")]
)
def test_how_long_ago_is_said_in_minutes_while_they_say_something(minutes, words):
    assert age(timezone.now() - timedelta(minutes=minutes, seconds=5)) == words
