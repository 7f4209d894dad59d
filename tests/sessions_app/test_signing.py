"""Signing asks again who it is, when that was too long ago; nothing that was typed is lost on the way."""

import uuid
from datetime import timedelta
from urllib.parse import unquote

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts import recheck, session_end
from accounts.models import AuditEntry, Role
from accounts.sign_in import AccountAdapter
from sessions_app import checklist, levels, reports
from sessions_app.models import DepartureReport
from tests.conftest import PASSWORD
from tests.sessions_app.conftest import HTMX

SHAKEN = {"author_state": "shaken"}
AGAIN = "/account/again/"


@pytest.fixture
def check(departure):
    return reverse("check-report", args=[departure.pk])


@pytest.fixture
def draft(departure, therapist):
    report = reports.draft_for(departure, by=therapist)
    return reports.save_draft(report, by=therapist, account="They stood up and left.")


@pytest.fixture
def long_in(browser, settings):
    """The therapist's browser, signed in longer ago than signing allows, and busy since."""
    session = browser.session
    session[session_end.BEGAN] -= settings.SIGNING_REAUTHENTICATION_SECONDS + 1
    session.save()
    return browser


def is_signed():
    return DepartureReport.objects.get().is_signed


def test_who_has_just_signed_in_signs_at_once(draft, browser, check, departure):
    assert browser.post(check, SHAKEN).url == reverse("report", args=[departure.pk])
    assert is_signed()


@pytest.mark.parametrize(("seconds", "is_due"), [(-5, False), (0, True)])
def test_the_time_after_which_it_is_asked_is_a_setting(draft, browser, check, settings, seconds, is_due):
    settings.SIGNING_REAUTHENTICATION_SECONDS = 3600
    session = browser.session
    session[session_end.BEGAN] -= 3600 + seconds
    session.save()
    assert browser.post(check, SHAKEN).url.startswith(AGAIN) == is_due
    assert is_signed() != is_due


def test_after_a_while_it_asks_and_then_the_signing_goes_on(draft, long_in, check, departure, supervisor):
    asked = long_in.post(check, SHAKEN)
    assert unquote(asked.url) == f"{AGAIN}?next={check}"
    assert not is_signed()
    html = long_in.get(asked.url).content.decode()
    assert "give your password once more" in html
    assert f'value="{check}"' in html, "the form carries the way back, whatever the address bar holds"
    answer = long_in.post(asked.url, {"password": PASSWORD, "next": check}, follow=True)
    assert answer.redirect_chain[-1][0] == reverse("report", args=[departure.pk])
    assert f"{supervisor.name} will read it" in answer.content.decode()
    report = DepartureReport.objects.get()
    assert (report.is_signed, report.account) == (True, "They stood up and left.")
    assert report.quality_note.author_state == "shaken"
    assert AuditEntry.objects.filter(action="person_checked_again", subject_id=str(report.pk)).count() == 1


def test_once_asked_it_is_not_asked_again_for_the_next_report(draft, long_in, check, departure):
    long_in.post(check, SHAKEN)
    long_in.post(AGAIN, {"password": PASSWORD, "next": check})
    long_in.post(reverse("start-departure"), {})
    other = type(departure).objects.exclude(pk=departure.pk).get()
    assert long_in.post(reverse("check-report", args=[other.pk]), SHAKEN).url == reverse("report", args=[other.pk])


def test_a_wrong_password_signs_nothing_and_the_right_one_still_does(draft, long_in, check):
    asked = long_in.post(check, SHAKEN).url
    answer = long_in.post(asked, {"password": "a wrong password", "next": check})
    assert "error-list" in (html := answer.content.decode()) or 'class="errors"' in html
    assert not is_signed()
    assert draft.account in long_in.get(check).content.decode(), "nothing is lost"
    long_in.post(asked, {"password": PASSWORD, "next": check})
    assert is_signed()


def test_the_password_of_a_colleague_is_a_wrong_one(draft, long_in, check, stranger):
    stranger.set_password("another password altogether")
    stranger.save()
    long_in.post(check, SHAKEN)
    long_in.post(AGAIN, {"password": "another password altogether", "next": check})
    assert not is_signed()


def test_guessing_is_limited_and_afterwards_the_words_are_still_there(draft, long_in, check):
    long_in.post(check, SHAKEN)
    for _guess in range(6):
        answer = long_in.post(AGAIN, {"password": "a wrong password", "next": check})
    assert "Too many failed" in answer.content.decode()
    answer = long_in.post(AGAIN, {"password": PASSWORD, "next": check})
    assert not is_signed(), "not even the right one, for a while"
    tries = [long_in.post(AGAIN, {"password": PASSWORD, "next": check}) for _try in range(12)]
    assert tries[-1].status_code == 429
    assert "Wait a minute" in tries[-1].content.decode()
    assert draft.account in long_in.get(check).content.decode()


def test_a_script_is_told_where_to_go(draft, long_in, check):
    answer = long_in.post(check, SHAKEN, headers=HTMX)
    assert unquote(answer["HX-Redirect"]) == f"{AGAIN}?next={check}"


def test_what_was_changed_in_another_tab_meanwhile_is_looked_at_again(draft, long_in, check, therapist, departure):
    long_in.post(check, SHAKEN)
    reports.save_draft(draft, by=therapist, account="They stood up, said why, and left.")
    answer = long_in.post(AGAIN, {"password": PASSWORD, "next": check}, follow=True)
    assert answer.redirect_chain[-1][0] == check
    assert "has changed since you checked it" in answer.content.decode()
    assert not is_signed()
    long_in.post(check, SHAKEN)
    assert is_signed(), "they have just proved who they are"


def test_what_only_the_clock_changes_is_not_looked_at_again(draft, long_in, check, departure, therapist):
    """A promise that becomes overdue between the check and the password is the same promise."""
    tapped_at = timezone.now() - timedelta(minutes=12)
    levels.set_level(departure, level="immediate", op_id=uuid.uuid4(), at=tapped_at, by=therapist)
    due_at = departure.follow_ups.open().order_by("due_at").first().due_at
    assert timezone.now() < due_at
    long_in.post(check, SHAKEN)
    before = reports.what_would_be_signed(draft)
    with time_machine.travel(due_at + timedelta(days=40)):
        assert reports.what_would_be_signed(draft) == before
    with time_machine.travel(due_at + timedelta(minutes=4)):
        long_in.post(AGAIN, {"password": PASSWORD, "next": check})
    assert is_signed()


def test_a_step_recorded_meanwhile_is_looked_at_again(draft, long_in, check, therapist, departure):
    long_in.post(check, SHAKEN)
    checklist.record(departure, slug="stay-calm", outcome="done", op_id=departure.pk, by=therapist)
    long_in.post(AGAIN, {"password": PASSWORD, "next": check})
    assert not is_signed()


def test_a_signature_put_off_is_not_given_hours_later(draft, long_in, check):
    long_in.post(check, SHAKEN)
    session = long_in.session
    session["account_reauthentication_state"]["state"]["put_off_at"] -= recheck.STILL_MEANT_SECONDS
    session.save()
    assert long_in.post(AGAIN, {"password": PASSWORD, "next": check}).url == check
    assert not is_signed()


def test_a_password_given_for_something_else_signs_nothing(draft, long_in, check):
    long_in.post(check, SHAKEN)
    long_in.post(AGAIN, {"password": PASSWORD, "next": "/account/"})
    assert not is_signed()


def test_what_was_put_off_holds_ids_and_no_words(draft, long_in, check):
    long_in.post(check, SHAKEN)
    kept = str(long_in.session["account_reauthentication_state"])
    assert draft.account not in kept
    assert "shaken" not in kept


def test_signed_in_another_tab_meanwhile_it_is_signed_once(draft, long_in, check, therapist, departure):
    long_in.post(check, SHAKEN)
    first = reports.sign(draft, by=therapist)
    answer = long_in.post(AGAIN, {"password": PASSWORD, "next": check})
    assert answer.url == reverse("report", args=[departure.pk])
    assert DepartureReport.objects.get().signed_at == first.signed_at


def test_a_session_that_ended_in_the_meantime_leads_back_to_the_report(draft, long_in, client, check, therapist):
    long_in.post(check, SHAKEN)
    session = long_in.session
    session[session_end.MOVED] = session[session_end.BEGAN] = 0
    session.save()
    asked = long_in.post(AGAIN, {"password": PASSWORD, "next": check})
    assert asked.url.startswith("/account/sign-in/")
    facts = {"login": therapist.email, "password": PASSWORD, "next": check}
    assert long_in.post("/account/sign-in/", facts).url == check
    assert not is_signed()
    long_in.post(check, SHAKEN)
    assert is_signed()


def test_who_signs_in_by_the_page_has_proved_who_they_are(draft, client, check, therapist, settings):
    """allauth's own account of the sign-in counts, also where the session began long before."""
    client.post("/account/sign-in/", {"login": therapist.email, "password": PASSWORD})
    session = client.session
    session[session_end.BEGAN] -= settings.SIGNING_REAUTHENTICATION_SECONDS + 1
    session.save()
    client.post(check, SHAKEN)
    assert is_signed()


def test_which_ways_there_are_is_for_the_list_of_ways_to_say(draft, long_in, check, monkeypatch):
    ways = [{"id": "a_passkey", "url": "/account/passkey/", "description": "Use a passkey"}]
    monkeypatch.setattr(AccountAdapter, "get_reauthentication_methods", lambda self, user: ways)
    assert unquote(long_in.post(check, SHAKEN).url) == f"/account/passkey/?next={check}"


def test_who_has_no_way_to_prove_it_does_not_sign(draft, long_in, check, therapist):
    therapist.set_unusable_password()
    therapist.save()
    long_in.force_login(therapist)
    session = long_in.session
    session[session_end.BEGAN] -= 3600
    session.save()
    assert long_in.post(check, SHAKEN).status_code == 403
    assert not is_signed()


def test_who_is_no_therapist_any_more_signs_nothing(draft, long_in, check, therapist):
    long_in.post(check, SHAKEN)
    therapist.roles = [Role.ADMIN]
    therapist.save()
    assert long_in.post(AGAIN, {"password": PASSWORD, "next": check}).status_code == 403
    assert not is_signed()


def test_nobody_signs_what_somebody_else_wrote(draft, supervisor):
    with pytest.raises(reports.NotTheAuthor):
        reports.sign(draft, by=supervisor)
    assert not is_signed()
