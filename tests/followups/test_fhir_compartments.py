"""What never leaves: other compartments, other people. Rare words are planted there and looked for in every file."""

import json
import uuid
from datetime import UTC, datetime, timedelta
from zoneinfo import available_timezones

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Site
from followups import contact_attempts, decisions, overrides
from followups.models import ContactAttempt, FollowUp
from resources.models import Resource
from sessions_app import checklist, departures, levels, participants, reports, reviews
from sessions_app.models import (
    AgeBand,
    Channel,
    Client,
    Composition,
    ContactPermission,
    Ending,
    Format,
    ResponseLevel,
)
from sessions_app.models.departures import Kind
from tests.followups.fhir_checks import at, of_kind, problems_of, readable
from tests.followups.test_fhir_bundles import EVERYTHING, VERSIONS, file_of, good_files, sign
from tests.forging import forge_content

PLANTED = {
    "returned": "okapi-returned",
    "feedback": "narwhal-feedback",
    "private": "axolotl-in-confidence",
    "state": "wolverine-state",
    "kept": "lynx-kept-apart",
    "decision": "pangolin-decision",
    "override": "tapir-override",
    "number": "+1 555 0142",
    "whereabouts": "12 Kestrel Row",
}


@pytest.fixture
def reviewed(departure, therapist, supervisor):
    """A departure whose other compartments are full of words that stand nowhere else."""
    facts = {"stays-private": PLANTED["private"]}
    checklist.note(departure, slug="discuss-implications", facts=facts, op_id=uuid.uuid4(), by=therapist)
    levels.set_level(departure, level=ResponseLevel.ELEVATED, op_id=uuid.uuid4(), by=therapist)
    where = {"address_today": PLANTED["whereabouts"], "callback_number": "", "country_today": ""}
    departures.change_whereabouts(departure, by=therapist, **where)
    departures.end(departure, ending=Ending.LEFT, by=therapist)
    report = sign(departure, account="They left.")
    beside_the_chart(report)
    reviews.return_to_author(report, message=PLANTED["returned"], by=supervisor)
    reports.add_addendum(report, text="They rang.", by=therapist)
    said = {"outcome": "with_learning", "colleague_state": "support_now", "message": PLANTED["feedback"]}
    reviews.sign_off(report, by=supervisor, **said)
    decisions.propose(departure, choice="keep_trying", words=PLANTED["decision"], by=therapist)
    call = departure.follow_ups.open().exclude(channel="").first()
    overrides.ask(call, channels=["phone"], grounds=["client"], words=PLANTED["override"], by=therapist)
    return departure


def beside_the_chart(report):
    """An older Doorway signed more than the chart: such rows stand for ever, and no lock lets them be written now."""
    more = {"author_state": PLANTED["state"], "kept_private": [["Stays private", PLANTED["kept"]]]}
    forge_content(**more)
    report.refresh_from_db()


def test_no_word_of_another_compartment_is_in_a_file(reviewed):
    for made in good_files(reviewed):
        words = readable(made)
        assert "They rang." in words, "the chart is there"
        for planted in [*PLANTED.values(), "support now", "support_now"]:
            assert planted not in words
        assert "review" not in words.lower(), "not even that there is one"


@pytest.mark.parametrize("level", ResponseLevel)
def test_what_the_house_does_among_itself_is_not_in_the_plan(departure, therapist, supervisor, level):
    """A supervisor's look at the report is a task like others; the chart does not mention it."""
    departures.change_setting(departure, format="video", composition="couple", age_band="13_17", by=therapist)
    levels.set_level(departure, level=level, op_id=uuid.uuid4(), by=therapist)
    departures.they_have_gone(departure, op_id=uuid.uuid4(), by=therapist)
    kept = departure.follow_ups.filter(channel="", owner=supervisor)
    assert kept.exists()
    for made in good_files(departure):
        words = readable(made)
        assert not any(each.title in words for each in kept)
        assert "Tell the safeguarding lead today" in words, "what the therapist does for the client is"
        assert "review" not in words.lower()


PARTNER = ["zq-other-ref", "Zuleika", "afraid-of-going-home", "xylophone-note", "quince-attempt"]


def test_the_file_of_one_of_a_couple_holds_nothing_of_the_other(client_0417, therapist, supervisor, session, starter):
    facts = {"reference": PARTNER[0], "preferred_name": PARTNER[1]}
    partner = Client.objects.create(therapist=therapist, team=therapist.team, **facts)
    scope = ContactPermission.Scope.FULL
    ContactPermission.objects.create(client=partner, channel=Channel.PHONE, scope=scope, address="+1 555 0199")
    session.composition = Composition.COUPLE
    session.save()
    session.clients.add(partner)
    first = departures.log(id=uuid.uuid4(), by=therapist, session=session)
    first = departures.choose_client(first, client=client_0417, by=therapist)
    other = participants.look_after(first, id=uuid.uuid4(), client=partner, by=therapist)
    checklist.note(other, slug="express-empathy", facts={"quote": PARTNER[2]}, op_id=uuid.uuid4(), by=therapist)
    said = {"slug": "offer-options", "outcome": "not_applicable", "note": PARTNER[3]}
    checklist.record(other, op_id=uuid.uuid4(), by=therapist, **said)
    for each in (first, other):
        levels.set_level(each, level=ResponseLevel.ELEVATED, op_id=uuid.uuid4(), by=therapist)
        departures.end(each, ending=Ending.LEFT, by=therapist)
        sign(each)
    call = other.follow_ups.open().exclude(channel="").first()
    tried = {"channel": "phone", "result": "no_answer", "note": PARTNER[4]}
    contact_attempts.record(call, op_id=uuid.uuid4(), by=therapist, **tried)
    for mine, theirs in zip(good_files(first), good_files(other), strict=True):
        assert not [each for each in [*PARTNER, str(other.pk)] if each in json.dumps(mine) + readable(mine)]
        assert all(each in readable(theirs) for each in PARTNER), "they would have been found"
        shared = {each["fullUrl"] for each in mine["entry"]} & {each["fullUrl"] for each in theirs["entry"]}
        kinds = {each["resource"]["resourceType"] for each in mine["entry"] if each["fullUrl"] in shared}
        assert kinds <= {"Practitioner", "Organization", "Location", "PlanDefinition"}, "no name leads to the other"


def test_more_of_everything_asks_the_database_no_more(departure, therapist, supervisor, starter):
    levels.set_level(departure, level=ResponseLevel.NONE_IDENTIFIED, op_id=uuid.uuid4(), by=therapist)
    report = sign(departure)
    call = departure.follow_ups.open().exclude(channel="").first()
    contact_attempts.record(call, channel="phone", result="no_answer", op_id=uuid.uuid4(), by=therapist)
    reports.add_addendum(report, text="More.", by=therapist)
    file_of(departure, **EVERYTHING)  # what is read once per process is read now
    before = statements(departure)
    for _again in range(4):
        contact_attempts.record(call, channel="phone", result="no_answer", op_id=uuid.uuid4(), by=therapist)
        reports.add_addendum(report, text="More.", by=therapist)
    levels.set_level(departure, level=ResponseLevel.IMMEDIATE, op_id=uuid.uuid4(), by=therapist)
    lines = Resource.objects.with_contacts()[:3]
    checklist.give(departure, resources=lines, way="card", taken="yes", op_id=uuid.uuid4(), by=therapist)
    after = statements(departure)
    assert len(after) == len(before) <= 27, "\n".join(after)


def statements(departure):
    with CaptureQueriesContext(connection) as captured:
        file_of(departure, **EVERYTHING)
    return [each["sql"] for each in captured]


MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=25)
ROWS = st.fixed_dictionaries(
    {
        "format": st.sampled_from(Format.values),
        "composition": st.sampled_from(Composition.values),
        "age_band": st.sampled_from(AgeBand.values),
        "kind": st.sampled_from(["", *Kind.values]),
        "ending": st.sampled_from(["", *Ending.values]),
        "is_late_entry": st.booleans(),
        "began_at": MOMENTS,
        "minutes": st.integers(0, 600),
        "starts": st.none() | st.integers(-300, 300),
        "zone": st.sampled_from(sorted(available_timezones())),
        "level": st.sampled_from(["", *ResponseLevel.values]),
        "texts": st.tuples(TEXT, TEXT, TEXT, TEXT, TEXT, TEXT),
        "result": st.sampled_from(ContactAttempt.Result.values),
        "channel": st.sampled_from(Channel.values),
        "has_client": st.booleans(),
        "is_void": st.booleans(),
    }
)


@given(row=ROWS, version=st.sampled_from(VERSIONS))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_whatever_is_written_and_whenever_the_file_is_good(therapist, client_0417, row, version):
    """Every field with whatever the database takes, words of control characters and odd spaces among it."""
    with transaction.atomic():
        departure = written(therapist, client_0417, row)
        made = file_of(departure, version, **EVERYTHING)
        assert problems_of(made, version) == []
        for span in ("period", "actualPeriod"):
            found = of_kind(made, "Encounter")[0].get(span, {})
            assert "end" not in found or at(found["end"]) >= departure.began_at.replace(microsecond=0)
        transaction.set_rollback(True)


def written(therapist, client, row):
    reference, name, place, account, note, reason = row["texts"]
    client.reference, client.preferred_name = reference, name
    client.save()
    Site.objects.filter(pk=therapist.site.pk).update(name=place, time_zone=row["zone"])
    ended = row["began_at"] + timedelta(minutes=row["minutes"]) if row["ending"] else None
    kept = ["format", "composition", "age_band", "kind", "ending", "is_late_entry", "began_at"]
    facts = {name: row[name] for name in kept} | {"client": client if row["has_client"] else None}
    if row["is_void"]:
        facts |= {"voided_at": timezone.now(), "voided_by": therapist, "void_reason": "Mistake"}
    departure = departures.log(id=uuid.uuid4(), by=therapist, session=session_of(therapist, row))
    for name, value in ({"ended_at": ended} | facts).items():
        setattr(departure, name, value)
    departure.save()
    if row["level"]:
        levels.set_level(departure, level=row["level"], op_id=uuid.uuid4(), by=therapist)
    for follow_up in departure.follow_ups.all():
        FollowUp.objects.filter(pk=follow_up.pk).update(title=reason)
        tried = {"channel": row["channel"], "result": row["result"], "note": note, "occurred_at": row["began_at"]}
        ContactAttempt.objects.create(follow_up=follow_up, departure=departure, by=therapist, **tried)
    report = sign(departure, account=account)
    reports.add_addendum(report, text=note or "Nothing", by=therapist)
    return departure


def session_of(therapist, row):
    if row["starts"] is None:
        return None
    starts = row["began_at"] + timedelta(minutes=row["starts"])
    return therapist.therapy_sessions.create(site=therapist.site, starts_at=starts)
