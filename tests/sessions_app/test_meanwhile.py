"""What changes while a departure goes on: the setting, and a break."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from sessions_app import departures
from sessions_app.models import DepartureEvent, Ending
from sessions_app.models.departures import Kind


@pytest.fixture
def at_the_page(signed_in, departure):
    """The therapist with the live page open: `do("take-break")` posts, `do()` reads the page."""
    browser = signed_in(departure.therapist)

    def do(name="", **fields):
        if not name:
            return browser.get(reverse("departure", args=[departure.pk])).content.decode()
        return browser.post(reverse(name, args=[departure.pk]), fields)

    return do


def fresh(departure):
    return DepartureEvent.objects.get(pk=departure.pk)


def test_another_setting_brings_other_words_and_loses_nothing(at_the_page, departure, therapist):
    from sessions_app import checklist

    checklist.record(departure, slug="stay-calm", outcome="done", op_id=uuid.uuid4(), by=therapist)
    before = at_the_page()
    setting = {"setting-format": "video", "setting-composition": "group", "setting-age_band": "13_17"}
    assert at_the_page("change-setting", **setting).status_code == 302
    after = at_the_page()
    step = departure.protocol_version.steps.get(slug="check-safety")
    for name in ("remote", "group", "minor"):
        assert step.variants[name][0] not in before
        assert step.variants[name][0] in after
    assert departure.step_responses.standing().count() == 1


def test_a_setting_that_does_not_exist_is_refused_beside_its_field(at_the_page, departure):
    answer = at_the_page("change-setting", **{"setting-format": "pigeon"})
    assert answer.status_code == 422
    assert "pigeon is not one of the available choices" in answer.content.decode()
    assert fresh(departure).format == "in_person"


def test_a_break_asks_whether_they_are_back(at_the_page, departure):
    at_the_page("take-break")
    html = at_the_page()
    assert "On a break" in html
    assert "They came back" in html
    assert fresh(departure).is_open


def test_coming_back_closes_it_as_a_departure_that_did_not_happen(at_the_page, departure):
    at_the_page("take-break")
    at_the_page("came-back")
    found = fresh(departure)
    assert (found.ending, found.has_happened) == (Ending.RETURNED, False)
    assert found.ended_at >= found.break_began_at
    assert not found.follow_ups.exists()


def test_not_coming_back_is_a_kind_of_its_own(departure, therapist):
    departures.take_break(departure, by=therapist)
    departures.they_have_gone(departure, op_id=uuid.uuid4(), by=therapist)
    assert (fresh(departure).ending, fresh(departure).kind) == (Ending.LEFT, Kind.DURING_BREAK)


def test_a_second_tap_on_break_keeps_the_first_time(departure, therapist):
    began = timezone.now()
    departures.take_break(departure, by=therapist, at=began)
    departures.take_break(departure, by=therapist, at=began + timedelta(minutes=1))
    assert fresh(departure).break_began_at == max(began, departure.began_at)


def test_nobody_comes_back_who_took_no_break(departure, therapist):
    departures.came_back(departure, by=therapist)
    assert fresh(departure).is_open


def test_undo_of_gone_leads_back_to_the_page_without_a_break(departure, therapist):
    departures.take_break(departure, by=therapist)
    departures.they_have_gone(departure, op_id=uuid.uuid4(), by=therapist)
    departures.undo_gone(departure, by=therapist)
    assert fresh(departure).is_open
    assert not fresh(departure).is_on_break


def test_after_a_break_that_ended_well_the_report_is_not_put_first(departure, therapist, live):
    first = f'class="button filled main" href="{reverse("report", args=[departure.pk])}"'
    departures.take_break(departure, by=therapist)
    departures.came_back(departure, by=therapist)
    assert first not in live()
    departures.end(departure, ending="left", by=therapist)
    assert first in live()
