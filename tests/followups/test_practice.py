"""An exercise at the highest level, beside real work: nobody is told, nothing is counted, nobody else sees it."""

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import get_resolver, reverse
from django.utils import timezone

from accounts.models import Role
from followups import (
    absences,
    badge,
    calendars,
    clock,
    contact_attempts,
    decisions,
    deliveries,
    digests,
    escalations,
    follow_ups,
    health,
    invariants,
    on_call,
    overrides,
    reminders,
)
from followups.models import Delivery, FollowUp, HandOver, NotificationPreferences, Reminder
from resources import finding
from resources.models import NumberReport, Resource, SearchGap
from sessions_app import checklist, departures, exercises, help_calls, levels, practice, quality, recalls, reports
from sessions_app.models import DepartureEvent, DepartureReport, Exercise, HelpCall
from tests.test_access import doors, parameters_of

MARK = "data-practice"
State = Reminder.State


@pytest.fixture
def practise(therapist, starter):
    """Go through an exercise with everything it can hold. Returns its first departure."""

    def go():
        script = next(each for each in exercises.every("en") if each.slug == "drunk-and-driving")
        made = practice.departures_of(practice.begin(script, id=uuid.uuid4(), by=therapist))[0]
        deeds_of(made, by=therapist)
        return made

    return go


def deeds_of(departure, *, by):
    """What one would do in earnest, up to the signature, and a day late with the call."""
    checklist.note(departure, slug="check-safety", facts={"concerns": ["self_harm"]}, op_id=uuid.uuid4(), by=by)
    levels.set_level(departure, level="immediate", op_id=uuid.uuid4(), by=by)
    lines = [Resource.objects.with_contacts().filter(contact_points__kind="voice").first()]
    checklist.give(departure, resources=lines, way="card", taken="yes", op_id=uuid.uuid4(), by=by)
    departures.they_have_gone(departure, op_id=uuid.uuid4(), by=by)
    call = departure.follow_ups.open().exclude(channel="").first()
    contact_attempts.record(call, channel="phone", result="no_answer", op_id=uuid.uuid4(), by=by)
    overrides.ask(call, channels=["phone"], grounds=["client"], words="Why now", by=by)
    decisions.propose(departure, choice="keep_trying", words="Why", by=by)
    escalations.acknowledge(call, by=by)
    follow_ups.move(call, to=timezone.now() - timedelta(hours=3), reason="Later", by=by)
    report = reports.draft_for(departure, by=by)
    reports.save_draft(report, by=by, account="Short.")
    quality.keep_state(report, by=by, author_state="shaken")
    reports.sign(report, by=by)


def make_late():
    """A week has passed since anything was due, also for the digests."""
    week_ago = clock.now() - timedelta(days=7)
    Reminder.objects.update(due_at=week_ago)
    FollowUp.objects.open().update(due_at=week_ago)
    digests.begin_for_everybody()
    NotificationPreferences.objects.update(digest_due_at=week_ago, wants_digest=True)


def sweep_and_drain():
    reminders.sweep(clock_name="beat")
    deliveries.drain()


def test_nobody_is_told_of_an_exercise(practise, therapist, supervisor, mailoutbox, hire):
    hire("Lea Lead", Role.SUPERVISOR, is_clinical_lead=True)
    on_duty = hire("Ola Duty", Role.THERAPIST)
    now = timezone.now()
    on_call.add(site=therapist.site, person=on_duty, starts_at=now, ends_at=now + timedelta(days=1), by=supervisor)
    departure = practise()
    make_late()
    sweep_and_drain()
    sweep_and_drain()
    assert Delivery.objects.exclude(kind=Delivery.Kind.CANARY).count() == 0
    assert mailoutbox == []
    assert set(Reminder.objects.values_list("state", flat=True)) == {State.PRACTICE, State.STOPPED}
    assert not any(invariants.broken(clock.now() + timedelta(days=1), using="default").values())
    assert departure.follow_ups.exclude(owner=therapist).count() == 0


def test_the_same_deeds_in_earnest_do_tell_people(therapist, supervisor, departure, starter):
    """Otherwise the test above would prove nothing."""
    deeds_of(departure, by=therapist)
    make_late()
    sweep_and_drain()
    kinds = set(Delivery.objects.values_list("kind", flat=True))
    assert {Delivery.Kind.REMINDER, Delivery.Kind.SECOND, Delivery.Kind.DIGEST} <= kinds


def figures(therapist, supervisor):
    """Everything that counts or lists for one or the other."""
    now = clock.now()
    own = DepartureEvent.objects.of(therapist).real()
    people = {"therapist": therapist, "supervisor": supervisor}
    return {
        **{f"badge {who}": badge.count_for(person) for who, person in people.items()},
        **{f"digest {who}": digests.counts_of(person, now=now) for who, person in people.items()},
        **{f"calendar {who}": len(calendars.shown_to(person)) for who, person in people.items()},
        **{f"overrides {who}": len(overrides.waiting_for(person)) for who, person in people.items()},
        **{f"decisions {who}": len(decisions.waiting_for(person)) for who, person in people.items()},
        **{f"recalls {who}": len(recalls.waiting_for(person)) for who, person in people.items()},
        "to review": DepartureReport.objects.visible_to(supervisor).to_review().count(),
        "reports of the team": DepartureReport.objects.visible_to(supervisor).count(),
        "departures of the team": DepartureEvent.objects.visible_to(supervisor).count(),
        "late in the team": FollowUp.objects.visible_to(supervisor).late(now).count(),
        "open": len(departures.open_of(therapist)),
        "unfinished": len(departures.unfinished_of(therapist)),
        "waiting": len(reports.for_now(therapist)),
        "counted": departures.counted(own.standing()),
        "health": {k: v for k, v in health.report().items() if "seconds" not in k},
        "help": HelpCall.objects.count(),
        "messages": Delivery.objects.count(),
        "gaps": SearchGap.objects.count(),
        "said not to work": NumberReport.objects.count(),
        "found": len(finding.find(Resource.objects.giveable(), "", home="US", at=now).rows),
    }


def test_with_an_exercise_every_figure_is_what_it_was_without(practise, therapist, supervisor, departure, starter):
    deeds_of(departure, by=therapist)
    prove_wrong(departure)
    before = figures(therapist, supervisor)
    assert before["to review"] == before["open"] + 1 == 1
    assert before["recalls therapist"] == 1
    assert before["late in the team"] > 0
    practised = practise()
    prove_wrong(practised)
    assert figures(therapist, supervisor) == before


def prove_wrong(departure):
    """What was given turns out to be another number."""
    given = departure.given_resources.get()
    given.resource.contact_points.update(changed_at=timezone.now() + timedelta(minutes=1), dial="5550199")


LISTS = ["now", "start-departure", "clients", "follow-ups", "follow-ups-due", "help-calls", "recalled", "hand-offs"]
LISTS += ["earlier-departure", "add-session", "waiting-for-second", "absences"]
OF_OTHERS = ["review-queue", "follow-ups", "failed-deliveries", "waiting-for-second", "help-calls", "help-asked"]
OF_OTHERS += ["recalled", "absences", "hand-offs", "on-call", "reminders-working", "practice"]


def test_no_list_shows_anything_of_an_exercise(practise, signed_in, therapist, supervisor, departure, hire):
    colleague = hire("Bo Colleague", Role.THERAPIST, Role.SUPERVISOR)
    practised = practise()
    make_late()
    for person, names in ((therapist, LISTS), (supervisor, OF_OTHERS), (colleague, OF_OTHERS)):
        browser = signed_in(person)
        for name in names:
            for headers in ({}, {"HX-Request": "true"}):
                html = browser.get(reverse(name), headers=headers).content.decode()
                assert practised.client.reference not in html, (person.name, name)
                assert str(practised.pk) not in html, (person.name, name)
                assert f"/follow-ups/{practised.follow_ups.last().pk}/" not in html, (person.name, name)


def test_who_covers_gets_nothing_of_an_exercise(practise, therapist, supervisor, hire):
    practise()
    cover = hire("Cy Cover", Role.THERAPIST)
    today = timezone.localdate()
    absences.enter(person=therapist, cover=cover, starts_on=today, ends_on=today, note="Away.", by=supervisor)
    make_late()
    sweep_and_drain()
    assert HandOver.objects.count() == 0
    assert FollowUp.objects.visible_to(cover).count() == 0


def test_nobody_else_opens_a_page_of_an_exercise(practise, signed_in, therapist, supervisor, admin):
    addresses = addresses_of(practise())
    for person in (supervisor, admin):
        browser = signed_in(person)
        assert {browser.get(address).status_code for address in addresses.values()} <= {302, 403, 404, 405}


def addresses_of(departure):
    """Every address that shows something of this exercise, by the names of its parameters."""
    facts = {
        "departure_id": departure.pk,
        "client_id": departure.client_id,
        "session_id": departure.session_id,
        "practice_session_id": departure.session_id,
        "exercise_id": departure.session.exercise.pk,
        "pk": departure.follow_ups.open().exclude(channel="").first().pk,
        "override_id": departure.overrides.first().pk,
        "slug": "respect-decision",
        "phase": "connect",
    }
    found = {}
    for name, _view in doors():
        wanted = set(parameters_of(name)) if get_resolver().reverse_dict.getlist(name) else set()
        if wanted - {"slug", "phase"} and wanted <= set(facts):
            found[name] = reverse(name, kwargs={each: facts[each] for each in wanted})
    return found


def test_every_screen_of_an_exercise_says_that_it_is_one(practise, signed_in, therapist, departure):
    practised = practise()
    browser, unmarked, seen = signed_in(therapist), [], set()
    for name, address in addresses_of(practised).items():
        answer = browser.get(address)
        is_page = answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html")
        if is_page:
            seen.add(name)
            unmarked += [name] if MARK not in answer.content.decode() else []
    assert unmarked == []
    assert {"departure", "report", "plan", "what-when", "attempts", "letter", "record-contact", "client"} <= seen
    assert {"session", "give-resources", "override", "decide-status", "exercise", "debrief"} <= seen
    assert MARK not in browser.get(reverse("departure", args=[departure.pk])).content.decode()


def test_before_it_is_signed_the_report_says_so_too_and_so_do_the_cards(signed_in, therapist, starter):
    script = next(each for each in exercises.every("en") if each.slug == "calm-exit")
    departure = practice.departures_of(practice.begin(script, id=uuid.uuid4(), by=therapist))[0]
    browser = signed_in(therapist)
    for name in ("report", "check-report", "end-departure", "void-departure", "choose-client"):
        assert MARK in browser.get(reverse(name, args=[departure.pk])).content.decode(), name
    resource = Resource.objects.giveable().for_country("US").first()
    query = {"resources": resource.pk, "cards": "1", "way": "card", "taken": "yes", "safe_at_home": "yes"}
    html = browser.post(reverse("give-resources", args=[departure.pk]), query).content.decode()
    assert "practice=yes" in html
    assert MARK in browser.get(f"{reverse('resource-cards')}?r={resource.pk}&practice=yes").content.decode()


def test_the_plan_shows_when_reminders_would_have_gone_out(practise, signed_in, therapist, supervisor):
    practised = practise()
    html = signed_in(therapist).get(reverse("what-when", args=[practised.pk])).content.decode()
    assert "In an exercise nobody is." in html
    assert "The clinical lead" in html, "the steps of the ladder stand there as in earnest"
    exercise = Exercise.objects.get()
    assert "who owns it" in signed_in(therapist).get(reverse("debrief", args=[exercise.pk])).content.decode()


def test_who_could_be_second_in_earnest_is_not_in_an_exercise(practise, signed_in, therapist, supervisor):
    practised = practise()
    override, decision = practised.overrides.get(), practised.decisions.get()
    browser = signed_in(supervisor)
    assert browser.get(reverse("override", args=[override.pk])).status_code == 404
    assert browser.post(reverse("override", args=[override.pk]), {"answer": "confirm"}).status_code == 404
    assert browser.post(reverse("answer-decision", args=[decision.pk]), {"answer": "agree"}).status_code == 404
    call = practised.follow_ups.open().exclude(channel="").first()
    html = signed_in(therapist).get(reverse("change-follow-up", args=[call.pk])).content.decode()
    assert supervisor.name not in html.split("<main")[1], "nothing of it can be handed to anybody"


def test_the_database_never_lets_a_reminder_of_an_exercise_wait_to_be_sent(practise, therapist, departure):
    levels.set_level(departure, level="elevated", op_id=uuid.uuid4(), by=therapist)
    real = Reminder.objects.filter(follow_up__departure=departure).first()
    practised = Reminder.objects.filter(state=State.PRACTICE).first() or practise_one(practise)
    for row, state in ((practised, State.SCHEDULED), (practised, State.FIRED), (real, State.PRACTICE)):
        with pytest.raises(IntegrityError), transaction.atomic():
            Reminder.objects.filter(pk=row.pk).update(state=state)
    with pytest.raises(IntegrityError), transaction.atomic():
        Reminder.objects.filter(pk=real.pk).update(follow_up=practised.follow_up)
    stopped = Reminder.objects.filter(state=State.STOPPED, follow_up__departure__is_practice=True).first()
    with pytest.raises(IntegrityError), transaction.atomic():
        Reminder.objects.filter(pk=stopped.pk).update(state=State.SCHEDULED)
    fresh = Reminder(follow_up=practised.follow_up, recipient=therapist, time_zone="UTC")
    with pytest.raises(IntegrityError), transaction.atomic():
        reminders.timed(fresh, timezone.now()).save()


def practise_one(practise):
    return Reminder.objects.filter(state=State.PRACTICE, follow_up__departure=practise()).first()


def test_a_real_call_for_help_during_an_exercise_tells_people(practise, signed_in, therapist, supervisor):
    practise()
    signed_in(therapist).post(reverse("ask-for-help"))
    assert Delivery.objects.filter(kind=Delivery.Kind.HELP, recipient=supervisor).exists()
    assert help_calls.open_of(therapist)
