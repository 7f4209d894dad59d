"""No page asks the database more often because there is more in it."""

import uuid
from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts import invitations
from accounts.models import Role, Team
from followups import contact_attempts
from resources.models import Resource
from sessions_app import checklist, departures, exercises, levels, practice, reports, reviews
from sessions_app.models import Client, Exercise, ResponseLevel, TherapySession
from tests.accounts.keys import passkey_of
from tests.test_access import copy_for, ties_of

#: Statements at most, for the pages that matter most under stress; every other page only must not grow.
LIMITS = {
    "now": 12,
    "departure": 12,
    "review-queue": 9,
    "review": 9,
    "report": 11,
    "check-report": 15,
    "resources": 6,
    "reminders-working": 28,
}
LIMITS |= {"failed-contacts": 14}
LIMITS |= {"client-copy": 21}  # all charts of a client, what became of the request, and its packages
OF_A_CHART = ["papers", "chart", "chart-style", "chart-text", "copy-chart", "copy-style"]
LIMITS |= dict.fromkeys(OF_A_CHART, 18)  # everything of a departure, each kind of row once
LIMITS["debrief"] = 17  # one look at everything that can be recorded, after the exercise
OF_THE_THERAPIST = [
    "now",
    "start-departure",
    "earlier-departure",
    "departure",
    "choose-client",
    "end-departure",
    "whereabouts",
    "emergency",
    "help-calls",
    "my-help-call",
    "void-departure",
    "note-details",
    "give-resources",
    "clients",
    "add-client",
    "bring-in",
    "client",
    "who-looked",
    "add-session",
    "session",
    "report",
    "check-report",
    "quality",
    "private-notes",
    "erase-private-notes",
    "follow-ups",
    "follow-ups-due",
    "absences",
    "notifications",
    "follow-ups-count",
    "hand-offs",
    "plan",
    "what-when",
    "attempts",
    "give-at-follow-up",
    "record-contact",
    "next-attempt",
    "ask-override",
    "letter",
    "relationship",
    "patterns",
    "papers",
    "chart",
    "chart-style",
    "chart-text",
    "client-copies",
    "client-copy",
    "copy-chart",
    "copy-style",
    "decide-status",
    "waiting-for-second",
    "move-follow-up",
    "drop-follow-up",
    "change-follow-up",
    "resources",
    "resource",
    "resource-card",
    "resource-cards",
    "my-reports",
    "propose-entry",
    "inclusion-policy",
    "recalled",
    "eleven-steps",
    "guide",
    "practice",
    "exercise-script",
    "exercise",
    "debrief",
    "me",
    "time-zone",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_add_webauthn",
]
OF_THE_SUPERVISOR = ["review-queue", "review", "departure", "follow-ups", "attempts", "failed-deliveries", "resources"]
OF_THE_SUPERVISOR += ["absences", "hand-off", "hand-offs", "on-call", "waiting-for-second"]
OF_THE_SUPERVISOR += ["reminders-working", "quality", "added-to", "relationship", "last-week", "failed-contacts"]
OF_THE_SUPERVISOR += ["hand-overs", "hand-over", "who-leaves", "left-open"]
OF_THE_SUPERVISOR += ["trends", "trends-on-paper", "emergency", "emergency-reviews"]
OF_THE_SUPERVISOR += ["help-calls", "help-asked", "lower-level", "policies", "policy", "policy-what-when"]


@pytest.fixture
def add_a_day(therapist, supervisor, starter):
    """Let a day of work go by: a client, a session, a departure with everything that can hang on one."""

    def add(*, is_signed=True):
        client = Client.objects.create(reference=str(uuid.uuid4())[:8], therapist=therapist, team=therapist.team)
        now = timezone.now()
        session = TherapySession.objects.create(therapist=therapist, site=therapist.site, starts_at=now)
        session.clients.add(client)
        made = departures.log(id=uuid.uuid4(), by=therapist, session=session)
        checklist.note(made, slug="explore-reason", facts={"reasons": ["privacy"]}, op_id=uuid.uuid4(), by=therapist)
        levels.set_level(made, level=ResponseLevel.SOME_CONCERN, op_id=uuid.uuid4(), by=therapist)
        line = [Resource.objects.with_contacts().first()]
        checklist.give(made, resources=line, way="card", taken="yes", op_id=uuid.uuid4(), by=therapist)
        departures.they_have_gone(made, op_id=uuid.uuid4(), by=therapist, at=now + timedelta(seconds=5))
        call = made.follow_ups.exclude(channel="").first()
        contact_attempts.record(call, channel="phone", result="no_answer", op_id=uuid.uuid4(), by=therapist)
        report = reports.draft_for(made, by=therapist)
        if is_signed:
            reports.sign(report, by=therapist)
        practice.begin(exercises.find("three-days-of-silence"), id=uuid.uuid4(), by=therapist)
        return made

    return add


def grow(add_a_day, first):
    """More of everything, also on the departure that is looked at."""
    therapist = first.therapist
    for _day in range(3):
        add_a_day()
        passkey_of(therapist)
    for outcome in ("partly", "done", "partly"):
        checklist.record(first, slug="stay-calm", outcome=outcome, op_id=uuid.uuid4(), by=therapist)
    lines = Resource.objects.with_contacts()[2:5]
    checklist.give(first, resources=lines, way="spoken", taken="no", op_id=uuid.uuid4(), by=therapist)
    for call in first.follow_ups.open().exclude(channel=""):
        contact_attempts.record(call, channel="phone", result="no_answer", op_id=uuid.uuid4(), by=therapist)


WITHOUT_ARGUMENTS = ["now", "start-departure", "earlier-departure", "follow-ups", "follow-ups-due", "resources"]
WITHOUT_ARGUMENTS += [
    "eleven-steps",
    "guide",
    "me",
    "time-zone",
    "review-queue",
    "failed-deliveries",
    "clients",
    "add-client",
    "add-session",
]
WITHOUT_ARGUMENTS += [
    "bring-in",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "emergency",
    "emergency-reviews",
]
WITHOUT_ARGUMENTS += ["hand-overs", "who-leaves"]
WITHOUT_ARGUMENTS += ["absences", "hand-offs", "on-call", "waiting-for-second"]
WITHOUT_ARGUMENTS += ["policies", "my-reports", "recalled", "propose-entry", "inclusion-policy"]
WITHOUT_ARGUMENTS += ["notifications", "follow-ups-count"]
WITHOUT_ARGUMENTS += ["reminders-working", "practice", "added-to", "patterns", "last-week"]
WITHOUT_ARGUMENTS += ["trends", "trends-on-paper"]
WITHOUT_ARGUMENTS += ["export-resources", "api"]
WITHOUT_ARGUMENTS += ["help-calls", "help-asked", "my-help-call"]
FRAGMENTS = ["follow-ups-due", "resources", "help-asked", "my-help-call", "hand-offs", "follow-ups-count"]
FRAGMENTS += ["last-week"]
OF_A_FOLLOW_UP = [
    "give-at-follow-up",
    "record-contact",
    "next-attempt",
    "ask-override",
    "move-follow-up",
    "drop-follow-up",
    "change-follow-up",
]


OF_A_ROW = {
    "client": lambda departure: departure.client_id,
    "session": lambda departure: departure.session_id,
    **dict.fromkeys(["hand-over", "left-open"], lambda departure: departure.therapist_id),
    "client-copies": lambda departure: departure.client_id,
    "who-looked": lambda departure: departure.client_id,
    **dict.fromkeys(["client-copy", "copy-chart", "copy-style"], lambda departure: copy_for(departure).pk),
}

#: What stands in the address of pages that are not about the departure.
OF_SOMETHING_ELSE = {
    **dict.fromkeys(["policy", "policy-what-when"], lambda: 1),
    "failed-contacts": lambda: f"{timezone.localdate():%G-W%V}",
    "exercise-script": lambda: "calm-exit",
    **dict.fromkeys(["exercise", "debrief"], lambda: Exercise.objects.earliest("started_at").pk),
}


def address_of(name, departure):
    if name in WITHOUT_ARGUMENTS:
        return reverse(name)
    if name in OF_SOMETHING_ELSE:
        return reverse(name, args=[OF_SOMETHING_ELSE[name]()])
    if name in ("resource", "resource-card", "resource-cards"):
        first = Resource.objects.first().pk
        return f"{reverse(name)}?r={first}" if name == "resource-cards" else reverse(name, args=[first])
    if name == "note-details":
        return reverse(name, args=[departure.pk, "explore-reason"])
    if name in OF_A_ROW:
        return reverse(name, args=[OF_A_ROW[name](departure)])
    call = departure.follow_ups.exclude(channel="").last()
    return reverse(name, args=[call.pk if name in OF_A_FOLLOW_UP else departure.pk]) + ASKED.get(name, "")


#: A file with everything of a departure, which nobody waits for in a hurry.
ASKED = {"departure-bundle": "?version=R5&attempts=on&name=on"}
LIMITS["departure-bundle"] = 48  # the rows of the file, the chart inside as text, and how often it was asked for
OF_THE_THERAPIST += ["departure-exchange", *ASKED]
WITHOUT_ARGUMENTS += ["protocol-exchange", "operations"]
LIMITS["operations"] = 56  # everything that programs leave behind, and everything that must be adopted; nobody hurries
WITHOUT_ARGUMENTS += ["protocol-exchange", "protocol-versions"]
OF_AN_EDITION = ["protocol-version", "compare-protocols", "protocol-card", "protocol-file", "preview-protocol"]
OF_THE_SUPERVISOR += ["protocol-versions", "word-list", *OF_AN_EDITION]
OF_A_POLICY = ["compare-policies", "policy-file"]
OF_THE_SUPERVISOR += [*OF_A_POLICY, "compare-word-lists", "word-list-file"]
WITHOUT_ARGUMENTS += ["word-list", "compare-word-lists", "word-list-file"]
OF_SOMETHING_ELSE |= dict.fromkeys(OF_A_POLICY, lambda: 1)
LIMITS |= dict.fromkeys(OF_A_POLICY, 20)
OF_SOMETHING_ELSE |= dict.fromkeys(OF_AN_EDITION, lambda: 2)
LIMITS |= dict.fromkeys(OF_AN_EDITION, 20)  # an edition in full, read anew: only a published one is kept in memory


#: The session is written once in fifteen seconds, on whichever page that falls. Who acts is said once for each request
#: (tests/test_row_security.py), and in a test once more afterwards.
NOT_OF_THE_PAGE = ("SAVEPOINT", "RELEASE SAVEPOINT", 'UPDATE "django_session"', "SELECT doorway_enter")


def queries(browser, address):
    is_fragment = address in [reverse(name) for name in FRAGMENTS]  # what is asked for while typing, or by itself
    headers = {"HX-Request": "true"} if is_fragment else {}
    browser.get(address, headers=headers)  # what is read once per process is read now
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(address, headers=headers).status_code == 200
    statements = [each["sql"] for each in captured if not each["sql"].startswith(NOT_OF_THE_PAGE)]
    return len(statements), statements


def too_many(browser, names, first, add_a_day):
    """What the pages ask that ask more than they may, or more than they did before there was more."""
    addresses = {name: address_of(name, first) for name in names}
    before = {name: queries(browser, address)[0] for name, address in addresses.items()}
    grow(add_a_day, first)
    found = {}
    for name, address in addresses.items():
        after, statements = queries(browser, address)
        if after > min(before[name], LIMITS.get(name, 16)):
            found[name] = f"{before[name]}, then {after}: {statements}"
    return found


def test_pages_of_the_therapist_do_not_grow(signed_in, therapist, add_a_day):
    first = add_a_day(is_signed=False)
    assert too_many(signed_in(therapist), OF_THE_THERAPIST, first, add_a_day) == {}


def test_pages_of_the_supervisor_do_not_grow(signed_in, supervisor, add_a_day):
    first = add_a_day()
    add_a_day()
    assert too_many(signed_in(supervisor), OF_THE_SUPERVISOR, first, add_a_day) == {}


def test_the_page_of_files_does_not_grow(signed_in, admin, add_a_day):
    first = add_a_day()
    pages = ["export-resources", "api", "protocol-exchange", "operations"]
    assert too_many(signed_in(admin), pages, first, add_a_day) == {}


def test_pages_about_people_and_devices_do_not_grow(signed_in, admin, therapist, supervisor, hire):
    browser = signed_in(admin)
    pages = [reverse("people"), reverse("invite"), reverse("person", args=[therapist.pk]), reverse("me")]
    pages += map(reverse, ["setup", "adoption", "organisation", "add-site", "name-lead", "people-file"])
    pages += [reverse("edit-site", args=[admin.site.pk]), reverse("mail-arrived", args=["any"])]
    pages.append(reverse("leaves", args=[therapist.pk]))
    asked_in("first", admin)
    signed_in_on("first", admin)
    ties = ties_of(therapist, covered_by=supervisor)
    pages += [reverse("teams"), reverse("team", args=[therapist.team_id]), reverse("add-team")]
    pages += [reverse(each, args=[therapist.pk]) for each in ("enter-supervision", "enter-training", "move-person")]
    pages += [reverse(each, args=[therapist.team_id]) for each in ("enter-cover", "rename-team")]
    pages += [reverse(f"end-{each}", args=[ties[f"{each}_id"]]) for each in ("supervision", "training", "cover")]
    before = {page: queries(browser, page)[0] for page in pages}
    for name in ("second", "third", "fourth"):
        asked_in(name, admin)
        signed_in_on(name, admin)
        somebody = hire(name, Role.SUPERVISOR, team=Team.objects.create(name=name, site=admin.site))
        somebody.supervisions_given.create(supervisee=therapist, starts_on=timezone.localdate())
        ties_of(therapist, covered_by=somebody)
    found = {page: queries(browser, page) for page in pages}
    assert {page: statements for page, (count, statements) in found.items() if count > min(before[page], 20)} == {}


def asked_in(name, admin):
    who = {"email": f"{name}@elsewhere.example", "name": name, "roles": ["therapist"], "team": admin.team}
    invitations.invite(**who, language="en-gb", by=admin)


def signed_in_on(device, person):
    UserSession.objects.create(user=person, ip="198.51.100.7", session_key=device, user_agent="Firefox")


HARDEST = {"format": "video", "composition": "couple", "age_band": "13_17", "country_today": "GB"}


@pytest.mark.parametrize("has_gone", [False, True], ids=["still here", "gone"])
@pytest.mark.parametrize("level", ["elevated", "immediate"])
def test_the_live_page_costs_no_more_in_the_hardest_setting(
    signed_in, therapist, supervisor, departure, starter, level, has_gone
):
    for name, value in HARDEST.items():
        setattr(departure, name, value)
    departure.save()
    levels.set_level(departure, level=level, op_id=uuid.uuid4(), by=therapist)
    facts = {"concerns": ["impaired_driving"]}
    checklist.note(departure, slug="check-safety", facts=facts, op_id=uuid.uuid4(), by=therapist)
    if has_gone:
        departures.they_have_gone(departure, op_id=uuid.uuid4(), by=therapist)
    count, statements = queries(signed_in(therapist), reverse("departure", args=[departure.pk]))
    assert count <= LIMITS["departure"], "\n".join(statements)


def test_a_signed_report_with_many_addenda_and_reviews_does_not_grow(signed_in, therapist, supervisor, add_a_day):
    report = add_a_day().report
    browser, address = signed_in(therapist), reverse("report", args=[report.departure_id])
    asked = {"message": "More, please.", "comments": {"account": "More?", "plan": "Why?"}}
    reviews.return_to_author(report, **asked, by=supervisor)
    reports.add_addendum(report, text="More.", by=therapist)
    before, _ = queries(browser, address)
    for _again in range(3):
        reviews.return_to_author(report, **asked, by=supervisor)
        reports.add_addendum(report, text="More.", by=therapist)
    assert queries(browser, address)[0] == before <= 16


def test_a_tick_costs_at_most_seven_statements_and_two_kilobytes(signed_in, therapist, add_a_day):
    departure = add_a_day(is_signed=False)
    browser, address = signed_in(therapist), reverse("record-step", args=[departure.pk, "respect-decision"])
    for outcome in ("done", "partly", "done"):
        with CaptureQueriesContext(connection) as captured:
            answer = browser.post(
                address, {"outcome": outcome}, headers={"HX-Request": "true", "Accept-Encoding": "gzip"}
            )
        statements = [each["sql"] for each in captured if not each["sql"].startswith(NOT_OF_THE_PAGE)]
        assert len(statements) <= 7, "\n".join(statements)
        assert answer.headers["Content-Encoding"] == "gzip"
        assert len(answer.content) <= 2048
