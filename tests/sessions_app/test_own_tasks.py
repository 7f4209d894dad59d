"""A task of the organisation's own: seen at its step, noted as done, and part of what is signed."""

import uuid

import pytest
from django.urls import reverse

from accounts.models import Role
from protocols import content, drafts, editions, publishing
from sessions_app import checklist, departures, reports, timeline
from tests.protocols.writing import change

TASK = {"en": "Tell the front desk", "es": "Avise a recepción", "key": "task-00aa11bb"}


@pytest.fixture
def with_task(therapist, admin, hire):
    """A departure that began with an edition which has one."""
    made = drafts.begin(editions.in_force(), by=admin)
    change(made, "respect-decision", by=admin, own_tasks=[TASK])
    lead = hire("Lea Lead", Role.SUPERVISOR, is_clinical_lead=True)
    publishing.publish(publishing.send(made, by=admin), by=lead)
    return departures.log(id=uuid.uuid4(), by=therapist)


def test_it_stands_at_its_step_and_is_noted_there(with_task, therapist, signed_in):
    browser = signed_in(therapist)
    assert "<li>Tell the front desk</li>" in browser.get(reverse("departure", args=[with_task.pk])).content.decode()
    address = reverse("note-details", args=[with_task.pk, "respect-decision"])
    assert "Tell the front desk" in browser.get(address).content.decode()
    browser.post(address, {"respect-decision-task-00aa11bb": "yes"})
    assert checklist.facts_noted(with_task, editions.step_of(with_task.protocol_version_id, "respect-decision")) == {
        "task-00aa11bb": "yes"
    }
    browser.post(reverse("me"), {"language": "es"})
    assert "Avise a recepción" in browser.get(address).content.decode()


def test_it_is_in_the_timeline_and_in_what_is_signed(with_task, therapist):
    facts = {"task-00aa11bb": "yes"}
    checklist.note(with_task, slug="respect-decision", facts=facts, op_id=uuid.uuid4(), by=therapist)
    assert "Respect the decision: Tell the front desk: done" in [entry.words for entry in timeline.of(with_task)]
    signed = reports.sign(reports.draft_for(with_task, by=therapist), by=therapist).content
    assert ["Tell the front desk", "Done"] in signed["noted"]


def test_a_departure_of_another_edition_does_not_know_it(departure, therapist):
    facts = {"task-00aa11bb": "yes"}
    with pytest.raises(KeyError, match="task-00aa11bb"):
        checklist.note(departure, slug="respect-decision", facts=facts, op_id=uuid.uuid4(), by=therapist)
    assert content.of(departure.protocol_version)["steps"][9]["own_tasks"] == []
