"""How fast we must act: one tap by a person, which answers step 2, opens a plan and brings help to the front."""

import uuid

import pytest
from django.urls import reverse

from accounts.models import AuditEntry, Site
from followups.models import FollowUp, FollowUpPlan
from protocols.models import Outcome
from sessions_app import levels
from sessions_app.models import ResponseLevel
from tests.sessions_app.conftest import HTMX

FIRST_STEP = '<article class="step'


@pytest.fixture
def safety(departure):
    """The standing answer to step 2."""
    return lambda: departure.step_responses.standing().get(step__slug="check-safety")


@pytest.fixture
def uk_site(site):
    """The site words its levels by the response only, and has another emergency number."""
    site.terminology, site.emergency_number, site.country = Site.Terminology.RESPONSE, "999", "GB"
    site.save()
    return site


@pytest.mark.parametrize("level", [level for level in ResponseLevel.values if level != "unable_to_assess"])
def test_a_level_is_one_tap_and_answers_the_safety_step(set_level, departure, safety, level):
    answer = set_level(level)
    assert answer.url == reverse("departure", args=[departure.pk]) + "#check-safety"
    departure.refresh_from_db()
    assert departure.response_level == level
    assert safety().outcome == Outcome.DONE


def test_could_not_ask_is_not_possible_and_never_done(set_level, departure, safety):
    set_level(ResponseLevel.UNABLE_TO_ASSESS)
    assert (safety().outcome, safety().reason) == (Outcome.NOT_POSSIBLE, "other")


def test_a_level_opens_a_plan_with_promises(set_level, departure, supervisor):
    set_level(ResponseLevel.ELEVATED)
    assert FollowUp.objects.filter(departure=departure).open().exists()


def test_another_level_replaces_what_was_still_open(set_level, departure):
    set_level(ResponseLevel.NONE_IDENTIFIED)
    set_level(ResponseLevel.IMMEDIATE)
    standing = FollowUpPlan.objects.get(departure=departure, superseded_at=None)
    assert standing.response_level == ResponseLevel.IMMEDIATE
    assert {task.plan for task in departure.follow_ups.open()} == {standing}


def test_the_same_level_twice_adds_nothing(set_level, departure):
    set_level(ResponseLevel.ELEVATED)
    set_level(ResponseLevel.ELEVATED)
    assert departure.step_responses.count() == 1
    assert FollowUpPlan.objects.count() == 1


def test_a_late_repeat_of_an_earlier_tap_does_not_overturn_the_newer_level(set_level, departure):
    op_id = str(uuid.uuid4())
    set_level(ResponseLevel.NONE_IDENTIFIED, op_id=op_id)
    set_level(ResponseLevel.IMMEDIATE)
    set_level(ResponseLevel.NONE_IDENTIFIED, op_id=op_id)
    departure.refresh_from_db()
    assert departure.is_immediate


def test_no_level_is_ever_guessed(set_level, departure, live):
    for made_up in ("", "panic", "IMMEDIATE"):
        assert set_level(made_up).status_code == 422
    departure.refresh_from_db()
    assert departure.response_level == ""
    assert 'aria-pressed="true"' not in live()


def test_immediate_puts_help_before_the_first_step(set_level, live):
    assert live().index(FIRST_STEP) < live().index("Get help now")
    set_level(ResponseLevel.IMMEDIATE)
    html = live()
    assert html.index("tel:911") < html.index(FIRST_STEP)
    assert html.index("Call first. Then your supervisor.") < html.index(FIRST_STEP)
    assert "Go on with the other steps" in html


def test_help_is_at_hand_at_every_level(set_level, live, supervisor):
    for level in ResponseLevel.values:
        set_level(level)
        for number in ("tel:911", f"tel:{supervisor.phone}", "tel:+1 555 0100"):
            assert number in live()


def test_the_emergency_number_is_the_one_of_the_site(uk_site, live):
    assert 'href="tel:999"' in live()
    assert "tel:911" not in live()


def test_a_person_without_a_work_phone_is_no_empty_link(supervisor, live):
    supervisor.phone = ""
    supervisor.save()
    assert 'href="tel:"' not in live()


def test_one_profile_names_the_concern_and_the_response(live):
    html = live()
    for level, asks in levels.ASKS:
        assert str(level.label) in html
        assert str(asks) in html


def test_the_other_profile_names_only_the_response(uk_site, live):
    html = live()
    assert all(str(asks) in html for _, asks in levels.ASKS)
    assert not any(f">{level.label}" in html for level in ResponseLevel)


def test_a_tap_answers_with_the_step_and_tells_the_plan(set_level):
    answer = set_level(ResponseLevel.ELEVATED, headers=HTMX)
    assert answer.content.decode().strip().startswith("<article")
    assert "plan-changed" in answer["HX-Trigger"]
    assert "Step 2, Done" in answer["HX-Trigger"]


def test_to_immediate_and_back_loads_the_whole_page(set_level, departure):
    address = reverse("departure", args=[departure.pk])
    for level in (ResponseLevel.IMMEDIATE, ResponseLevel.SOME_CONCERN):
        answer = set_level(level, headers=HTMX)
        assert address in answer.get("HX-Location", "") + answer.get("HX-Redirect", "")


def test_undo_takes_back_level_answer_and_plan(set_level, departure, browser):
    set_level(ResponseLevel.ELEVATED)
    browser.post(reverse("undo-step", args=[departure.pk, "check-safety"]), {"op_id": str(uuid.uuid4())})
    departure.refresh_from_db()
    assert (departure.response_level, departure.response_level_at) == ("", None)
    assert not departure.step_responses.standing().exists()
    assert not departure.follow_ups.open().exists()
    assert AuditEntry.objects.filter(action="level_taken_back").exists()


def test_the_answer_to_a_tap_is_small(tap):
    """A phone in a cellar: the fragment of one step and the next one, as it travels."""
    answer = tap("stay-calm", headers={**HTMX, "Accept-Encoding": "gzip"})
    assert answer["Content-Encoding"] == "gzip"
    assert len(answer.content) < 4096
