"""Nothing is shown and nothing is written without the trail knowing: every address of the table is tried.

Whether a page shows somebody is judged by what it says and not by how it was made: rare words stand in the client's
rows before it is opened. Whether a deed wrote something, by what every clinical table holds before and after it.
"""

import uuid
from datetime import timedelta
from functools import partial
from http import HTTPStatus
from itertools import product

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from followups import absences, help_escalation, review_reminders, zone_rules
from followups.models import ContactAttempt, FollowUp, HelpEscalation, ReviewEscalation
from sessions_app import help_calls, intakes, levels, reports, review_tasks
from sessions_app.models import Client, ContactPermission, DepartureEvent, Intake, StepResponse, TherapySession
from tests.accounts.trails import forge
from tests.test_access import TABLE, addresses, cast, resource  # noqa: F401 — fixtures
from tests.test_architecture import CLINICAL, is_history
from tests.test_hostile_input import Forms

REFERENCE = "QZX-REF-93"
#: Words that stand in rows of the client and nowhere else.
PLANTED = {
    Client: {"reference": REFERENCE, "preferred_name": "Borborygmus"},
    ContactPermission: {"address": "+1 555 0148 77", "safe_times": "Xylobatrachus"},
    TherapySession: {"room": "Ytterbium", "address_today": "Zugzwang Street"},
    DepartureEvent: {"address_today": "Zugzwang Street", "callback_number": "+1 555 0148 78"},
    StepResponse: {"note": "Quincunxial"},
    ContactAttempt: {"note": "Absquatulate"},
}
WORDS = {word for words in PLANTED.values() for word in words.values()}
OF_A_SIGNED_REPORT = {"review", "hand-off", "report-comments"}


@pytest.fixture
def planted(addresses, departure, client_0417):  # noqa: F811
    """The words of PLANTED in everything of the client's, past every trigger."""
    theirs = {Client: ("id", client_0417.pk), ContactPermission: ("client_id", client_0417.pk)}
    theirs |= {TherapySession: ("id", departure.session_id), DepartureEvent: ("id", departure.pk)}
    for model, words in PLANTED.items():
        column, pk = theirs.get(model, ("departure_id", departure.pk))
        for row, (name, word) in product(model._base_manager.filter(**{column: pk}), words.items()):
            value = str(model._meta.get_field(name).close(word, row))
            forge(
                f'UPDATE "{model._meta.db_table}" SET "{name}" = %s WHERE "{model._meta.pk.column}" = %s', value, row.pk
            )
    return {f"client:{client_0417.pk}", f"departure:{departure.pk}"}


def shown_without_a_trace(browser_of, person, names, addresses, planted):  # noqa: F811
    """Names of pages that show a word of the client's and leave no entry about them; and how many show one."""
    silent, showing, browser = [], 0, browser_of(person)
    for name in names:
        last = AuditEntry.objects.order_by("pk").values_list("pk", flat=True).last()
        answer = opened(browser, addresses[name])
        if answer.status_code != HTTPStatus.OK or not any(word.encode() in answer.getvalue() for word in WORDS):
            continue
        showing += 1
        new = AuditEntry.objects.filter(pk__gt=last, by=person)
        if not any(planted & {*entry.about} for entry in new):
            silent.append(name)
    return silent, showing


def opened(browser, address):
    """The page; where it is a part of another, that part."""
    answer = browser.get(address)
    is_part = answer.status_code == HTTPStatus.FOUND
    return browser.get(address, headers={"HX-Request": "true"}) if is_part else answer


@pytest.mark.parametrize(("who", "least"), [("therapist", 30), ("supervisor", 15)])
def test_every_page_that_shows_somebody_leaves_an_entry_about_them(request, signed_in, addresses, planted, who, least):  # noqa: F811
    names = sorted(set(TABLE) - OF_A_SIGNED_REPORT)
    silent, showing = shown_without_a_trace(signed_in, request.getfixturevalue(who), names, addresses, planted)
    assert silent == []
    assert showing >= least, "or the words were planted nowhere"


def test_the_pages_of_a_signed_report_leave_an_entry_about_its_client(
    signed_in,
    therapist,
    supervisor,
    departure,
    addresses,  # noqa: F811
    planted,
):
    reports.sign(reports.draft_for(departure, by=therapist), by=therapist)
    silent, showing = shown_without_a_trace(
        signed_in, supervisor, {"review", "review-queue", "departure"}, addresses, planted
    )
    assert (silent, showing >= 3) == ([], True)


def test_a_client_is_named_by_every_list_that_names_them(signed_in, therapist, addresses, planted, client_0417):  # noqa: F811
    """Lists are entries about the person who looked; whom they saw stands in them as well."""
    signed_in(therapist).get(reverse("clients"))
    entry = AuditEntry.objects.filter(action="viewed", facts__page="clients").get()
    assert (entry.subject_type, f"client:{client_0417.pk}" in entry.about) == ("accounts.user", True)


# What is written ------------------------------------------------------------------------------------------------------


def clinical_tables():
    """Every clinical table, and every history."""
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
    return sorted({each._meta.db_table for each in models if is_clinical(each) or is_history(each)})


def is_clinical(model):
    """Of the table itself, or of the pairs of one with another."""
    return (model._meta.auto_created or model).__name__ in CLINICAL


def everything():
    """{table: what it holds now, as a number}."""
    one = "SELECT '{0}', count(*) || ':' || coalesce(sum(hashtext(t::text)), 0) FROM \"{0}\" t"
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(one.format(table) for table in clinical_tables()))
        return dict(cursor.fetchall())


def deeds():
    """How many entries there are that are about more than looking."""
    return AuditEntry.objects.exclude(action="viewed").count()


def tried(deed, *, before, known):
    """Do it, and undo it: which tables hold something else then, and whether the trail says so."""
    with transaction.atomic():
        deed()
        after = everything()
        changed, is_told = [table for table in before if before[table] != after[table]], deeds() > known
        transaction.set_rollback(True)
    return changed, is_told


def forms_of(browser, addresses):  # noqa: F811
    """Each form of each page, once: (address, what is sent when nothing was filled in but its texts)."""
    found = {}
    for address in addresses.values():
        answer = browser.get(address)
        if answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html"):
            for action, fields in Forms(answer.content.decode()).found:
                found.setdefault((action or address, *sorted(fields)), fields)
    return [(key[0], fields) for key, fields in found.items() if not key[0].startswith("/account/")]


def test_every_form_that_changes_the_record_leaves_an_entry(signed_in, therapist, addresses, starter):  # noqa: F811
    """All forms of all pages of the therapist, sent as they are; then every other deed of the table."""
    browser = signed_in(therapist)
    sent = forms_of(browser, addresses) + [(address, {}) for address in addresses.values()]
    silent, changing, before, known = [], 0, everything(), deeds()
    for address, fields in sent:
        deed = partial(browser.post, address, fields)
        changed, is_told = tried(deed, before=before, known=known)
        changing += bool(changed)
        if changed and not is_told:
            silent.append((address, changed))
    assert silent == []
    assert changing >= 25, "or nothing was changed at all"


# What the house does by itself ----------------------------------------------------------------------------------------


def a_list_nobody_took(therapist, **_):
    made = intakes.begin(b"Reference\n0500\n", by=therapist)
    Intake.objects.filter(pk=made.pk).update(read_at=timezone.now() - timedelta(days=2))
    return intakes.forget


def a_claim_that_lapsed(departure, supervisor, therapist, **_):
    report = reports.sign(reports.draft_for(departure, by=therapist), by=therapist)
    until = review_tasks.claim(report, by=supervisor).claimed_until
    return lambda: review_tasks.release_lapsed(now=until + timedelta(seconds=1))


def a_report_that_waits_too_long(departure, supervisor, therapist, **_):
    reports.sign(reports.draft_for(departure, by=therapist), by=therapist)
    ReviewEscalation.objects.update(due_at=timezone.now() - timedelta(minutes=1))
    return review_reminders.sweep


def a_call_nobody_answers(therapist, **_):
    help_calls.ask(id=uuid.uuid4(), by=therapist)
    HelpEscalation.objects.update(due_at=timezone.now() - timedelta(minutes=1))
    return lambda: [help_escalation.sweep() for _step in range(2)]


def an_absence_that_is_over(departure, therapist, supervisor, **_):

    levels.set_level(departure, level="elevated", op_id=uuid.uuid4(), by=therapist)
    today = timezone.localdate(timezone=therapist.zone)
    made = absences.enter(
        person=therapist, cover=supervisor, starts_on=today, ends_on=today + timedelta(days=9), note="x", by=therapist
    )
    forge("UPDATE followups_absence SET ends_at = now() - interval '1 minute' WHERE id = %s", made.pk)
    return absences.sweep


def clocks_that_changed(departure, therapist, **_):

    levels.set_level(departure, level="elevated", op_id=uuid.uuid4(), by=therapist)
    FollowUp.objects.update(due_wall_time="09:30")
    return zone_rules.follow


WORK = [
    a_list_nobody_took,
    a_claim_that_lapsed,
    a_report_that_waits_too_long,
    a_call_nobody_answers,
    an_absence_that_is_over,
    clocks_that_changed,
]


@pytest.mark.parametrize("prepare", WORK)
def test_what_the_house_does_by_itself_has_a_name(prepare, departure, therapist, supervisor, admin, hire):
    work = prepare(departure=departure, therapist=therapist, supervisor=supervisor)
    before, last = everything(), AuditEntry.objects.order_by("pk").last().pk
    work()
    assert everything() != before, "nothing was done"
    new = AuditEntry.objects.filter(pk__gt=last)
    assert new.exclude(system_actor="").exists()
    assert set(new.values_list("address", flat=True)) == {None}
