"""Made-up clients, sessions and departures, written with the same verbs as real ones."""

import uuid
from datetime import time, timedelta

from django.db.models import F
from django.utils import timezone

from accounts.supervision import supervisors_of
from protocols.models import Outcome
from resources.models import Resource
from sessions_app import checklist, departures, levels, quality, reports, reviews
from sessions_app.models import (
    AgeBand,
    Channel,
    Client,
    Composition,
    ContactPermission,
    DepartureReport,
    Ending,
    Format,
    ResponseLevel,
    Review,
    ReviewTask,
    TherapySession,
)

Scope = ContactPermission.Scope
HALF_HOUR = 30
AT_HOME_ALONE = time(17)  # from then on nobody else hears what is left on the machine

#: reference, preferred name, phone scope, voicemail scope, text scope
CLIENTS = {
    "ana": [
        ("0417", "", Scope.PRACTICE_NAME, Scope.CALL_BACK_ONLY, Scope.FULL),
        ("0032", "Robin", Scope.CALL_BACK_ONLY, Scope.NONE, Scope.CALL_BACK_ONLY),
        ("0288-A", "", Scope.PRACTICE_NAME, Scope.NONE, Scope.NONE),
        ("0288-B", "", Scope.PRACTICE_NAME, Scope.NONE, Scope.NONE),
        ("0126", "", Scope.FULL, Scope.FULL, Scope.FULL),
        ("0511", "", Scope.PRACTICE_NAME, Scope.CALL_BACK_ONLY, Scope.CALL_BACK_ONLY),
        ("0733", "", Scope.PRACTICE_NAME, Scope.NONE, Scope.NONE),
    ],
    "tom": [
        ("H-019", "", Scope.PRACTICE_NAME, Scope.CALL_BACK_ONLY, Scope.FULL),
        ("H-044", "Alex", Scope.FULL, Scope.CALL_BACK_ONLY, Scope.FULL),
        ("H-052", "", Scope.CALL_BACK_ONLY, Scope.NONE, Scope.NONE),
    ],
}
AGES = {"0733": AgeBand.TEEN}
GROUP = ["0417", "0032", "0126", "0511"]
STREET = {"US": "14 Example Street, Albany, NY", "GB": "3 Example Lane, Leeds"}
PHONE = {"US": "+1 555 0142", "GB": "0113 496 0142"}


def clients(people):
    """The caseloads with their contact permissions, made if they are missing, as {reference: Client}."""
    made = {}
    for who, caseload in CLIENTS.items():
        for reference, preferred_name, *scopes in caseload:
            client = Client.objects.filter(team=people[who].team).known_as(reference).first()
            made[reference] = client or new_client(people[who], reference, preferred_name, scopes)
    return made


def new_client(therapist, reference, preferred_name, scopes):
    age_band = AGES.get(reference, AgeBand.ADULT)
    facts = {"reference": reference, "preferred_name": preferred_name, "age_band": age_band}
    client = Client.objects.create(therapist=therapist, team=therapist.team, **facts)
    permit(client, scopes)
    return client


def permit(client, scopes):
    number = PHONE[client.team.site.country]
    channels = [(Channel.PHONE, None), (Channel.VOICEMAIL, AT_HOME_ALONE), (Channel.TEXT, None)]
    for (channel, safe_from), scope in zip(channels, scopes, strict=True):
        facts = {"channel": channel, "scope": scope, "address": number, "safe_from": safe_from}
        ContactPermission.objects.create(client=client, **facts)


def sessions_around_now(people, clients):
    """See to it that each therapist has a session right now, and others later today."""
    now = timezone.now()
    begun = now.replace(minute=now.minute // HALF_HOUR * HALF_HOUR, second=0, microsecond=0)
    plan = {
        "ana": [
            (0, ["0417"], {"room": "Room 3"}),
            (1, ["0032"], remote(people["ana"])),
            (2, ["0288-A", "0288-B"], {"composition": Composition.COUPLE, "room": "Room 1"}),
            (3, ["0733"], {"room": "Room 3"}),
            (4, GROUP, {"composition": Composition.GROUP, "room": "Group room", "planned_minutes": 90}),
        ],
        "tom": [(0, ["H-044"], {"room": "Blue room"}), (1, ["H-052"], remote(people["tom"]))],
    }
    for who, sessions in plan.items():
        if TherapySession.objects.filter(therapist=people[who], starts_at__range=(begun, now)).exists():
            continue
        for hours, references, facts in sessions:
            starts_at = begun + timedelta(hours=hours)
            session = TherapySession.objects.create(
                therapist=people[who], site=people[who].site, starts_at=starts_at, **facts
            )
            session.clients.set([clients[reference] for reference in references])


def remote(therapist):
    country = therapist.site.country
    return {
        "format": Format.VIDEO,
        "address_today": STREET[country],
        "callback_number": PHONE[country],
        "country_today": country,
    }


def departure(client, *, hours_ago, level=None, done=(), facts=None, has_gone=True, **session_facts):
    """A departure of `client` as its therapist logged it, in the middle of a session, `hours_ago` hours ago."""
    therapist, began_at = client.therapist, timezone.now() - timedelta(hours=hours_ago)
    session = TherapySession.objects.create(
        therapist=therapist, site=therapist.site, starts_at=began_at - timedelta(minutes=22), **session_facts
    )
    session.clients.add(client)
    made = departures.log(id=uuid.uuid4(), by=therapist, began_at=began_at, session=session)
    for minute, slug in enumerate(done, start=1):
        at = began_at + timedelta(minutes=minute / 2)
        checklist.record(made, slug=slug, outcome=Outcome.DONE, by=therapist, op_id=uuid.uuid4(), at=at)
    for slug, noted in (facts or {}).items():
        checklist.note(made, slug=slug, facts=noted, by=therapist, op_id=uuid.uuid4(), at=began_at)
    if level:
        levels.set_level(made, level=level, by=therapist, op_id=uuid.uuid4(), at=began_at + timedelta(minutes=1))
    if has_gone:
        departures.they_have_gone(made, op_id=uuid.uuid4(), by=therapist, at=began_at + timedelta(minutes=6))
    made.refresh_from_db()
    return made


def give(departure, slug):
    entry = Resource.objects.with_contacts().get(slug=slug)
    checklist.give(departure, resources=[entry], way="spoken", taken="yes", op_id=uuid.uuid4(), by=departure.therapist)


def signed(departure, *, reason, account, hours_ago, author_state="steady"):
    """The departure's report, written and signed; it has been waiting for `hours_ago` hours."""
    report = reports.draft_for(departure, by=departure.therapist)
    reports.save_draft(report, by=departure.therapist, main_reason=reason, account=account)
    quality.keep_state(report, author_state=author_state, by=departure.therapist)
    report = reports.sign(report, by=departure.therapist)
    ago = timedelta(hours=hours_ago)
    DepartureReport.objects.filter(pk=report.pk).update(submitted_at=timezone.now() - ago)
    ReviewTask.objects.filter(report=report).update(due_at=F("due_at") - ago, sent_at=F("sent_at") - ago)
    return report


def supervisor(departure):
    return supervisors_of(departure.therapist)[0]


def tell(clients):
    """Six departures in six states of care. Returns the one whose first follow-up the demo makes due soon."""
    waiting(clients["0032"])
    returned(clients["0511"])
    closed(clients["0126"])
    stayed(clients["H-019"])
    immediate(clients["H-052"])
    return fresh(clients["H-044"])


def waiting(client):
    """Elevated, on video, signed yesterday: waits for the supervisor."""
    found = departure(
        client,
        hours_ago=27,
        level=ResponseLevel.ELEVATED,
        done=["stay-calm", "express-empathy", "encourage-communication", "explore-reason"],
        facts={
            "check-safety": {"concerns": ["self_harm"], "basis": ["said"], "actions-taken": ["supervisor_told"]},
            "explore-reason": {"reasons": ["painful_topic"], "reasons-source": "stated"},
            "respect-decision": {"left-how": "unknown", "permission-to-contact": "yes"},
        },
        format=Format.VIDEO,
        address_today=STREET["US"],
        callback_number=PHONE["US"],
    )
    give(found, "us-988-lifeline")
    signed(
        found,
        reason="painful_topic",
        hours_ago=25,
        author_state="shaken",
        account="We had reached the anniversary. They said “I can't do this”, turned the camera off and ended the "
        "call. I rang the call-back number after two minutes; they answered, cried, and asked me to call tomorrow.",
    )


def returned(client):
    found = departure(
        client,
        hours_ago=76,
        level=ResponseLevel.SOME_CONCERN,
        done=["stay-calm", "express-empathy", "offer-options"],
        facts={"offer-options": {"options-declined": ["short_break", "step_out"]}},
    )
    report = signed(found, reason="overwhelmed", hours_ago=70, account="They stood up during the exercise and left.")
    reviews.return_to_author(
        report,
        by=supervisor(found),
        message="Thank you for offering a break so early. One question, at the account.",
        comments={"account": "Could you add what they said about getting home?"},
    )


def closed(client):
    found = departure(
        client,
        hours_ago=100,
        level=ResponseLevel.NONE_IDENTIFIED,
        done=["stay-calm", "express-empathy", "validate-feelings", "respect-decision"],
        facts={"respect-decision": {"left-how": "foot", "permission-to-contact": "yes"}},
    )
    report = signed(found, reason="outside_event", hours_ago=95, account="A call from school; they had to go at once.")
    reviews.sign_off(
        report,
        by=supervisor(found),
        outcome=Review.Outcome.APPROPRIATE,
        colleague_state=Review.ColleagueState.FINE,
        message="Clear and kind. You let them go without a fuss and asked how to reach them. Nothing to add.",
    )


def stayed(client):
    done = ["stay-calm", "express-empathy", "offer-options"]
    found = departure(client, hours_ago=50, done=done, has_gone=False)
    departures.end(found, ending=Ending.STAYED, at=found.began_at + timedelta(minutes=5), by=found.therapist)


def immediate(client):
    found = departure(
        client,
        hours_ago=5,
        level=ResponseLevel.IMMEDIATE,
        done=["stay-calm"],
        facts={"check-safety": {"actions-taken": ["emergency_call", "supervisor_told"], "basis": ["said"]}},
        format=Format.VIDEO,
        address_today=STREET["GB"],
        callback_number=PHONE["GB"],
    )
    signed(
        found,
        reason="overwhelmed",
        hours_ago=3,
        author_state="wants_to_talk",
        account="They named a plan and ended the call. I rang 999 and stayed on the line until the crew was there.",
    )


def fresh(client):
    """This morning, nothing asked any more: safety could not be assessed. The report is still a draft."""
    found = departure(client, hours_ago=4, done=["stay-calm"])
    reports.draft_for(found, by=found.therapist)
    return found
