"""A client goes to another therapist, and the record goes along; who wrote what stays as it was."""

import uuid
from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts import row_security
from accounts.models import AuditEntry, Role, Supervision
from followups import absences, deliveries, follow_ups, reminders
from followups.models import Delivery, FollowUp, FollowUpChange
from sessions_app import caseload, departures, hand_overs, levels, private_notes, quality, reports, reviews
from sessions_app.models import Client, ClientHandOver, DepartureEvent, PrivateNote, ResponseLevel, TherapySession
from tests.followups.races import Held, both, meet_after

NOTE = "canary-note: likes to be rung in the morning"


@pytest.fixture
def bo(hire):
    return hire("Bo Chen", Role.THERAPIST)


@pytest.fixture
def past(therapist, session):
    """A departure of three days ago, with a level and so a plan."""
    at = timezone.now() - timedelta(days=3)
    made = departures.log(id=uuid.uuid4(), by=therapist, session=session, began_at=at)
    departures.change_whereabouts(
        made, by=therapist, address_today="12 Canary Row", callback_number="", country_today="US"
    )
    levels.set_level(made, level=ResponseLevel.ELEVATED, op_id=uuid.uuid4(), by=therapist)
    departures.end(made, ending="left", at=at + timedelta(minutes=20), by=therapist)
    return made


def post(browser, former, clients, to, note=NOTE):
    facts = {"clients": [each.pk for each in clients], "to": to.pk, "note": note}
    return browser.post(reverse("hand-over", args=[former.pk]), facts)


@pytest.fixture
def handed_over(signed_in, supervisor, therapist, client_0417, past, bo):
    answer = post(signed_in(supervisor), therapist, [client_0417], bo)
    assert answer.status_code == 302, answer.content.decode()
    for each in (client_0417, past):
        each.refresh_from_db()
    return client_0417


def test_the_record_goes_with_the_client(handed_over, past, therapist, bo, signed_in):
    assert (handed_over.therapist, past.therapist, past.logged_by) == (bo, bo, therapist)
    assert past.address_today == "12 Canary Row"
    assert {each.owner.name for each in past.follow_ups.open()} <= {bo.name, "Sam Lindqvist"}
    page = signed_in(bo).get(reverse("client", args=[handed_over.pk])).content.decode()
    assert f"With {bo.name} since" in page
    assert f"before with {therapist.name}" in page
    assert NOTE in page
    page = signed_in(bo).get(reverse("departure", args=[past.pk])).content.decode()
    assert f"before with {therapist.name}" in page
    assert "Timeline" in page
    assert "Minutes of service" in page, "the session stays the other's, and is read with the record"
    for name in ("plan", "chart"):
        assert signed_in(bo).get(reverse(name, args=[past.pk])).status_code == 200


def test_what_was_in_the_history_can_still_be_read(handed_over, past):
    said = [each.address_today for each in past.events.order_by("pgh_id")]
    assert said[0] == ""
    assert said[-1] == "12 Canary Row"


def test_who_had_the_client_before_sees_them_no_more(handed_over, past, therapist, signed_in):
    browser = signed_in(therapist)
    assert browser.get(reverse("client", args=[handed_over.pk])).status_code == 404
    for name in ("departure", "plan", "chart", "attempts", "end-departure", "void-departure"):
        assert browser.get(reverse(name, args=[past.pk])).status_code == 404, name
    for name in ("clients", "follow-ups", "start-departure"):
        assert "0417" not in browser.get(reverse(name)).content.decode(), name
    follow_up = past.follow_ups.open().first()
    assert browser.get(reverse("record-contact", args=[follow_up.pk])).status_code == 404


def test_they_still_write_sign_and_add_to_their_own_report(handed_over, past, therapist, bo, signed_in):
    browser, report = signed_in(therapist), reverse("report", args=[past.pk])
    assert report in browser.get(reverse("now")).content.decode()
    assert browser.get(report).status_code == 200
    assert browser.post(report, {"account": "Robin got up and left."}).status_code == 302
    assert browser.post(reverse("check-report", args=[past.pk]), {"author_state": ""}).status_code == 302
    past.report.refresh_from_db()
    assert (past.report.author, past.report.is_signed) == (therapist, True)
    assert reports.is_intact(past.report)
    browser.post(reverse("add-addendum", args=[past.pk]), {"text": "They rang on the way home.", "happened": ""})
    assert past.report.addenda.get().by == therapist
    chart = signed_in(bo).get(reverse("chart", args=[past.pk])).content.decode()
    assert "Robin got up and left." in chart
    assert "They rang on the way home." in chart
    assert signed_in(bo).get(report).status_code == 404


def test_the_new_therapist_sees_neither_private_notes_nor_the_quality_review(
    client_0417, past, therapist, supervisor, bo, signed_in
):
    private_notes.write(past, text="canary-private", by=therapist)
    report = reports.draft_for(past, by=therapist)
    quality.keep_state(report, by=therapist, author_state="shaken")
    reports.sign(report, by=therapist)
    reviews.return_to_author(report, message="canary-review", by=supervisor)
    hand_overs.hand_over(client_0417, former=therapist, to=bo, by=supervisor)
    browser = signed_in(bo)
    assert "canary-private" not in browser.get(reverse("private-notes", args=[past.pk])).content.decode()
    assert "canary-review" not in browser.get(reverse("quality", args=[past.pk])).content.decode()
    with row_security.acting_as(bo):
        assert DepartureEvent.objects.filter(pk=past.pk).exists()
        assert not PrivateNote.objects.exists()
        assert not report.reviews.exists()
    own = signed_in(therapist)
    assert "canary-private" in own.get(reverse("private-notes", args=[past.pk])).content.decode()
    assert "canary-review" in own.get(reverse("quality", args=[past.pk])).content.decode()
    assert signed_in(supervisor).get(reverse("review", args=[past.pk])).status_code == 200
    assert "canary-review" in signed_in(supervisor).get(reverse("quality", args=[past.pk])).content.decode()


def test_sessions_ahead_go_along_unless_somebody_else_comes_too(client_0417, therapist, supervisor, bo, signed_in):
    tomorrow = timezone.now() + timedelta(days=1)
    alone = caseload.add_session(by=therapist, starts_at=tomorrow, clients=[client_0417], room="Room 7")
    other = caseload.add_client(by=therapist, reference="0500")
    couple = caseload.add_session(by=therapist, starts_at=tomorrow, clients=[client_0417, other])
    assert post(signed_in(supervisor), therapist, [client_0417], bo).status_code == 302
    alone.refresh_from_db()
    couple.refresh_from_db()
    assert (alone.therapist, alone.room) == (bo, "Room 7")
    assert couple.therapist == therapist
    assert "0417" in signed_in(bo).get(reverse("clients")).content.decode()
    assert signed_in(bo).get(reverse("session", args=[alone.pk])).status_code == 200
    assert TherapySession.objects.get(pk=alone.pk).events.last().room == "Room 7"


def test_it_is_told_by_a_mail_without_a_word_about_the_client(handed_over, bo, mails):
    (mail,) = [each for each in mails() if each.to == [bo.email]]
    for word in ("0417", "Robin", "canary"):
        assert word not in mail.subject + mail.body


def test_it_stands_in_the_trail_and_in_a_row_that_never_changes(handed_over, therapist, supervisor, bo):
    made = ClientHandOver.objects.get()
    assert (made.former, made.to, made.by, made.note) == (therapist, bo, supervisor, NOTE)
    entry = AuditEntry.objects.get(action="client_handed_over")
    assert (entry.by, entry.facts) == (supervisor, {"former": therapist.pk, "to": bo.pk})
    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        ClientHandOver.objects.filter(pk=made.pk).update(to=supervisor)


def test_who_logged_it_is_never_forgotten(past, bo):
    with pytest.raises(IntegrityError), transaction.atomic():
        DepartureEvent.objects.filter(pk=past.pk).update(therapist=bo)
    with pytest.raises(IntegrityError), transaction.atomic():
        DepartureEvent.objects.filter(pk=past.pk).update(logged_by=bo)


def test_a_client_comes_back(handed_over, past, therapist, bo, supervisor, signed_in):
    Supervision.objects.create(supervisor=supervisor, supervisee=bo, starts_on=timezone.localdate())
    assert post(signed_in(supervisor), bo, [handed_over], therapist).status_code == 302
    past.refresh_from_db()
    assert (past.therapist, past.logged_by) == (therapist, therapist)
    assert past.address_today == "12 Canary Row"
    assert signed_in(therapist).get(reverse("end-departure", args=[past.pk])).status_code == 200
    assert signed_in(bo).get(reverse("departure", args=[past.pk])).status_code == 404


def test_only_who_answers_for_the_therapist_hands_over(client_0417, therapist, supervisor, stranger, bo, signed_in):
    assert post(signed_in(stranger), therapist, [client_0417], bo).status_code == 404
    assert post(signed_in(therapist), therapist, [client_0417], bo).status_code == 403
    with pytest.raises(hand_overs.NotHandedOver, match="answer for"):
        hand_overs.hand_over(client_0417, former=therapist, to=bo, by=stranger)


def test_what_cannot_be_is_said_beside_the_form_and_nothing_is_lost(
    client_0417, therapist, supervisor, hire, bo, signed_in, site
):
    children = type(therapist.team).objects.create(name="Children", site=site)
    ed = hire("Ed Young", Role.THERAPIST, team=children)
    caseload.add_client(by=ed, reference="0417")
    second = caseload.add_client(by=therapist, reference="0418")
    answer = post(signed_in(supervisor), therapist, [second, client_0417], ed)
    assert answer.status_code == 422
    assert "another client with this reference" in answer.content.decode()
    assert NOTE in answer.content.decode()
    second.refresh_from_db()
    assert second.therapist == therapist, "all of them, or none"
    answer = signed_in(supervisor).post(reverse("hand-over", args=[therapist.pk]), {"note": NOTE})
    assert answer.status_code == 422
    assert "Choose at least one client" in answer.content.decode()


def test_a_departure_that_goes_on_stays_with_who_is_in_the_room_and_then_follows(
    client_0417, departure, therapist, supervisor, bo, signed_in
):
    levels.set_level(departure, level=ResponseLevel.ELEVATED, op_id=uuid.uuid4(), by=therapist)
    assert post(signed_in(supervisor), therapist, [client_0417], bo).status_code == 302
    page = signed_in(therapist).get(reverse("departure", args=[departure.pk]))
    assert page.status_code == 200
    assert hand_overs.follow() == 0
    assert bo in {each.owner for each in departure.follow_ups.open()}
    DepartureEvent.objects.filter(pk=departure.pk).update(began_at=timezone.now() - timedelta(hours=13))
    with row_security.as_worker():
        assert hand_overs.follow() == 1
        assert hand_overs.follow() == 0
    departure.refresh_from_db()
    assert (departure.therapist, departure.logged_by) == (bo, therapist)
    assert therapist not in {each.owner for each in departure.follow_ups.open()}
    assert signed_in(bo).get(reverse("end-departure", args=[departure.pk])).status_code == 200


def test_a_tap_that_was_long_on_its_way_is_taken_and_follows(client_0417, session, therapist, supervisor, bo):
    hand_overs.hand_over(client_0417, former=therapist, to=bo, by=supervisor)
    at = timezone.now() - timedelta(hours=20)
    late = departures.log(id=uuid.uuid4(), by=therapist, session=session, client=client_0417, began_at=at)
    levels.set_level(late, level=ResponseLevel.ELEVATED, op_id=uuid.uuid4(), by=therapist)
    with row_security.as_worker():
        reminders.sweep(clock_name="test")
    late.refresh_from_db()
    assert (late.therapist, late.logged_by) == (bo, therapist)
    assert therapist not in {each.owner for each in late.follow_ups.open()}


def test_what_a_cover_had_for_the_moment_goes_to_the_new_therapist_and_stays_there(
    client_0417, past, therapist, supervisor, bo, hire
):
    cora, today = hire("Cora Cover", Role.THERAPIST), timezone.localdate(timezone=therapist.zone)
    first = past.follow_ups.open().filter(owner=therapist).order_by("due_at").first()
    follow_ups.move(first, to=timezone.now(), reason="Now", by=therapist)
    days = {"starts_on": today, "ends_on": today + timedelta(days=2)}
    away = absences.enter(person=therapist, cover=cora, note="Away", by=therapist, **days)
    hand_overs.hand_over(client_0417, former=therapist, to=bo, by=supervisor)
    first.refresh_from_db()
    assert first.owner == bo
    assert first.changes.last().deed == FollowUpChange.Deed.TAKEN_OVER
    absences.come_back(away, by=therapist)
    first.refresh_from_db()
    assert first.owner == bo


def test_the_new_therapist_is_reminded(handed_over, past, bo):
    follow_up = past.follow_ups.open().filter(owner=bo).order_by("due_at").first()
    follow_ups.move(follow_up, to=timezone.now(), reason="Now", by=bo)
    reminders.sweep(clock_name="test")
    deliveries.drain()
    assert {each.recipient for each in Delivery.objects.filter(reminder__follow_up=follow_up, reminder__step=0)} == {bo}


def test_the_report_of_somebody_who_has_left_is_for_who_has_the_client_now(handed_over, past, therapist, bo, signed_in):
    page, report = reverse("departure", args=[past.pk]), reverse("report", args=[past.pk])
    assert report not in signed_in(bo).get(page).content.decode()
    type(therapist).objects.filter(pk=therapist.pk).update(is_active=False)
    assert report in signed_in(bo).get(page).content.decode()
    assert signed_in(bo).post(report, {"account": "As far as the record goes."}).status_code == 302
    past.report.refresh_from_db()
    assert past.report.author == bo


# Two at once --------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_supervisors_at_once_hand_a_client_over_once(
    client_0417, past, therapist, supervisor, bo, hire, monkeypatch
):
    cy, second = hire("Cy Dow", Role.THERAPIST), hire("Lou Park", Role.SUPERVISOR)
    Supervision.objects.create(supervisor=second, supervisee=therapist, starts_on=timezone.localdate())
    meet_after(monkeypatch, hand_overs, "held")

    def deed(to, by):
        try:
            return hand_overs.hand_over(client_0417, former=therapist, to=to, by=by).to
        except hand_overs.NotHandedOver:
            return None

    results = both(lambda: deed(bo, supervisor), lambda: deed(cy, second))
    (winner,) = [each for each in results if each]
    for row in (client_0417, past):
        row.refresh_from_db()
        assert row.therapist == winner
    assert ClientHandOver.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_follow_up_that_is_closed_meanwhile_stays_closed(client_0417, past, therapist, supervisor, bo, monkeypatch):
    first = past.follow_ups.open().filter(owner=therapist).order_by("pk").first()
    held = Held(monkeypatch, follow_ups, "pass_to", seconds=1)

    def close():
        assert held.reached.wait(10)
        follow_ups.complete(first, by=therapist)

    both(lambda: hand_overs.hand_over(client_0417, former=therapist, to=bo, by=supervisor), close)
    first.refresh_from_db()
    assert first.state == FollowUp.State.DONE
    assert not first.reminders.waiting().exists()
    assert Client.objects.get().therapist == bo


@pytest.mark.django_db(transaction=True)
def test_a_departure_that_is_being_logged_meanwhile_is_not_kept_waiting_and_follows(
    client_0417, session, therapist, supervisor, bo, monkeypatch
):
    """The tap has read whose client it is; before it is written the client goes to somebody else."""
    held, at = Held(monkeypatch, departures, "setting_of"), timezone.now() - timedelta(hours=13)

    def hand_over():
        assert held.reached.wait(10)
        hand_overs.hand_over(client_0417, former=therapist, to=bo, by=supervisor)
        held.let_go.set()

    both(lambda: departures.log(id=uuid.uuid4(), by=therapist, session=session, began_at=at), hand_over)
    assert DepartureEvent.objects.get().therapist == therapist
    with row_security.as_worker():
        reminders.sweep(clock_name="test")
    made = DepartureEvent.objects.get()
    assert (made.therapist, made.logged_by) == (bo, therapist)


@pytest.mark.django_db(transaction=True)
def test_a_tap_in_the_moment_of_the_hand_over_does_not_wait_for_it(
    client_0417, session, therapist, supervisor, bo, monkeypatch
):
    """The client is held for the hand-over, and the tap is written down all the same."""
    held = Held(monkeypatch, hand_overs, "give")

    def tap():
        assert held.reached.wait(10)
        departures.log(id=uuid.uuid4(), by=therapist, session=session)
        assert not ClientHandOver.objects.exists(), "it is not carried out yet"
        held.let_go.set()

    both(lambda: hand_overs.hand_over(client_0417, former=therapist, to=bo, by=supervisor), tap)
    assert DepartureEvent.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_level_that_is_set_meanwhile_waits_its_turn(client_0417, past, therapist, supervisor, bo, monkeypatch):
    """Both hold the departure before its follow-ups: neither has what the other waits for."""
    held = Held(monkeypatch, hand_overs, "bring_departures", seconds=1)

    def set_level():
        assert held.reached.wait(10)
        levels.set_level(past, level=ResponseLevel.IMMEDIATE, op_id=uuid.uuid4(), by=therapist)

    both(lambda: hand_overs.hand_over(client_0417, former=therapist, to=bo, by=supervisor), set_level)
    past.refresh_from_db()
    assert (past.therapist, past.response_level) == (bo, ResponseLevel.IMMEDIATE)
    assert therapist not in {each.owner for each in past.follow_ups.open()}
