"""A second step after the password: set up once, asked for at each sign-in, and never in the way of a departure."""

import json
import re
import threading
import uuid

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.test import Client as Browser
from django.urls import reverse

from accounts import factors, session_end, totp
from accounts.cipher import Unreadable, decrypt
from accounts.models import AuditEntry, Role
from sessions_app.models import DepartureEvent, HelpCall
from tests.accounts.keys import app_of, code, passkey_of
from tests.conftest import PASSWORD

SIGN_IN, SECOND, SET_UP, OWN = "/account/sign-in/", "/account/sign-in/second/", "/account/factors/", "/account/"
NEW_PASSWORD = "four quiet words here"


def give_password(browser, person, password=PASSWORD):
    return browser.post(SIGN_IN, {"login": person.email, "password": password})


def give(browser, words):
    return browser.post(SECOND, {"code": words})


def is_in(browser):
    return browser.get(OWN).status_code == 200


@pytest.fixture
def secret(therapist):
    """Of the therapist's app."""
    return app_of(therapist)


# At sign-in ---------------------------------------------------------------------------------------------------


def test_after_the_password_comes_a_code(client, therapist, secret):
    assert give_password(client, therapist).url == SECOND
    assert not is_in(client)
    page = client.get(SECOND).content.decode()
    assert 'autocomplete="one-time-code"' in page
    assert give(client, code(secret)).url == "/"
    assert is_in(client)


def test_the_page_that_was_asked_for_comes_after_both_steps(client, therapist, secret):
    client.post(SIGN_IN, {"login": therapist.email, "password": PASSWORD, "next": "/steps/"})
    assert give(client, code(secret)).url == "/steps/"


@pytest.mark.parametrize("wrong", ["000000", "", "12345", "x" * 33, "\x00", "١٢٣٤٥٦"])
def test_a_wrong_code_is_refused_beside_its_field(client, therapist, secret, wrong):
    give_password(client, therapist)
    answer = give(client, wrong)
    assert answer.status_code == 422
    assert 'class="errors"' in answer.content.decode()
    assert not is_in(client)


def test_a_code_is_good_for_one_sign_in_whatever_becomes_of_the_cache(client, therapist, secret):
    used = code(secret)
    give_password(client, therapist)
    give(client, used)
    other = Browser()
    give_password(other, therapist)
    cache.clear()
    assert give(other, used).status_code == 422
    assert not is_in(other)
    assert give(other, code(secret, later=1)).url == "/"


def test_a_code_from_before_the_last_used_one_is_not_good_any_more(client, therapist, secret):
    app = factors.of(therapist).get()
    assert totp.take(app, code(secret, later=1))
    assert not totp.take(app, code(secret))


@pytest.mark.django_db(transaction=True)
def test_two_requests_at_once_with_one_code_let_one_in(therapist, secret):
    app, used, start, taken = factors.of(therapist).get(), code(secret), threading.Barrier(4), []

    def take():
        try:
            start.wait()
            taken.append(totp.take(app, used))
        finally:
            connection.close()

    threads = [threading.Thread(target=take) for _request in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(taken) == [False, False, False, True]


@pytest.mark.parametrize(("late", "is_good"), [(0, True), (1, True), (2, False), (-1, True), (-2, False)])
def test_a_clock_may_be_off_by_half_a_minute(therapist, secret, late, is_good):
    with time_machine.travel(1_800_000_000):
        shown = code(secret, later=-late)
        assert totp.take(factors.of(therapist).get(), shown) == is_good


def test_a_recovery_code_lets_in_once(signed_in, client, therapist, secret):
    browser = signed_in(therapist)
    first, *_others = codes_shown(browser)
    give_password(client, therapist)
    assert give(client, f"{first[:4]} {first[4:]}").url == "/"
    assert "9 are left." in client.get(OWN).content.decode()
    other = Browser()
    give_password(other, therapist)
    assert give(other, first).status_code == 422


def codes_shown(browser):
    page = browser.post(SET_UP + "codes/new/", follow=True).content.decode()
    found = ["".join(each) for each in re.findall(r"<li>(\d{4}) (\d{4})</li>", page)]
    assert len(found) == 10
    return found


def test_codes_are_shown_once(signed_in, therapist, secret):
    browser = signed_in(therapist)
    codes = codes_shown(browser)
    again = browser.get(SET_UP + "codes/").content.decode()
    assert not any(f"{each[:4]} {each[4:]}" in again for each in codes)
    assert "10 are left." in again
    assert not set(codes) & set(codes_shown(browser)), "new ones stop the old ones"


def test_guessing_codes_is_limited(client, therapist, secret):
    give_password(client, therapist)
    for _guess in range(6):
        give(client, "000000")
    answer = give(client, code(secret))
    assert answer.status_code == 422
    assert "Too many failed" in answer.content.decode()
    assert not is_in(client)


def test_whoever_opens_the_sign_in_page_begins_anew(client, therapist, stranger, secret):
    """Two people share a tablet: nobody goes on where the other one stopped."""
    give_password(client, therapist)
    assert client.get(SIGN_IN).status_code == 200
    assert give(client, code(secret)).url == SIGN_IN
    give_password(client, stranger)
    assert "Max Stranger" in client.get(OWN).content.decode()


def test_a_new_password_does_not_go_round_the_second_step(client, therapist, secret, mails):
    client.post(reverse("account_reset_password"), {"email": therapist.email})
    link = re.search(r"https?://[^/\s]+(/account/password/forgotten/\S+)", mails()[0].body).group(1)
    form = client.get(link, follow=True).request["PATH_INFO"]
    client.post(form, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
    assert not is_in(client)
    assert give_password(client, therapist, NEW_PASSWORD).url == SECOND
    assert not is_in(client)
    give(client, code(secret))
    assert is_in(client)


def test_over_a_page_a_script_gets_words_instead_of_pages(client, therapist, secret):
    script = {"X-Requested-With": "XMLHttpRequest"}
    facts = {"login": therapist.email, "password": PASSWORD}
    assert client.post(SIGN_IN, facts, headers=script).json()["location"] == SECOND
    assert client.get(SECOND, headers=script).json()["has_passkey"] is False
    refused = client.post(SECOND, {"code": "000000"}, headers=script)
    assert (refused.status_code, len(refused.json()["errors"])) == (400, 1)
    assert client.post(SECOND, {"code": code(secret)}, headers=script).json() == {"location": "/"}
    assert is_in(client)


# What is kept --------------------------------------------------------------------------------------------------


def test_secrets_are_sealed_wherever_they_are_written(signed_in, therapist):
    browser = signed_in(therapist)
    secret = secret_on(browser.get(SET_UP + "app/"))
    assert secret not in everything_kept()
    browser.post(SET_UP + "app/", {"code": code(secret)})
    row = factors.of(therapist).get(type="totp")
    codes = factors.of(therapist).get(type="recovery_codes")
    assert secret not in everything_kept()
    assert decrypt(row.data["secret"], about=totp.about(therapist.pk)) == secret
    assert len(codes.data["seed"]) > 80
    assert not re.fullmatch(r"[0-9a-f]+", codes.data["seed"]), "a seed as it is made would be hexadecimal"


def secret_on(answer):
    """As the page shows it to somebody whose app cannot scan."""
    groups = re.search(r'<span class="tabular">([A-Z2-7 ]+)</span>', answer.content.decode()).group(1)
    return groups.replace(" ", "")


def everything_kept():
    rows = [json.dumps(data) for data in Authenticator.objects.values_list("data", flat=True)]
    return " ".join([*rows, *(json.dumps(row.get_decoded()) for row in Session.objects.all())])


def test_a_secret_moved_to_somebody_else_is_refused(therapist, stranger, secret):
    """Whoever can write into the table still cannot lend their own app to somebody else."""
    row = factors.of(therapist).get()
    row.user = stranger
    row.save()
    with pytest.raises(Unreadable):
        totp.take(row, code(secret))


# Setting up ---------------------------------------------------------------------------------------------------


def test_who_needs_one_and_has_none_is_led_to_setting_it_up(client, therapist, departure, factors_needed):
    assert give_password(client, therapist).url == "/"
    assert client.get("/").url == SET_UP
    page = client.get(SET_UP).content.decode()
    assert "Set up a second way to sign in" in page
    assert "tel:911" in page
    assert reverse("offline") in page
    assert departure.client.reference not in page
    assert "Follow-ups" not in page, "no way leads further"


def test_once_it_is_set_up_everything_is_open_and_the_code_is_used_up(client, therapist, factors_needed):
    give_password(client, therapist)
    secret = secret_on(client.get(SET_UP + "app/"))
    used = code(secret)
    assert client.post(SET_UP + "app/", {"code": used}).url == SET_UP + "codes/"
    assert "They are shown only now" in client.get(SET_UP + "codes/").content.decode()
    assert client.get("/").status_code == 200
    other = Browser()
    give_password(other, therapist)
    cache.clear()
    assert give(other, used).status_code == 422, "also not the one that set it up"
    assert give(other, code(secret, later=1)).url == "/"
    assert other.get("/").status_code == 200


def test_a_mistyped_code_keeps_the_picture(client, therapist, factors_needed):
    give_password(client, therapist)
    secret = secret_on(client.get(SET_UP + "app/"))
    refused = client.post(SET_UP + "app/", {"code": "000000"})
    assert refused.status_code == 422
    assert secret_on(refused) == secret
    assert 'src="data:image/svg+xml' in refused.content.decode()


@pytest.mark.parametrize("kind", [app_of, passkey_of])
def test_either_kind_is_enough(client, therapist, factors_needed, kind):
    kind(therapist)
    assert give_password(client, therapist).url == SECOND


def test_only_roles_that_are_named_need_one(client, hire, settings):
    settings.MFA_REQUIRED_ROLES = ["therapist"]
    give_password(client, hire("Kim Novak", Role.ADMIN))
    assert is_in(client)


def test_the_language_can_be_chosen_before(client, therapist, factors_needed):
    give_password(client, therapist)
    assert client.post(SET_UP, {"language": "es"}).url == SET_UP
    assert 'lang="es"' in client.get(SET_UP).content.decode()


def test_who_set_it_up_on_one_device_proves_it_on_the_other(client, therapist, factors_needed):
    give_password(client, therapist)
    app_of(therapist)
    assert client.get("/").url == SIGN_IN
    assert give_password(client, therapist).url == SECOND


# Nothing waits for it in a crisis --------------------------------------------------------------------------------


def test_who_is_in_stays_in_when_the_rule_comes(signed_in, therapist, session, settings):
    browser = signed_in(therapist)
    settings.MFA_REQUIRED_ROLES = Role.values
    browser.post(reverse("start-departure"), {"session": session.pk})
    assert DepartureEvent.objects.count() == 1


def test_a_departure_asks_for_no_factor_however_long_ago_it_was_given(client, therapist, session, secret):
    give_password(client, therapist)
    give(client, code(secret))
    facts = client.session
    facts[session_end.BEGAN] -= 11 * 3600
    for record in facts["account_authentication_methods"]:
        record["at"] -= 11 * 3600
    facts.save()
    client.post(reverse("start-departure"), {"session": session.pk})
    assert DepartureEvent.objects.count() == 1


def test_taps_that_wait_on_a_device_go_on_waiting_and_are_not_lost(client, therapist, session, factors_needed):
    give_password(client, therapist)
    tap = {"id": str(uuid.uuid4()), "session": session.pk}
    answer = client.post(reverse("start-departure"), tap, headers={"X-Outbox": "", "HX-Request": "true"})
    assert answer.status_code == 401, "what the device keeps until somebody is in"
    assert not DepartureEvent.objects.exists()


def test_calling_for_help_needs_no_factor(client, therapist, supervisor, factors_needed):
    give_password(client, therapist)
    client.post(reverse("ask-for-help"), {"id": str(uuid.uuid4())})
    assert HelpCall.objects.get().by == therapist


# Taking away ----------------------------------------------------------------------------------------------------


def test_the_last_one_stays_until_there_is_another(signed_in, therapist, secret, factors_needed):
    browser = signed_in(therapist)
    refused = browser.post(SET_UP + "app/remove/")
    assert refused.status_code == 422
    assert "Add another first" in refused.content.decode()
    passkey_of(therapist)
    assert browser.post(SET_UP + "app/remove/").url == SET_UP
    assert [row.type for row in factors.of(therapist)] == ["webauthn"]
    assert browser.post(f"{SET_UP}passkeys/{factors.of(therapist).get().pk}/remove/").status_code == 422


def test_where_none_is_needed_the_last_one_can_go_and_its_codes_with_it(signed_in, therapist, secret):
    browser = signed_in(therapist)
    codes_shown(browser)
    browser.post(SET_UP + "app/remove/")
    assert not factors.of(therapist).exists()


def test_each_change_is_in_the_audit_trail_and_no_secret_is(signed_in, therapist, secret):
    browser = signed_in(therapist)
    codes = codes_shown(browser)
    browser.post(SET_UP + "app/remove/")
    entries = AuditEntry.objects.filter(subject_type="accounts.user", subject_id=str(therapist.pk), by=therapist)
    found = list(entries.exclude(action="viewed").order_by("pk").values_list("action", "facts"))
    assert found == [("recovery_codes_renewed", {}), ("factors_removed", {"kinds": ["totp", "recovery_codes"]})]
    assert not any(each in str(found) for each in [*codes, secret])


# Somebody lost theirs -------------------------------------------------------------------------------------------


def test_an_admin_resets_and_the_person_sets_up_anew(
    signed_in, client, therapist, admin, secret, factors_needed, mailoutbox, django_capture_on_commit_callbacks
):
    app_of(admin)
    desk, own = signed_in(admin), signed_in(therapist)
    with django_capture_on_commit_callbacks(execute=True):
        answer = desk.post(reverse("reset-factors"), {"email": therapist.email.upper(), "reason": "lost"}, follow=True)
    assert "Done." in answer.content.decode()
    assert not is_in(own), "signed out everywhere"
    assert is_in(desk)
    (mail,) = mailoutbox
    assert mail.to == [therapist.email]
    entry = AuditEntry.objects.get(action="factors_reset")
    assert (entry.by, entry.subject_id, entry.facts) == (
        admin,
        str(therapist.pk),
        {"reason": "lost", "kinds": ["totp"]},
    )
    assert give_password(client, therapist).url == "/", "their password stayed as it was"
    assert client.get("/").url == SET_UP


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"email": "nobody@clinic.example", "reason": "lost"}, "Nobody here has this address."),
        ({"email": "kim.novak@clinic.example", "reason": "lost"}, "ask another admin"),
        ({"email": "ana.reyes@clinic.example", "reason": "because"}, "because"),
        ({}, "required"),
    ],
)
def test_a_reset_that_cannot_be_is_refused_beside_its_field(signed_in, therapist, admin, secret, facts, words):
    answer = signed_in(admin).post(reverse("reset-factors"), facts)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert factors.has_one(therapist)


def test_nobody_resets_their_own_and_nobody_but_an_admin_anybodys(therapist, supervisor, admin, secret):
    for by in (supervisor, therapist):
        with pytest.raises(factors.MayNotReset):
            factors.reset(therapist, reason="lost", by=by)
    with pytest.raises(factors.MayNotReset):
        factors.reset(admin, reason="lost", by=admin)
    assert factors.has_one(therapist)


def test_no_page_shows_or_takes_a_secret_of_somebody_else(signed_in, admin, therapist, secret):
    page = signed_in(admin).get(reverse("reset-factors")).content.decode()
    form = page.partition("<main")[2].partition("</main>")[0].partition("<form")[2]
    assert set(re.findall(r' name="(\w+)"', form)) == {"csrfmiddlewaretoken", "email", "reason"}
    assert secret not in page
