"""Guessing is slow; and nobody keeps somebody else out by guessing badly."""

import re
from datetime import timedelta
from functools import partial

import pytest
from django.core.cache import cache
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts import tries
from accounts.models import AuditEntry
from tests.conftest import PASSWORD
from tests.followups.races import Held, both

ATTACKER, VICTIM = "203.0.113.66", "198.51.100.7"
NOBODY = "nobody@clinic.example"


def attempt(email, password, *, by=ATTACKER, **headers):
    """Whether it let somebody in, and the answer."""
    browser = Browser(REMOTE_ADDR=by, **headers)
    answer = browser.post(reverse("account_login"), {"login": email, "password": password})
    return browser.get(reverse("me")).status_code == 200, answer


def guess(email, *, times, **more):
    return [attempt(email, f"a wrong password {number}", **more)[1] for number in range(times)]


def test_after_five_wrong_ones_the_right_one_does_not_count_either(therapist):
    guess(therapist.email, times=5)
    is_in, answer = attempt(therapist.email, PASSWORD)
    assert not is_in
    assert "Too many" in answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_two_guesses_at_once_are_two(therapist, monkeypatch):
    """A request is one transaction: the row with which allauth locks its count holds the next back until it ends."""
    guess(therapist.email, times=4)
    first = Held(monkeypatch, tries, "failed", seconds=1)  # it was counted, and nobody can see it yet
    answers = both(partial(guess, therapist.email, times=1), partial(guess_after, first, therapist.email))
    assert sorted("Too many" in answer.content.decode() for (answer,) in answers) == [False, True]


def guess_after(first, email):
    assert first.reached.wait(10)
    return guess(email, times=1)


def test_five_minutes_later_it_does(therapist, time_machine):
    guess(therapist.email, times=5)
    time_machine.move_to(timezone.now() + timedelta(seconds=301))
    assert attempt(therapist.email, PASSWORD)[0]


def test_an_attacker_locks_nobody_out_elsewhere(therapist):
    guess(therapist.email, times=8)
    assert attempt(therapist.email, PASSWORD, by=VICTIM)[0]


def test_right_ones_between_do_not_start_the_count_anew(therapist, stranger):
    guess(therapist.email, times=4)
    assert attempt(therapist.email, PASSWORD)[0]
    guess(therapist.email, times=1)
    assert not attempt(therapist.email, PASSWORD)[0]


def test_one_address_guesses_at_ten_accounts_a_minute(therapist):
    for number in range(10):
        guess(f"person{number}@clinic.example", times=1)
    assert not attempt(therapist.email, PASSWORD)[0]
    assert attempt(therapist.email, PASSWORD, by=VICTIM)[0]


def test_a_clinic_behind_one_address_begins_at_nine(hire):
    assert all(attempt(hire(f"Person {number}", "therapist").email, PASSWORD)[0] for number in range(40))


def test_the_count_is_kept_in_postgresql_whatever_else_is_counted(therapist):
    """Redis may be emptied at any time; and hundreds of made-up addresses push nothing out."""
    guess(therapist.email, times=5)
    for number in range(700):
        cache.set(f"!flood-{number}", number, 300)
    assert not attempt(therapist.email, PASSWORD)[0]


def test_a_made_up_forwarded_for_is_no_way_round(therapist):
    for number in range(5):
        guess(therapist.email, times=1, HTTP_X_FORWARDED_FOR=f"192.0.2.{number}")
    assert not attempt(therapist.email, PASSWORD, HTTP_X_FORWARDED_FOR="192.0.2.99")[0]


def test_behind_a_proxy_people_are_told_apart_and_still_choose_nothing(therapist, settings):
    settings.TRUSTED_PROXIES = 1
    for number in range(5):
        guess(therapist.email, times=1, by="10.0.0.1", HTTP_X_FORWARDED_FOR=f"192.0.2.{number}, {ATTACKER}")
    assert not attempt(therapist.email, PASSWORD, by="10.0.0.1", HTTP_X_FORWARDED_FOR=f"192.0.2.9, {ATTACKER}")[0]
    assert attempt(therapist.email, PASSWORD, by="10.0.0.1", HTTP_X_FORWARDED_FOR=VICTIM)[0]


def test_a_network_of_ipv6_is_one_address(therapist):
    for number in range(5):
        guess(therapist.email, times=1, by=f"2001:db8:1:2::{number + 1}")
    assert not attempt(therapist.email, PASSWORD, by="2001:db8:1:2::ffff")[0]
    assert attempt(therapist.email, PASSWORD, by="2001:db8:1:3::1")[0]


def without_the_address(answer, email):
    """What came back, but for what was typed and what is new each time."""
    text = re.sub(r'(csrfmiddlewaretoken" value=)"\w+"', r"\1", answer.content.decode())
    return answer.status_code, text.replace(email, "…"), sorted(answer.headers)


@pytest.mark.parametrize("times", [1, 6], ids=["a wrong password", "too many of them"])
def test_an_address_that_is_unknown_gets_the_same_answer(therapist, times):
    known = guess(therapist.email, times=times)[-1]
    unknown = guess(NOBODY, times=times, by="203.0.113.67")[-1]
    assert without_the_address(known, therapist.email) == without_the_address(unknown, NOBODY)


def test_somebody_who_left_or_has_no_password_gets_the_same_answer(therapist, stranger):
    stranger.is_active = False
    stranger.save()
    therapist.set_unusable_password()
    therapist.save()
    supposed = without_the_address(guess(NOBODY, times=1)[0], NOBODY)
    for person in (stranger, therapist):
        assert without_the_address(guess(person.email, times=1)[0], person.email) == supposed


def test_a_wrong_password_costs_as_many_questions_whether_the_address_is_known_or_not(therapist):
    counted = [statements(email) for email in (therapist.email, NOBODY)]
    assert counted[0] == counted[1]


def statements(email):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        guess(email, times=6, by=f"203.0.113.{len(email)}")
    return len(captured)


def test_wrong_passwords_stand_in_the_trail_without_what_was_typed(therapist):
    guess(therapist.email, times=1)
    guess(NOBODY, times=1)
    guess(therapist.email, times=5)
    trail = AuditEntry.objects.order_by("pk").values_list("action", "subject_id", "system_actor")
    assert list(trail) == [
        ("sign_in_failed", str(therapist.pk), "sign-in"),
        ("sign_in_failed", "0", "sign-in"),
        *[("sign_in_failed", str(therapist.pk), "sign-in")] * 4,
        ("sign_in_held_back", str(therapist.pk), "sign-in"),
    ]
    kept = repr(list(AuditEntry.objects.values_list()))
    assert NOBODY not in kept
    assert "wrong password" not in kept


def test_asking_again_who_it_is_counts_as_well(signed_in, therapist):
    browser = signed_in(therapist)
    for number in range(5):
        browser.post(reverse("account_reauthenticate"), {"password": f"wrong {number}"})
    answer = browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert "Too many" in answer.content.decode()
    assert AuditEntry.objects.filter(action="sign_in_failed").count() == 5


def test_a_forgotten_password_gets_the_same_answer_for_the_same_work(therapist, mails):
    known, unknown = [
        Browser(REMOTE_ADDR=by).post(reverse("account_reset_password"), {"email": email}, follow=True)
        for email, by in ((therapist.email, VICTIM), (NOBODY, ATTACKER))
    ]
    assert (known.redirect_chain, known.content) == (unknown.redirect_chain, unknown.content)
    assert [mail.to for mail in mails()] == [[therapist.email]]
