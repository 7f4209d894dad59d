"""Contact against the client's wish takes two people and a serious and imminent danger, and ends in a day."""

import uuid
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Role, SiteRule
from followups import clock, contact_attempts, contact_permissions, deliveries, notices, on_call, overrides
from followups.models import ContactOverride, Delivery, NotificationPreferences
from sessions_app import caseload
from tests.followups.races import both, meet_after
from tests.refusals import is_refused

SAID = {"channels": ["phone"], "grounds": ["client"], "words": "Sent a goodbye at ten past four"}


@pytest.fixture
def told_no(call, client_0417, therapist):
    """The client asked for no contact. The follow-up that stands is what their page hangs on."""
    caseload.ask_for_no_contact(client_0417, by=therapist)
    call.refresh_from_db()
    return call


@pytest.fixture
def on_duty(hire, site):
    """On call at the site, and no supervisor."""
    colleague, now = hire("Cleo Colleague", Role.THERAPIST), timezone.now()
    on_call.add(site=site, person=colleague, starts_at=now, ends_at=now + timedelta(hours=8), by=colleague)
    return colleague


@pytest.fixture
def asked(told_no, therapist):
    return overrides.ask(told_no, by=therapist, **SAID)


@pytest.fixture
def answer(signed_in, asked):
    def post(person, answer):
        return signed_in(person).post(reverse("override", args=[asked.pk]), {"answer": answer})

    return post


def is_open(departure, channel="phone"):
    return not contact_permissions.gate_of(departure).of(channel).is_refused


def test_asking_alone_opens_nothing(asked, signed_in, therapist):
    assert not is_open(asked.departure)
    assert (
        "Waits for a second person" in signed_in(therapist).get(reverse("override", args=[asked.pk])).content.decode()
    )


def test_who_may_confirm_is_told_at_once_and_nobody_else_is(supervisor, stranger, on_duty, asked, mail_server):
    deliveries.drain()
    told = {mail["To"] for mail in mail_server.accepted}
    assert told == {supervisor.email, on_duty.email}
    mail = mail_server.accepted[0]
    assert mail["Subject"] == notices.SECOND.subject
    assert reverse("waiting-for-second") in mail.get_content()
    assert SAID["words"] not in mail_server.raw


def test_quiet_hours_do_not_hold_back_that_danger_is_near(supervisor, told_no, therapist, mail_server):
    now = timezone.localtime(timezone=supervisor.zone)
    quiet = {"quiet_from": (now - timedelta(hours=1)).time(), "quiet_until": (now + timedelta(hours=1)).time()}
    NotificationPreferences.objects.create(person=supervisor, digest_due_at=timezone.now() + timedelta(days=1), **quiet)
    overrides.ask(told_no, by=therapist, **SAID)
    assert deliveries.drain() == 1


def test_a_supervisor_s_own_request_goes_past_them(supervisor, hire, told_no, mail_server):
    lead = hire("Lea Lead", Role.SUPERVISOR, is_clinical_lead=True)
    overrides.ask(told_no, by=supervisor, **SAID)
    deliveries.drain()
    assert {mail["To"] for mail in mail_server.accepted} == {lead.email}


def test_what_is_answered_is_told_to_nobody(supervisor, asked, answer, mail_server):
    answer(supervisor, "confirm")
    assert deliveries.drain() == 0
    assert set(Delivery.objects.filter(kind=Delivery.Kind.SECOND).values_list("state", flat=True)) == {"stopped"}


def test_the_second_person_opens_what_was_asked_for_and_nothing_else(asked, answer, supervisor, therapist):
    assert answer(supervisor, "confirm").status_code == 302
    assert [
        channel for channel in ("phone", "text", "email", "voicemail", "letter") if is_open(asked.departure, channel)
    ] == ["phone"]
    facts = {"channel": "phone", "result": "no_answer", "op_id": uuid.uuid4(), "by": therapist}
    assert contact_attempts.record(asked.follow_up, **facts)
    asked.follow_up.refresh_from_db()
    assert list(AuditEntry.objects.filter(action__startswith="override_").values_list("action", "by")) == [
        ("override_asked", therapist.pk),
        ("override_confirmed", supervisor.pk),
    ]


def test_even_then_no_more_is_said_than_a_name_and_a_number(asked, answer, supervisor, signed_in, therapist):
    answer(supervisor, "confirm")
    html = signed_in(therapist).get(reverse("record-contact", args=[asked.follow_up_id])).content.decode()
    assert "Hello, this is Ana. Please call me back" in html
    assert "from Riverside Clinic" not in html


def test_nobody_confirms_what_they_asked_for(asked, answer, therapist):
    therapist.roles = [Role.THERAPIST, Role.SUPERVISOR]
    therapist.save()
    refused = answer(therapist, "confirm")
    assert refused.status_code == 422
    assert "Somebody else confirms it" in refused.content.decode()
    asked.refresh_from_db()
    assert asked.answered_at is None


def test_the_database_refuses_it_as_well(asked, therapist):
    yes = {"is_confirmed": True, "answered_by": therapist, "answered_at": clock.now()}
    with pytest.raises(IntegrityError, match="confirmed_by_somebody_else"), transaction.atomic():
        ContactOverride.objects.filter(pk=asked.pk).update(**yes)


def test_a_colleague_without_the_role_does_not_even_find_it(asked, hire, signed_in, answer):
    colleague = hire("Cleo Colleague", Role.THERAPIST)
    assert answer(colleague, "confirm").status_code == 404
    with pytest.raises(overrides.MayNotConfirm):
        overrides.confirm(asked, by=colleague)


def test_who_is_on_call_at_the_site_may_confirm(asked, on_duty, answer):
    assert answer(on_duty, "confirm").status_code == 302
    assert is_open(asked.departure)


def test_a_supervisor_of_the_site_finds_what_waits_and_not_what_others_answered(asked, stranger, supervisor, signed_in):
    browser, address = signed_in(stranger), reverse("override", args=[asked.pk])
    assert browser.get(address).status_code == 200
    overrides.confirm(asked, by=supervisor)
    assert browser.get(address).status_code == 404


def test_no_is_an_answer_and_it_stays_no(asked, answer, supervisor, stranger):
    answer(supervisor, "decline")
    assert not is_open(asked.departure)
    with pytest.raises(overrides.AlreadyAnswered):
        overrides.confirm(asked, by=stranger)


def test_it_ends_a_day_after_it_was_asked_for(asked, supervisor, monkeypatch):
    overrides.confirm(asked, by=supervisor)
    assert is_open(asked.departure)
    monkeypatch.setattr(overrides.clock, "now", lambda: asked.asked_at + timedelta(hours=24))
    assert not is_open(asked.departure)


def test_a_request_of_yesterday_is_not_confirmed_any_more(asked, supervisor, monkeypatch):
    monkeypatch.setattr(overrides.clock, "now", lambda: asked.asked_at + timedelta(hours=24))
    with pytest.raises(overrides.AlreadyAnswered):
        overrides.confirm(asked, by=supervisor)
    assert not overrides.waiting_for(supervisor).exists()


def test_no_row_lasts_longer_than_a_day(asked):
    with pytest.raises(IntegrityError, match="lasts_a_day"), transaction.atomic():
        ContactOverride.objects.filter(pk=asked.pk).update(expires_at=asked.asked_at + timedelta(hours=25))


def test_what_two_people_said_never_changes_and_is_never_deleted(asked, supervisor):
    overrides.confirm(asked, by=supervisor)
    table = ContactOverride._meta.db_table
    assert is_refused(f"UPDATE {table} SET words = 'Other words' WHERE id = %s", asked.pk)
    with pytest.raises(Exception, match="annot delete"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE id = %s", [asked.pk])


def test_of_two_who_confirm_at_once_one_is_told(transactional_db, asked, supervisor, stranger, monkeypatch):
    meet_after(monkeypatch, overrides, "may_confirm")
    outcomes = []

    def confirm(person):
        with suppress(overrides.AlreadyAnswered):
            outcomes.append(overrides.confirm(asked, by=person))

    both(lambda: confirm(supervisor), lambda: confirm(stranger))
    assert len(outcomes) == 1
    assert AuditEntry.objects.filter(action="override_confirmed").count() == 1


def test_one_who_is_afraid_is_not_betrayed_by_a_machine(told_no, allows, therapist, supervisor):
    """Two people can put aside what the client asked; who hears a shared voicemail they cannot."""
    allows("voicemail", "full", address="")  # whose machine it is nobody knows
    departure = told_no.departure
    departure.composition = "couple"
    departure.save()
    made = overrides.ask(told_no, by=therapist, **SAID | {"channels": ["phone", "voicemail"]})
    overrides.confirm(made, by=supervisor)
    assert is_open(departure)
    assert not is_open(departure, "voicemail")


@pytest.mark.parametrize("missing", ["grounds", "words", "channels"])
def test_grounds_words_and_channels_are_all_needed(told_no, signed_in, therapist, missing):
    said = {name: value for name, value in SAID.items() if name != missing}
    answer = signed_in(therapist).post(reverse("ask-override", args=[told_no.pk]), said)
    assert answer.status_code == 422
    assert not ContactOverride.objects.exists()


def test_the_sites_own_rule_and_the_emergency_number_stand_beside_the_question(
    told_no, asked, site, signed_in, therapist
):
    facts = {"words": "quokka: our own rule", "adopted_by": "Board", "adopted_on": "2026-01-05"}
    SiteRule.objects.create(site=site, topic=SiteRule.Topic.DANGER, **facts)
    browser = signed_in(therapist)
    asking = browser.get(reverse("ask-override", args=[told_no.pk])).content.decode()
    assert "quokka: our own rule" in asking
    assert 'href="tel:911"' in asking
    assert "quokka: our own rule" in browser.get(reverse("override", args=[asked.pk])).content.decode()


def test_what_waits_stands_where_supervisors_work(asked, signed_in, supervisor, therapist):
    browser, address = signed_in(supervisor), reverse("waiting-for-second")
    for page in ("follow-ups", "review-queue"):
        assert f'hx-get="{address}"' in browser.get(reverse(page)).content.decode()
    panel = browser.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "Ana Reyes asked at" in panel
    assert SAID["words"] not in panel
    assert "asked at" not in signed_in(therapist).get(address).content.decode(), "it waits for somebody else"
