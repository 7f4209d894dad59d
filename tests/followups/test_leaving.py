"""Somebody leaves: what is open in their name is handed over first, and access ends for certain."""

import uuid
from datetime import timedelta

import pytest
from django.contrib.auth import authenticate
from django.urls import reverse
from django.utils import timezone

from accounts import leaving as accounts_of_leavers
from accounts import roles, row_security
from accounts.models import AuditEntry, Leaving, Role, Supervision, User
from followups import calendars, deliveries, follow_ups, leaving, reminders, subscriptions
from followups.models import CalendarFeed, Delivery, PushSubscription
from sessions_app import departures, hand_overs, levels, reports
from sessions_app.models import ResponseLevel
from tests.conftest import PASSWORD


@pytest.fixture
def bo(hire):
    return hire("Bo Chen", Role.THERAPIST)


@pytest.fixture
def promised(departure, therapist, supervisor):
    """The therapist has a client, open follow-ups and a report that is not signed."""
    levels.set_level(departure, level=ResponseLevel.ELEVATED, op_id=uuid.uuid4(), by=therapist)
    reports.draft_for(departure, by=therapist)
    return departure


def today(person):
    return timezone.localdate(timezone=person.zone)


def say(browser, person, day):
    return browser.post(reverse("leaves", args=[person.pk]), {"leaves_on": day.isoformat()})


def close(browser, person, **facts):
    return browser.post(reverse("close-account", args=[person.pk]), facts, follow=True).content.decode()


def sweep():
    with row_security.as_worker():
        reminders.sweep(clock_name="test")


def test_an_admin_says_the_day_and_the_supervisor_finds_what_to_hand_over(
    signed_in, admin, promised, therapist, supervisor, mails
):
    day = today(therapist) + timedelta(days=14)
    assert say(signed_in(admin), therapist, day).status_code == 302
    (mail,) = [each for each in mails() if each.to == [supervisor.email]]
    for word in (therapist.name, "0417", "Robin"):
        assert word not in mail.subject + mail.body
    page = signed_in(supervisor).get(reverse("who-leaves")).content.decode()
    assert f"{therapist.name} leaves" in page
    assert "1 client" in page
    assert "1 unsigned report" in page
    assert reverse("hand-over", args=[therapist.pk]) in page
    assert signed_in(supervisor).get(reverse("hand-over", args=[therapist.pk])).status_code == 200
    assert AuditEntry.objects.get(action="leaving_said").facts == {"leaves_on": day.isoformat()}


def test_an_admin_reads_numbers_and_no_row(signed_in, admin, promised, therapist):
    page = signed_in(admin).get(reverse("leaves", args=[therapist.pk])).content.decode()
    assert "1 client" in page
    assert "1 unsigned report" in page
    for word in ("0417", "Robin"):
        assert word not in page
    with row_security.acting_as(admin):
        assert leaving.open_work([therapist.pk])[therapist.pk]["clients"] == 1
    with row_security.acting_as(therapist):
        assert leaving.open_work([therapist.pk]) == {}


def test_the_account_closes_only_when_everything_is_handed_over(
    signed_in, admin, promised, client_0417, therapist, supervisor, bo
):
    assert "Work stands open" in close(signed_in(admin), therapist)
    with pytest.raises(roles.NotChanged, match="Work stands open"):
        roles.change(therapist, roles=therapist.roles, is_active=False, by=admin)
    reports.sign(promised.report, by=therapist)
    hand_overs.hand_over(client_0417, former=therapist, to=bo, by=supervisor)
    assert leaving.open_work([therapist.pk]) == {}
    assert "The account is closed" in close(signed_in(admin), therapist)
    therapist.refresh_from_db()
    assert not therapist.is_active


def test_in_an_emergency_access_ends_at_once_and_the_open_work_stays_in_sight(
    signed_in, admin, promised, client_0417, therapist, supervisor, bo, mails, settings
):
    phone = signed_in(therapist)
    token = calendars.renew(by=therapist)
    subscriptions.subscribe(endpoint="https://push.example/x", p256dh="p", auth="a", by=therapist)
    assert "The account is closed" in close(signed_in(admin), therapist, at_once="yes")
    assert phone.get(reverse("now")).status_code == 302
    assert calendars.opened_with(token) is None
    assert not CalendarFeed.objects.filter(person=therapist, revoked_at=None).exists()
    assert not PushSubscription.objects.live().filter(person=therapist).exists()
    assert authenticate(None, email=therapist.email, password=PASSWORD) is None
    assert [supervisor.email] in [each.to for each in mails()]
    page = signed_in(supervisor).get(reverse("who-leaves")).content.decode()
    assert "has no account any more, and this is still open" in page
    hand_overs.hand_over(client_0417, former=therapist, to=bo, by=supervisor)
    promised.refresh_from_db()
    assert promised.therapist == bo, "nobody is in the room for it any more"
    page = signed_in(supervisor).get(reverse("who-leaves")).content.decode()
    assert "1 client" not in page


def test_no_reminder_of_a_closed_account_is_lost(admin, promised, therapist, supervisor):
    first = promised.follow_ups.open().filter(owner=therapist).order_by("due_at").first()
    follow_ups.move(first, to=timezone.now(), reason="Now", by=therapist)
    accounts_of_leavers.close(therapist, by=admin, at_once=True)
    sweep()
    deliveries.drain()
    told = {each.recipient for each in Delivery.objects.filter(reminder__follow_up=first)}
    assert told == {supervisor}


def test_signing_in_ends_with_the_last_day(admin, promised, therapist, supervisor):
    said = accounts_of_leavers.say(therapist, leaves_on=today(therapist), by=admin)
    sweep()
    therapist.refresh_from_db()
    assert therapist.is_active, "the day is not over"
    Leaving.objects.filter(pk=said.pk).update(leaves_on=today(therapist) - timedelta(days=1))
    sweep()
    therapist.refresh_from_db()
    said.refresh_from_db()
    assert not therapist.is_active
    assert said.closed_at is not None
    sweep()
    assert AuditEntry.objects.filter(action="roles_changed").count() == 1


def test_they_stay_after_all(signed_in, admin, promised, therapist):
    say(signed_in(admin), therapist, today(therapist))
    assert signed_in(admin).post(reverse("stays", args=[therapist.pk])).status_code == 302
    assert not Leaving.objects.ahead().exists()
    Leaving.objects.update(leaves_on=today(therapist) - timedelta(days=1))
    sweep()
    therapist.refresh_from_db()
    assert therapist.is_active


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("own", "Only another admin can close it"),
        ("past", "a day that is not over"),
        ("alone", "Nobody supervises them"),
    ],
)
def test_what_cannot_be_is_said_beside_the_field(signed_in, admin, therapist, request, case, words):
    if case != "alone":
        request.getfixturevalue("supervisor")
    person = admin if case == "own" else therapist
    answer = say(signed_in(admin), person, today(person) - timedelta(days=case == "past"))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Leaving.objects.exists()


def test_a_supervisor_leaves_and_another_one_supervises(signed_in, promised, therapist, supervisor, hire):
    lou, kit = hire("Lou Park", Role.SUPERVISOR), hire("Kit Oz", Role.SUPERVISOR)
    month_ago = timezone.localdate() - timedelta(days=30)
    Supervision.objects.create(supervisor=lou, supervisee=supervisor, starts_on=month_ago)
    assert leaving.open_work([supervisor.pk])[supervisor.pk]["supervisees"] == 1
    page = reverse("left-open", args=[supervisor.pk])
    assert therapist.name in signed_in(lou).get(page).content.decode()
    answer = signed_in(lou).post(reverse("hand-on-supervisees", args=[supervisor.pk]), {"supervisees-to": kit.pk})
    assert answer.status_code == 302
    assert Supervision.objects.on().filter(supervisor=kit, supervisee=therapist).exists()
    assert "supervisees" not in leaving.open_work([supervisor.pk]).get(supervisor.pk, {})


def test_follow_ups_without_a_client_are_handed_on(signed_in, therapist, supervisor, bo):
    made = departures.log(id=uuid.uuid4(), by=therapist)
    levels.set_level(made, level=ResponseLevel.ELEVATED, op_id=uuid.uuid4(), by=therapist)
    assert leaving.open_work([therapist.pk])[therapist.pk]["follow_ups"] > 0
    browser = signed_in(supervisor)
    assert "Follow-ups that go with none" in browser.get(reverse("left-open", args=[therapist.pk])).content.decode()
    answer = browser.post(reverse("hand-on-follow-ups", args=[therapist.pk]), {"follow-ups-to": bo.pk})
    assert answer.status_code == 302
    assert "follow_ups" not in leaving.open_work([therapist.pk]).get(therapist.pk, {})
    mine = made.follow_ups.open().filter(owner=bo).first()
    assert signed_in(bo).get(reverse("record-contact", args=[mine.pk])).status_code == 200


def test_what_they_had_for_a_colleague_goes_back_to_the_colleague(admin, promised, therapist, bo):
    first = promised.follow_ups.open().filter(owner=therapist).first()
    follow_ups.change(first, owner=bo, channel="phone", by=therapist)
    accounts_of_leavers.close(bo, by=admin)
    sweep()
    first.refresh_from_db()
    assert first.owner == therapist


def test_a_clinical_lead_sees_that_nobody_answers_for_who_has_left(
    signed_in, admin, promised, therapist, supervisor, hire
):
    lead = hire("Lea Lead", Role.SUPERVISOR, is_clinical_lead=True)
    Supervision.objects.all().delete()
    accounts_of_leavers.close(therapist, by=admin, at_once=True)
    page = signed_in(lead).get(reverse("who-leaves")).content.decode()
    assert "Nobody answers for them" in page
    assert "1 client" in page
    assert "0417" not in page
    assert signed_in(lead).get(reverse("hand-over", args=[therapist.pk])).status_code == 404
    assert User.objects.filter(pk=therapist.pk, is_active=False).exists()
