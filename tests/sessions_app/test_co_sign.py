"""A trainee's report closes with a co-signature: of their own supervisor, or of who stands in for them."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts import people
from accounts.models import Role, TeamCover, Traineeship
from sessions_app import reports, reviews
from sessions_app.models import DepartureReport, ReviewTask

State = DepartureReport.State
SIGN_OFF = {"decision": "signed_off", "outcome": "appropriate", "message": "Clear and kind."}


@pytest.fixture
def trainee(therapist):
    people.begin_training(therapist.email, by="test", on=timezone.localdate() - timedelta(days=9))
    return therapist


@pytest.fixture
def waiting(trainee, signed):
    """A trainee's report, signed."""
    return signed


@pytest.fixture
def cora(hire, team):
    """Covers the team; not the trainee's own supervisor."""
    person = hire("Cora Cover", Role.SUPERVISOR)
    TeamCover.objects.create(supervisor=person, team=team, starts_on=timezone.localdate() - timedelta(days=1))
    return person


def test_the_own_supervisors_sign_off_is_the_co_signature(waiting, supervisor, signed_in, browser):
    desk, address = signed_in(supervisor), reverse("review", args=[waiting.departure_id])
    page = desk.get(address).content.decode()
    assert "Signing off is your co-signature." in page
    assert "Close as read" not in page
    desk.post(address, SIGN_OFF)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.reviews.get().decision) == (State.CLOSED, "co_signed")
    own = browser.get(reverse("report", args=[waiting.departure_id])).content.decode()
    assert "Co-signed by" in own
    assert reviews.co_signature(waiting).by == supervisor


def test_who_covers_the_team_reviews_and_the_report_waits_for_the_signature(
    waiting, cora, supervisor, signed_in, browser
):
    desk, address = signed_in(cora), reverse("review", args=[waiting.departure_id])
    assert "it then waits for the co-signature" in desk.get(address).content.decode()
    desk.post(address, SIGN_OFF)
    waiting.refresh_from_db()
    assert waiting.state == State.REVIEWED
    assert reviews.co_signature(waiting) is None
    assert "Your supervisor wrote to you" in browser.get("/").content.decode()
    assert list(desk.get("/review/?tab=co-sign").context["waiting"]) == [waiting]
    again = desk.post(address, SIGN_OFF)
    assert (again.status_code, "Only their own supervisor" in again.content.decode()) == (422, True)
    signed_in(supervisor).post(address, SIGN_OFF)
    waiting.refresh_from_db()
    assert waiting.state == State.CLOSED
    assert [each.decision for each in waiting.reviews.all()] == ["signed_off", "co_signed"]


def test_a_trainees_report_is_never_closed_as_read(waiting, supervisor, signed_in):
    answer = signed_in(supervisor).post(
        reverse("review", args=[waiting.departure_id]), {"decision": "read", "message": "Read."}
    )
    assert answer.status_code == 422
    assert not waiting.reviews.exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        ReviewTask.objects.update(stage="closed", due_at=None)


def test_opened_again_it_needs_the_signature_again(waiting, supervisor):
    reviews.sign_off(waiting, outcome="appropriate", message="Well done.", by=supervisor)
    reviews.reopen(waiting, reason="One more question.", by=supervisor)
    assert reviews.co_signature(waiting) is None
    with pytest.raises(reviews.NeedsOwnSupervisor):
        reviews.close_as_read(waiting, message="Read.", by=supervisor)


def test_what_was_signed_in_training_stays_a_trainees_report(waiting, supervisor, trainee):
    people.end_training(trainee.email, by="test")
    reviews.return_to_author(waiting, message="More, please.", by=supervisor)
    reports.add_addendum(waiting, text="More.", by=trainee)
    assert ReviewTask.objects.get().needs_co_sign


def test_after_training_reports_close_like_anybodys(therapist, supervisor, departure):
    day = timezone.localdate()
    Traineeship.objects.create(person=therapist, starts_on=day - timedelta(days=90), ends_on=day - timedelta(days=2))
    report = reports.sign(reports.draft_for(departure, by=therapist), by=therapist)
    assert reviews.close_as_read(report, message="Read.", by=supervisor).decision == "read"


def test_training_begins_and_ends_by_command(therapist, capsys):
    call_command("trainee", therapist.email)
    call_command("trainee", therapist.email)
    assert Traineeship.objects.get().ends_on is None
    call_command("trainee", therapist.email, "--end", "--on", "2099-01-31")
    assert str(Traineeship.objects.get().ends_on) == "2099-01-31"
    assert "is now a trainee" in capsys.readouterr().out
    with pytest.raises(CommandError, match="nobody active"):
        call_command("trainee", "nobody@clinic.example")


def test_nobody_is_in_training_twice_or_backwards(therapist):
    Traineeship.objects.create(person=therapist, starts_on="2026-01-01")
    for wrong in ({"starts_on": "2026-02-01"}, {"starts_on": "2026-02-01", "ends_on": "2026-01-01"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Traineeship.objects.create(person=therapist, **wrong)
