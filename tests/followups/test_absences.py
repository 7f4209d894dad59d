"""Somebody is away: what is due meanwhile is with the cover, who can work with it, and comes back."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from followups import absences, deliveries, follow_ups, reminders
from followups.models import Absence, FollowUpChange, HandOver
from sessions_app import reports
from sessions_app.models import DepartureReport
from tests.followups.races import both

NOTE = "canary-note: ring before noon"


@pytest.fixture
def cover(hire):
    return hire("Cora Cover", Role.THERAPIST)


@pytest.fixture
def call(planned, therapist):
    """The first call of the plan, due now."""
    first = planned.follow_ups.open().filter(owner=therapist).order_by("due_at").first()
    return follow_ups.move(first, to=timezone.now(), reason="Now", by=therapist)


def away(person, cover, *, by=None, starts=0, ends=2, note=NOTE):
    today = timezone.localdate(timezone=person.zone)
    days = {"starts_on": today + timedelta(days=starts), "ends_on": today + timedelta(days=ends)}
    return absences.enter(person=person, cover=cover, note=note, by=by or person, **days)


def owner_of(follow_up):
    follow_up.refresh_from_db()
    return follow_up.owner


def sweep():
    return reminders.sweep(clock_name="test")


def test_what_is_due_meanwhile_goes_to_the_cover_at_once_and_the_rest_stays(call, planned, therapist, cover):
    absence = away(therapist, cover)
    assert owner_of(call) == cover
    for other in planned.follow_ups.open().exclude(owner__name__startswith="Sam"):
        assert (other.owner == cover) == (other.due_at < absence.ends_at)
    assert call.changes.last().deed == FollowUpChange.Deed.HANDED_ON
    assert call.changes.last().reason == ""


def test_the_cover_is_told_and_the_message_holds_no_word_of_the_note(call, therapist, cover):
    away(therapist, cover)
    sweep()
    deliveries.drain()
    assert [cover.email] in [each.to for each in mail.outbox]
    assert "canary" not in "".join(each.message().as_string() for each in mail.outbox)


def test_the_cover_can_open_the_contact_page_with_what_the_client_allows(call, therapist, cover, signed_in):
    address = reverse("record-contact", args=[call.pk])
    assert signed_in(cover).get(address).status_code == 404
    away(therapist, cover)
    shown = signed_in(cover).get(address).content.decode()
    assert "+1 555 0142" in shown
    assert NOTE in signed_in(cover).get(reverse("follow-ups")).content.decode()
    assert signed_in(cover).get(reverse("departure", args=[call.departure_id])).status_code == 404


def test_it_waits_for_its_first_day_and_the_sweep_begins_it(call, therapist, cover):
    absence = away(therapist, cover, starts=1, ends=3)
    sweep()
    assert owner_of(call) == therapist
    Absence.objects.filter(pk=absence.pk).update(starts_at=timezone.now() - timedelta(minutes=1))
    sweep()
    assert owner_of(call) == cover


def test_a_promise_made_during_an_absence_goes_on_as_well(set_level, departure, therapist, supervisor, cover):
    away(therapist, cover)
    set_level("immediate")
    sweep()
    first = departure.follow_ups.open().exclude(channel="").order_by("due_at").first()
    assert first.owner == cover


def test_it_comes_back_unless_it_is_done(call, planned, therapist, supervisor, cover):
    absence = away(therapist, cover, ends=4)
    second = planned.follow_ups.open().filter(owner=cover).exclude(pk=call.pk).first()
    follow_ups.complete(call, by=cover)
    Absence.objects.filter(pk=absence.pk).update(ends_at=timezone.now())
    sweep()
    assert owner_of(call) == cover
    assert owner_of(second) == therapist
    assert second.changes.last().deed == FollowUpChange.Deed.GIVEN_BACK
    assert not HandOver.objects.filter(ended_at=None).exists()


def test_what_somebody_else_took_over_meanwhile_stays_theirs(call, therapist, supervisor, cover):
    absence = away(therapist, cover)
    follow_ups.change(call, owner=supervisor, channel="phone", by=supervisor)
    absences.come_back(absence, by=therapist)
    assert owner_of(call) == supervisor


def test_giving_it_back_on_purpose_is_not_undone(call, therapist, cover):
    away(therapist, cover)
    follow_ups.change(call, owner=therapist, channel="phone", by=therapist)
    sweep()
    assert owner_of(call) == therapist


def test_two_sweeps_at_once_hand_it_on_once(transactional_db, call, therapist, cover):
    absence = away(therapist, cover, starts=1)
    Absence.objects.filter(pk=absence.pk).update(starts_at=timezone.now() - timedelta(minutes=1))
    both(absences.sweep)
    assert call.changes.filter(deed="handed_on").count() == 1


def posted(person, cover, **changed):
    today = timezone.localdate(timezone=person.zone).isoformat()
    facts = {"person": person.pk, "cover": cover.pk, "starts_on": today, "ends_on": today, "note": NOTE}
    return facts | changed


def test_a_therapist_enters_their_own_and_a_supervisor_that_of_a_supervisee(
    call, therapist, supervisor, cover, signed_in
):
    address = reverse("absences")
    assert signed_in(therapist).post(address, posted(supervisor, cover)).status_code == 422, "not one's own"
    assert signed_in(supervisor).post(address, posted(therapist, cover)).status_code == 302
    assert owner_of(call) == cover


@pytest.mark.parametrize("wrong", [{"note": " "}, {"ends_on": "2020-01-01"}, {"cover": ""}])
def test_a_note_a_cover_and_days_are_needed(therapist, cover, signed_in, wrong):
    assert signed_in(therapist).post(reverse("absences"), posted(therapist, cover) | wrong).status_code == 422
    assert not Absence.objects.exists()


def test_nobody_covers_who_is_away_too(therapist, cover, supervisor, signed_in):
    away(cover, therapist)
    answer = signed_in(therapist).post(reverse("absences"), posted(therapist, cover))
    assert "already away" in answer.content.decode()


# Vignette 14: the supervisor is on leave, and a report waits.


def test_a_supervisor_on_leave(departure, planned, therapist, supervisor, hire, signed_in):
    """The cover has the queue with the note, for the days of the leave and no longer."""
    vera = hire("Vera Vice", Role.SUPERVISOR)
    queue, review = reverse("review-queue"), reverse("review", args=[departure.pk])
    reports.sign(reports.draft_for(departure, by=therapist), by=therapist)
    assert signed_in(vera).get(review).status_code == 404
    signed_in(supervisor).post(reverse("absences"), posted(supervisor, vera))
    browser = signed_in(vera)
    assert [each.departure_id for each in browser.get(queue).context["waiting"]] == [departure.pk]
    assert NOTE in browser.get(reverse("hand-offs"), headers={"HX-Request": "true"}).content.decode()
    facts = {"decision": "signed_off", "outcome": "appropriate", "message": "Well held.", "colleague_state": ""}
    assert browser.post(review, facts).status_code == 302
    assert DepartureReport.objects.get().state == DepartureReport.State.CLOSED
    signed_in(supervisor).post(reverse("come-back", args=[Absence.objects.get().pk]))
    assert signed_in(vera).get(review).status_code == 404
    assert signed_in(supervisor).get(review).status_code == 200


def test_a_supervisor_is_covered_by_a_supervisor(supervisor, cover, signed_in):
    answer = signed_in(supervisor).post(reverse("absences"), posted(supervisor, cover))
    assert "covered by a supervisor" in answer.content.decode()
