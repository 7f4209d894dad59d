"""What a therapist's own departures share is shown to that therapist, and to nobody else."""

import json
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.audit import AuditEntry
from accounts.models import Role
from followups import relations
from followups.failed_contacts import Week
from sessions_app import checklist, departures, patterns, reports
from sessions_app.models import Client, DepartureEvent, PromptChoice, TherapySession
from tests.practising import as_exercise
from tests.refusals import is_refused

EARLY = "ended within the first fifteen minutes"


@pytest.fixture
def left(therapist):
    """Somebody left so many minutes into a session: `left(10)`; `client` is another one each time unless given."""

    def make(minutes, *, days_ago=5, client=None, by=None, is_practice=False, **facts):
        by = by or therapist
        client = client or Client.objects.create(reference=str(uuid.uuid4())[:8], therapist=by, team=by.team)
        then = timezone.now() - timedelta(days=days_ago)
        session = TherapySession.objects.create(therapist=by, site=by.site, starts_at=then - timedelta(minutes=minutes))
        session.clients.add(client)
        made = departures.log(id=uuid.uuid4(), by=by, session=session)
        DepartureEvent.objects.filter(pk=made.pk).update(began_at=then, **facts)
        made.refresh_from_db()
        return as_exercise(made) if is_practice else made

    return make


@pytest.fixture
def card(signed_in, therapist):
    def look(person=None):
        answer = signed_in(person or therapist).get(reverse("patterns"), headers={"HX-Request": "true"})
        return answer.content.decode()

    return look


def codes(person):
    return [each.code for each in patterns.of(person)]


def test_three_early_departures_of_three_clients_are_mentioned_to_their_therapist(left, card, signed_in, therapist):
    for _each in range(3):
        left(10)
    assert EARLY in card()
    assert "Nobody else sees it." in card()
    page = signed_in(therapist).get(reverse("patterns")).content.decode()
    assert "supervision" in page
    assert "at least three of your departures in 90 days" in page
    for each in Client.objects.all():
        assert each.reference not in page, "no client is named"
    assert f'hx-get="{reverse("patterns")}"' in signed_in(therapist).get(reverse("now")).content.decode()


@pytest.mark.parametrize(
    "facts",
    [
        [{}, {}],
        [{}, {}, {"days_ago": 100}],
        [{}, {}, {"is_practice": True}],
        [{}, {}, {"ended_at": timezone.now(), "ending": "stayed"}],
        [{}, {}, {"client_id": None}],
    ],
    ids=["two", "one long ago", "one exercise", "one stayed", "one without a client"],
)
def test_fewer_say_nothing(left, card, facts):
    for each in facts:
        left(10, **each)
    left(30)
    assert "fifteen" not in card()


def test_three_of_one_client_say_nothing_of_that_client(left, client_0417, therapist):
    for _each in range(4):
        left(10, client=client_0417)
    left(30), left(30)
    assert codes(therapist) == []


def test_the_same_reason_three_times_as_noted_or_as_reported(left, therapist):
    for _each in range(2):
        made = left(30)
        facts = {"reasons": ["painful_topic"]}
        checklist.note(made, slug="explore-reason", facts=facts, op_id=uuid.uuid4(), by=therapist)
    report = reports.draft_for(left(30), by=therapist)
    assert codes(therapist) == []
    reports.save_draft(report, main_reason="painful_topic", by=therapist)
    assert codes(therapist) == ["reason-painful_topic"]


def test_not_known_is_no_reason_that_is_shared(left, therapist):
    for _each in range(3):
        reports.save_draft(reports.draft_for(left(30), by=therapist), main_reason="not_known", by=therapist)
    assert codes(therapist) == []


def test_put_away_it_stays_away_until_it_is_taken_out_again(left, card, signed_in, therapist):
    for _each in range(3):
        left(10)
    browser, address = signed_in(therapist), reverse("choose-pattern", args=["early"])
    for _again in range(2):
        assert browser.post(address).status_code == 302
    assert PromptChoice.objects.count() == 1
    left(10)
    assert "fifteen" not in card()
    assert "Put away" in browser.get(reverse("patterns")).content.decode()
    browser.post(address, {"show": "yes"})
    assert EARLY in card()
    assert is_refused("UPDATE sessions_app_promptchoice SET is_hidden = true")


def test_what_is_no_prompt_cannot_be_put_away(signed_in, therapist):
    assert signed_in(therapist).post(reverse("choose-pattern", args=["anything"])).status_code == 404


# Nobody else ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def seen_by_others(left, signed_in, therapist, supervisor, admin, settings, starter):
    """Everything that others can open about this therapist, as (address, text); for one who is asked to cover too."""
    settings.DIRECTORY_API = True
    made = [left(10) for _each in range(3)][-1]
    patterns.choose("early", is_hidden=True, by=therapist)
    patterns.choose("early", is_hidden=False, by=therapist)
    relations.say(made, status="unclear", why="Left", by=therapist)
    reports.sign(reports.draft_for(made, by=therapist), by=therapist)
    supervisor.roles = [Role.SUPERVISOR, Role.THERAPIST]
    supervisor.save()
    week = Week.last(supervisor.zone).moved(1).code
    keys = {"review": made.pk, "departure": made.pk, "attempts": made.pk, "relationship": made.pk, "letter": made.pk}
    keys |= {"failed-contacts": week, "failed-contacts-table": week}
    lists = ["review-queue", "now", "follow-ups", "failed-deliveries", "patterns", "me", "waiting-for-second"]
    of_the_supervisor = [reverse(name, args=[key]) for name, key in keys.items()] + [reverse(name) for name in lists]
    of_the_admin = [reverse(name) for name in ("export-resources", "api", "policies", "directory-health", "me")]
    everybody = [(supervisor, each) for each in of_the_supervisor] + [(admin, each) for each in of_the_admin]
    everybody += [(admin, reverse("hsds-services")), (admin, reverse("patterns"))]
    return [(each, signed_in(person).get(each)) for person, each in everybody]


def test_no_page_no_export_and_no_api_shows_it_to_anybody_else(seen_by_others, therapist):
    assert codes(therapist) == ["early"], "it is there, for the therapist"
    assert {answer.status_code for _address, answer in seen_by_others} == {200, 403}
    for address, answer in seen_by_others:
        text = b"".join(answer) if answer.streaming else answer.content
        for words in ("fifteen minutes", "Three or more", "For you alone"):
            assert words not in text.decode(), address


def test_the_trail_does_not_say_what_was_chosen(seen_by_others):
    entries = list(AuditEntry.objects.values("action", "subject_type", "subject_id", "facts", "system_actor"))
    assert any(each["action"] == "prompt_chosen" for each in entries)
    assert "early" not in json.dumps(entries)


def test_who_supervises_sees_what_is_their_own_and_not_their_supervisee_s(left, card, supervisor, therapist):
    supervisor.roles = [Role.SUPERVISOR, Role.THERAPIST]
    supervisor.save()
    for _each in range(3):
        left(10)
    assert "fifteen" not in card(supervisor)
    assert EARLY in card(therapist)


# At size --------------------------------------------------------------------------------------------------------------


def test_it_asks_no_more_often_when_there_is_more(left, therapist):
    def count():
        with CaptureQueriesContext(connection) as captured:
            patterns.of(therapist)
        return len(captured)

    for _each in range(3):
        left(10)
    before = count()
    for _each in range(6):
        left(10, days_ago=3)
    assert count() == before <= 4


def test_among_thousands_it_reads_only_the_own_ones_of_ninety_days(left, therapist, stranger):
    """By the index on therapist and time, and not by what lies before or belongs to others."""
    pattern = left(10)
    facts = {"site": pattern.site, "protocol_version_id": pattern.protocol_version_id, "client": pattern.client}
    old = timezone.now() - timedelta(days=200)
    DepartureEvent.objects.bulk_create(
        DepartureEvent(therapist=person, began_at=old - timedelta(hours=number), **facts)
        for person in (therapist, stranger)
        for number in range(2_000)
    )
    with CaptureQueriesContext(connection) as captured:
        assert len(patterns.own_lately(therapist)) == 1
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE sessions_app_departureevent")
        cursor.execute("EXPLAIN " + captured[0]["sql"])
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "departure_by_therapist" in plan
    assert "began_at >=" in plan
