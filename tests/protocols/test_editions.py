"""Eleven steps in a fixed order; once published, their words stand for ever."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from protocols import editions
from protocols.models import Outcome, Phase, ProtocolStep, ProtocolVersion
from sessions_app.models import AgeBand, Composition, DepartureEvent, Format
from tests.refusals import is_refused

pytestmark = pytest.mark.django_db

ELEVEN = [
    "stay-calm",
    "check-safety",
    "express-empathy",
    "encourage-communication",
    "validate-feelings",
    "explore-reason",
    "offer-options",
    "discuss-implications",
    "provide-resources",
    "respect-decision",
    "follow-up",
]


@pytest.fixture
def edition():
    return editions.in_force()


@pytest.fixture
def newer_edition(edition):
    """The same eleven with one other title, published now."""
    newer = ProtocolVersion.objects.create(number=edition.number + 1, title="A newer edition")
    for step in edition.steps.all():
        step.pk, step.version = None, newer
        step.title = "Breathe first" if step.slug == "stay-calm" else step.title
        step.save(force_insert=True)
    newer.published_at = timezone.now()
    newer.save()
    return newer


def test_the_eleven_come_in_their_order_with_permanent_slugs(edition):
    assert list(edition.steps.values_list("position", "slug")) == list(enumerate(ELEVEN, start=1))


def test_the_four_groups_of_the_page_follow_each_other(edition):
    groups = list(dict.fromkeys(edition.steps.values_list("phase", flat=True)))
    assert groups == Phase.values


def test_titles_and_prompts_can_be_read_at_a_glance(edition):
    too_long = [
        (step.slug, step.title, step.prompt)
        for step in edition.steps.all()
        if len(step.title.split()) > 4 or len(step.prompt.split()) > 14
    ]
    assert too_long == []


def test_every_step_can_be_done_and_can_be_impossible(edition):
    for step in edition.steps.all():
        assert {Outcome.DONE, Outcome.NOT_POSSIBLE} <= set(step.outcomes), step.slug


def test_publishing_the_editions_again_changes_nothing(edition):
    before = list(ProtocolStep.objects.values())
    editions.publish_all()
    assert list(ProtocolStep.objects.values()) == before
    assert list(ProtocolVersion.objects.values_list("number", flat=True)) == [1, 2]
    assert editions.in_force() == edition


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE protocols_protocolversion SET title = 'Other' WHERE number = 1",
        "UPDATE protocols_protocolversion SET published_at = NULL WHERE number = 1",
        "DELETE FROM protocols_protocolversion WHERE number = 1",
        "UPDATE protocols_protocolstep SET prompt = 'Other words.' WHERE slug = 'stay-calm'",
        "UPDATE protocols_protocolstep SET slug = 'keep-calm' WHERE slug = 'stay-calm'",
        "DELETE FROM protocols_protocolstep WHERE slug = 'follow-up'",
    ],
)
def test_the_database_refuses_to_change_what_is_published(sql):
    assert is_refused(sql)


def test_no_twelfth_step_slips_into_a_published_edition(edition):
    last = edition.steps.last()
    last.pk, last.slug, last.position = None, "one-more", 12
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        last.save(force_insert=True)
    assert edition.steps.count() == 11


def test_a_step_cannot_be_moved_into_a_published_edition(edition):
    draft = ProtocolVersion.objects.create(number=9, title="Draft")
    facts = {"title": "One more", "prompt": "Wait.", "say_or_do": [], "outcomes": [Outcome.DONE]}
    ProtocolStep.objects.create(version=draft, position=12, slug="one-more", phase=Phase.STEADY, **facts)
    move = "UPDATE protocols_protocolstep SET version_id = %s WHERE version_id = %s"
    assert is_refused(move, edition.pk, draft.pk)


def test_a_draft_may_still_change(edition):
    draft = ProtocolVersion.objects.create(number=9, title="Draft")
    draft.title = "Better draft"
    draft.save()
    assert editions.in_force() == edition


def test_safety_can_never_be_called_not_needed(edition):
    draft = ProtocolVersion.objects.create(number=9, title="Draft")
    safety = edition.steps.get(slug="check-safety")
    assert Outcome.NOT_APPLICABLE not in safety.outcomes
    safety.pk, safety.version = None, draft
    safety.outcomes = [*safety.outcomes, Outcome.NOT_APPLICABLE]
    with pytest.raises(IntegrityError, match="safety_is_never_not_applicable"), transaction.atomic():
        safety.save(force_insert=True)


def test_a_departure_stays_with_the_edition_it_began_with(departure, newer_edition, signed_in, therapist):
    browser = signed_in(therapist)
    shown = browser.get(reverse("departure", args=[departure.pk])).content.decode()
    assert "Stay calm" in shown
    assert "Breathe first" not in shown
    browser.post(reverse("start-departure"))
    newest = DepartureEvent.objects.exclude(pk=departure.pk).get()
    assert newest.protocol_version == newer_edition
    assert "Breathe first" in browser.get(reverse("departure", args=[newest.pk])).content.decode()


def test_without_a_published_edition_somebody_is_told_what_to_do():
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table in ("steptranslation", "editiontranslation", "protocolstep"):
            cursor.execute(f"DELETE FROM protocols_{table}")
        cursor.execute("DELETE FROM protocols_protocolversion")
        cursor.execute("SET LOCAL session_replication_role = origin")
    with pytest.raises(editions.NoProtocol, match="Run the migrations"):
        editions.in_force()


@pytest.mark.parametrize(
    ("facts", "setting"),
    [
        ({"format": Format.VIDEO}, ["remote"]),
        ({"format": Format.PHONE}, ["remote"]),
        ({"format": Format.HOME_VISIT}, ["home_visit"]),
        ({"composition": Composition.GROUP}, ["group"]),
        ({"composition": Composition.COUPLE}, ["couple_or_family"]),
        ({"composition": Composition.FAMILY}, ["couple_or_family"]),
        ({"age_band": AgeBand.UNDER_13}, ["minor"]),
        ({"age_band": AgeBand.TEEN, "format": Format.VIDEO}, ["remote", "minor"]),
        ({}, []),
    ],
)
def test_the_live_page_adds_the_words_of_the_setting_and_no_others(departure, signed_in, therapist, facts, setting):
    DepartureEvent.objects.filter(pk=departure.pk).update(**facts)
    shown = signed_in(therapist).get(reverse("departure", args=[departure.pk]))
    for step in editions.in_force().steps.all():
        said = {line for name, lines in step.variants.items() if name in setting for line in lines}
        for line in {line for lines in step.variants.values() for line in lines}:
            words = f"<li>{line}</li>".replace("'", "&#x27;")
            assert (words in shown.content.decode()) == (line in said), line


def test_everybody_signed_in_can_read_the_steps_before_they_are_needed(signed_in, therapist, supervisor, admin):
    for person in (therapist, supervisor, admin):
        shown = signed_in(person).get(reverse("eleven-steps")).content.decode()
        places = [shown.index(title) for title in editions.in_force().steps.values_list("title", flat=True)]
        assert places == sorted(places)
