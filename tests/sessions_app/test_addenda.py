"""What is added after signing: marked, chained, by the author alone, and at any time."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from sessions_app import reports, reviews
from sessions_app.models import DepartureReport, ReportAddendum
from tests.followups.races import both, meet_after
from tests.refusals import is_refused

SIGN_OFF = {"outcome": "appropriate", "message": "Clear and kind."}


@pytest.fixture
def add(browser, signed):
    return lambda **facts: browser.post(reverse("add-addendum", args=[signed.departure_id]), facts)


@pytest.fixture
def page(browser, signed):
    def look():
        return browser.get(reverse("report", args=[signed.departure_id])).content.decode()

    return look


def when(moment, zone):
    there = moment.astimezone(zone)
    return {"happened_at_0": f"{there:%Y-%m-%d}", "happened_at_1": f"{there:%H:%M}"}


def test_what_is_added_soon_is_an_addendum(add, page):
    add(text="They rang from the bus.")
    assert ReportAddendum.objects.get().kind == "addendum"
    assert "Addendum 1" in page()


def test_what_happened_longer_ago_than_the_site_allows_is_a_late_entry(add, page, therapist):
    moment = timezone.now() - timedelta(hours=25)
    add(text="They had said so on the phone.", **when(moment, therapist.zone))
    addendum = ReportAddendum.objects.get()
    assert addendum.kind == "late_entry"
    html = page()
    assert "Late entry 1" in html
    for at in (addendum.happened_at, addendum.at):
        assert f"{at.astimezone(therapist.zone):%H:%M}" in html, "when it happened, and when it was written"


@pytest.mark.parametrize(("hours", "kind"), [(30, "addendum"), (24, "late_entry")])
def test_how_long_is_for_the_site_to_say(add, therapist, site, hours, kind):
    site.late_entry_hours = hours
    site.save()
    add(text="More.", **when(timezone.now() - timedelta(hours=25), therapist.zone))
    assert ReportAddendum.objects.get().kind == kind


def test_the_author_can_mark_one_as_late(add, signed):
    add(text="I forgot to say this.", is_late="on")
    addendum = ReportAddendum.objects.get()
    assert addendum.is_late
    assert addendum.happened_at == signed.departure.began_at, "it belongs to the session"


def test_without_a_time_what_is_added_days_later_is_about_the_session_and_late(signed, therapist):
    began = timezone.now() - timedelta(days=3)
    type(signed.departure).objects.filter(pk=signed.departure_id).update(began_at=began)
    assert reports.add_addendum(signed, text="More.", by=therapist).is_late


@pytest.mark.parametrize(
    "wrong",
    [
        {"happened_at_0": "2999-01-01", "happened_at_1": "10:00"},
        {"happened_at_0": "0001-01-01", "happened_at_1": "00:00"},
        {"happened_at_0": "soon", "happened_at_1": ""},
    ],
)
def test_a_time_that_cannot_be_is_refused_and_the_words_stay(add, wrong):
    answer = add(text="They rang from the bus.", **wrong)
    assert answer.status_code == 422
    assert "They rang from the bus." in answer.content.decode()
    assert not ReportAddendum.objects.exists()


def test_each_stands_upon_the_one_before(signed, therapist):
    first, second = (reports.add_addendum(signed, text=text, by=therapist) for text in ("One.", "Two."))
    assert (first.number, first.report_hash, first.previous_seal) == (1, signed.content_hash, "")
    assert (second.number, second.report_hash, second.previous_seal) == (2, signed.content_hash, first.seal)
    assert {"by", "at", "kind", "text", "happened_at"} <= set(second.sealed_fields)
    for addendum in ReportAddendum.objects.all():
        assert addendum.is_seal_intact, "read back, it is what was sealed"


def test_the_page_shows_version_author_times_and_hashes(add, page, signed, therapist):
    add(text="One.")
    html, addendum = page(), ReportAddendum.objects.get()
    assert "Version 2" in html
    assert therapist.name in html
    for whole in (signed.content_hash, addendum.seal):
        assert f"({whole[:12]})" in html
        assert f"SHA-256 {whole}" in html


def test_only_the_author_adds(signed, supervisor, signed_in, stranger):
    with pytest.raises(reports.NotTheAuthor):
        reports.add_addendum(signed, text="Mine.", by=supervisor)
    address = reverse("add-addendum", args=[signed.departure_id])
    assert signed_in(supervisor).post(address, {"text": "Mine."}).status_code == 403
    assert signed_in(stranger).post(address, {"text": "Mine."}).status_code == 404
    assert not ReportAddendum.objects.exists()


def test_after_the_review_it_is_still_possible_and_the_supervisor_is_told(add, signed, supervisor, signed_in):
    reviews.sign_off(signed, by=supervisor, **SIGN_OFF)
    desk, added_to = signed_in(supervisor), reverse("added-to")
    assert "Nothing was added." in desk.get(added_to).content.decode()
    add(text="A friend drove them.")
    signed.refresh_from_db()
    assert signed.state == DepartureReport.State.CLOSED
    assert added_to in desk.get(reverse("review-queue")).content.decode()
    assert signed.departure.client.reference in desk.get(added_to, headers={"HX-Request": "true"}).content.decode()
    review = reverse("review", args=[signed.departure_id])
    assert "Something was added after the review." in desk.get(review).content.decode()
    assert desk.post(reverse("addenda-read", args=[signed.departure_id])).url == review
    assert "Nothing was added." in desk.get(added_to).content.decode()


def test_who_does_not_supervise_the_author_is_told_nothing(add, signed, supervisor, stranger, signed_in):
    reviews.sign_off(signed, by=supervisor, **SIGN_OFF)
    add(text="A friend drove them.")
    browser = signed_in(stranger)
    assert "Nothing was added." in browser.get(reverse("added-to")).content.decode()
    assert browser.post(reverse("addenda-read", args=[signed.departure_id])).status_code == 404


def test_the_database_keeps_addenda_as_they_are(signed, therapist):
    reports.add_addendum(signed, text="One.", by=therapist)
    assert is_refused("UPDATE sessions_app_reportaddendum SET kind = 'late_entry'")
    assert is_refused("DELETE FROM sessions_app_reportaddendum")


@pytest.mark.usefixtures("transactional_db")
def test_one_that_is_sent_twice_is_added_once(signed, therapist, monkeypatch):
    """A connection that breaks after the server has it, or an impatient thumb. Hours later it is meant."""
    meet_after(monkeypatch, reports, "locked")
    both(lambda: reports.add_addendum(signed, text="They rang.", by=therapist))
    assert ReportAddendum.objects.count() == 1
    later = timezone.now() + reports.SAID_AGAIN
    with time_machine.travel(later, tick=False):
        reports.add_addendum(signed, text="They rang.", by=therapist)
    assert ReportAddendum.objects.count() == 2


@pytest.mark.usefixtures("transactional_db")
def test_two_added_at_the_same_moment_follow_each_other(signed, therapist, monkeypatch):
    """Without the lock on the report both would be number 1, and the second would be lost."""
    meet_after(monkeypatch, reports, "locked")
    texts = iter(["From one window.", "From the other."])
    both(lambda: reports.add_addendum(signed, text=next(texts), by=therapist))
    first, second = ReportAddendum.objects.all()
    assert second.previous_seal == first.seal
