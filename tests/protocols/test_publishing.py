"""Two people put an edition in force, now or at a time; from then on it stands, and there is always one."""

import uuid
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Role
from protocols import drafts, editions, publishing
from protocols.models import EditionDeed, Retirement
from protocols.states import State, every
from sessions_app import departures
from tests.followups.races import both, meet_after
from tests.protocols.writing import change, published, retitled
from tests.refusals import is_refused

pytestmark = pytest.mark.django_db
SOON = timedelta(hours=2)


@pytest.fixture
def sent(admin):
    return publishing.send(retitled("Breathe first", by=admin), by=admin)


def address(name, version, *more):
    return reverse(name, args=[version.number, *more])


def state_of(version):
    return next(each.state for each in every() if each.pk == version.pk)


def test_the_clinical_lead_reads_what_differs_and_publishes_it(sent, lead, signed_in):
    browser = signed_in(lead)
    shown = browser.get(address("publish-protocol", sent)).content.decode()
    assert "Breathe first" in shown
    assert "Stay calm" in shown
    assert browser.post(address("publish-protocol", sent), {}).status_code == 422
    assert browser.post(address("publish-protocol", sent), {"when": "now"}).status_code == 302
    assert editions.in_force() == sent
    assert state_of(sent) == State.IN_FORCE
    deeds = EditionDeed.objects.filter(version=sent).values_list("deed", "by__name")
    assert list(deeds) == [
        ("copied", "Kim Novak"),
        ("changed", "Kim Novak"),
        ("sent", "Kim Novak"),
        ("approved", "Lea Lead"),
    ]
    assert AuditEntry.objects.filter(action="protocol_approved", by=lead).count() == 1


def test_nobody_publishes_what_they_sent(admin, lead, hire, signed_in):
    own = publishing.send(retitled("Mine", by=lead), by=lead)
    with pytest.raises(publishing.SamePerson):
        publishing.publish(own, by=lead)
    signed_in(lead).post(address("publish-protocol", own), {"when": "now"})
    assert editions.in_force() != own
    other = hire("Ole Other", Role.SUPERVISOR, is_clinical_lead=True)
    assert publishing.publish(own, by=other) == editions.in_force()


@pytest.mark.parametrize("who", ["admin", "supervisor", "therapist"])
def test_only_a_clinical_lead_publishes_and_retires(sent, signed_in, who, request):
    person = request.getfixturevalue(who)
    with pytest.raises(publishing.NotAClinicalLead):
        publishing.publish(sent, by=person)
    with pytest.raises(publishing.NotAClinicalLead):
        publishing.retire(editions.in_force(), by=person)
    assert signed_in(person).get(address("publish-protocol", sent)).status_code == 403
    assert signed_in(person).post(address("protocol-deed", sent, "retire")).status_code == 403


def test_two_people_are_asked_for_by_the_database_as_well(sent, admin, lead):
    set_lead = "UPDATE protocols_draft SET approved_at = now(), approved_by_id = %s WHERE version_id = %s"
    assert is_refused(set_lead, admin.pk, sent.pk)
    assert is_refused("UPDATE protocols_protocolversion SET published_at = now() WHERE id = %s", sent.pk)
    sent.draft.approved_by, sent.draft.approved_at, sent.draft.submitted_by = lead, timezone.now(), lead
    with pytest.raises(IntegrityError, match="draft_is_published_by_two"), transaction.atomic():
        sent.draft.save()


def test_what_is_being_read_does_not_change(sent, admin):
    with pytest.raises(drafts.NotADraft):
        change(sent, "stay-calm", by=admin, title={"en": "Later"})
    for sql in (
        "UPDATE protocols_protocolstep SET title = 'Later' WHERE version_id = %s",
        "UPDATE protocols_protocolversion SET title = 'Later' WHERE id = %s",
        "DELETE FROM protocols_steptranslation t USING protocols_editiontranslation e"
        " WHERE t.translation_id = e.id AND e.version_id = %s",
        "INSERT INTO protocols_owntask (step_id, position, key, words, translations)"
        " SELECT id, 1, 'task-00000000', 'x', '{}' FROM protocols_protocolstep WHERE version_id = %s",
    ):
        assert is_refused(sql, sent.pk), sql


def test_it_goes_back_to_its_writers_and_comes_again(sent, admin, lead, signed_in):
    signed_in(lead).post(address("protocol-deed", sent, "take-back"))
    assert state_of(sent) == State.DRAFT
    change(sent, "stay-calm", by=admin, title={"en": "Breathe"})
    signed_in(admin).post(address("protocol-deed", sent, "send"))
    publishing.publish(sent, by=lead)
    assert editions.steps_of(sent.pk, "en")[0].title == "Breathe"


def test_it_does_not_go_back_while_its_writer_writes_another(sent, admin, signed_in):
    drafts.begin(editions.in_force(), by=admin)
    told = signed_in(admin).post(address("protocol-deed", sent, "take-back"), follow=True).content.decode()
    assert "whoever began it is writing another version" in told
    assert state_of(sent) == State.WAITING


def test_published_it_never_changes(admin, lead):
    made = published("Breathe first", by=admin, lead=lead)
    for sql in (
        "UPDATE protocols_protocolversion SET title = 'Other' WHERE id = %s",
        "UPDATE protocols_protocolversion SET published_at = NULL WHERE id = %s",
        "UPDATE protocols_protocolstep SET prompt = 'Other' WHERE version_id = %s",
        "UPDATE protocols_draft SET approved_at = NULL, approved_by_id = NULL WHERE version_id = %s",
        "UPDATE protocols_draft SET zone = 'UTC' WHERE version_id = %s",
        "DELETE FROM protocols_editiondeed WHERE version_id = %s",
    ):
        assert is_refused(sql, made.pk), sql
    with pytest.raises(publishing.HasTakenEffect):
        publishing.withdraw(made, by=admin)


def test_without_the_eleven_in_their_order_nothing_is_published(sent, admin, lead):
    publishing.take_back(sent, by=admin)
    sent.steps.filter(slug="follow-up").update(slug="twelve")
    sent.refresh_from_db()
    facts = {"submitted_at": timezone.now(), "submitted_by": admin, "approved_at": timezone.now(), "approved_by": lead}
    sent.draft.__class__.objects.filter(pk=sent.pk).update(**facts)
    assert is_refused("UPDATE protocols_protocolversion SET published_at = now() WHERE id = %s", sent.pk)


def test_a_running_departure_keeps_its_edition_and_a_new_one_has_the_new(departure, admin, lead, therapist, signed_in):
    before = editions.in_force()
    made = published("Breathe first", by=admin, lead=lead)
    departure.refresh_from_db()
    assert departure.protocol_version == before
    newer = departures.log(id=uuid.uuid4(), by=therapist)
    assert newer.protocol_version == made
    browser = signed_in(therapist)
    assert "Breathe first" not in browser.get(reverse("departure", args=[departure.pk])).content.decode()
    assert "Breathe first" in browser.get(reverse("departure", args=[newer.pk])).content.decode()


# At a time -------------------------------------------------------------------------------------------------------


def test_it_takes_effect_at_its_time_with_nothing_running(sent, lead, signed_in):
    before, day = editions.in_force(), timezone.localdate() + timedelta(days=2)
    later = {"when": "later", "day": day.isoformat(), "time": "07:00", "zone": "Europe/Madrid"}
    signed_in(lead).post(address("publish-protocol", sent), later)
    assert editions.in_force() == before
    assert state_of(sent) == State.SCHEDULED
    sent.refresh_from_db()
    assert sent.published_at.astimezone(ZoneInfo("Europe/Madrid")).hour == 7
    publishing.withdraw(sent, by=lead)
    nearly = timezone.now() + timedelta(milliseconds=300)
    publishing.publish(sent, by=lead, at=nearly)
    assert editions.in_force() == before
    wait_until(nearly)
    assert editions.in_force() == sent


def wait_until(moment):
    """By the database's clock, which decides."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep_until(%s::timestamptz)", [moment + timedelta(milliseconds=20)])


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"day": "", "time": "07:00"}, "day"),
        ({"day": "2030-01-01", "time": ""}, "time"),
        ({"day": "2020-01-01", "time": "07:00"}, "time"),
        ({"day": "2031-03-30", "time": "02:30", "zone": "Europe/Madrid"}, "time"),
        ({"day": "2030-01-01", "time": "07:00", "zone": "Mars/Olympus"}, "zone"),
    ],
)
def test_a_time_that_cannot_be_is_told_beside_its_field(sent, lead, signed_in, typed, field):
    refused = signed_in(lead).post(address("publish-protocol", sent), {"when": "later", **typed})
    assert refused.status_code == 422
    assert field in refused.context["form"].errors
    assert state_of(sent) == State.WAITING


def test_it_can_be_withdrawn_before_its_time(sent, lead, admin, signed_in):
    publishing.publish(sent, by=lead, at=timezone.now() + SOON, zone="UTC")
    with pytest.raises(drafts.NotADraft):
        change(sent, "stay-calm", by=admin, title={"en": "Later"})
    signed_in(admin).post(address("protocol-deed", sent, "withdraw"))
    assert state_of(sent) == State.WAITING
    sent.draft.refresh_from_db()
    assert (sent.draft.approved_by, sent.draft.zone) == (None, "")


# Retired ---------------------------------------------------------------------------------------------------------


def test_retired_it_begins_nothing_and_the_one_before_is_used_again(departure, admin, lead, signed_in):
    before = editions.in_force()
    made = published("Breathe first", by=admin, lead=lead)
    signed_in(lead).post(address("protocol-deed", made, "retire"))
    assert editions.in_force() == before
    assert state_of(made) == State.RETIRED
    assert editions.steps_of(made.pk, "en")[0].title == "Breathe first"
    assert is_refused("DELETE FROM protocols_retirement WHERE version_id = %s", made.pk)


def test_there_is_always_a_published_one(lead, signed_in):
    newest = editions.in_force()
    publishing.retire(newest, by=lead)
    last = editions.in_force()
    told = signed_in(lead).post(address("protocol-deed", last, "retire"), follow=True).content.decode()
    assert "Not retired" in told
    assert editions.in_force() == last
    assert is_refused(
        "INSERT INTO protocols_retirement (version_id, by_id, at) VALUES (%s, %s, now())", last.pk, lead.pk
    )


@pytest.mark.django_db(transaction=True)
def test_two_who_retire_the_last_two_at_once_leave_one(lead, monkeypatch):
    newest, before = list(every())
    meet_after(monkeypatch, publishing.Retirement.objects, "create")

    def retire(version):
        try:
            return bool(publishing.retire(version, by=lead))
        except publishing.LastOne:
            return False

    assert sorted(both(lambda: retire(newest), lambda: retire(before))) == [False, True]
    assert Retirement.objects.count() == 1
