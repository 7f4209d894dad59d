"""What has to be the person's own deed asks again who it is after five minutes, and nothing typed is lost."""

import json
import re
from urllib.parse import unquote

import pytest
from django.contrib.sessions.models import Session
from django.urls import get_resolver, reverse

from accounts import factors, session_end
from tests.accounts.keys import app_of, code, passkey_of
from tests.conftest import PASSWORD
from tests.test_access import doors

AGAIN = "/account/again/"
RESET = "/account/factors/reset/"
TYPED = {"email": "ana.reyes@clinic.example", "reason": "lost"}

#: Doors of the ways in; those of exports say so too.
OF_THE_WAYS_IN = {
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_add_webauthn",
    "mfa_edit_webauthn",
    "mfa_remove_webauthn",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "reset-factors",
}


@pytest.fixture
def after():
    """Let that many seconds go by since somebody proved who they are: `after(browser, 301)`."""

    def wait(browser, seconds):
        session = browser.session
        session[session_end.BEGAN] -= seconds
        session.save()
        return browser

    return wait


def test_each_door_of_the_ways_in_and_of_clinical_files_is_marked():
    marked = {name for name, view in doors() if getattr(view, "is_recently_checked", False)}
    assert marked >= OF_THE_WAYS_IN | {"departure-bundle"}


@pytest.mark.parametrize(("seconds", "asks"), [(299, False), (301, True)])
@pytest.mark.parametrize("name", sorted(OF_THE_WAYS_IN - {"mfa_generate_recovery_codes"}))
def test_four_minutes_59_pass_and_five_minutes_one_asks(signed_in, admin, after, name, seconds, asks):
    passkey = passkey_of(admin)
    parameters = get_resolver().reverse_dict.getlist(name)[0][0][0][1]
    address = reverse(name, kwargs=dict.fromkeys(parameters, passkey.pk))
    answer = after(signed_in(admin), seconds).get(address)
    asked = answer.get("Location", "").startswith(AGAIN)
    assert asked == asks


@pytest.mark.parametrize(("seconds", "asks"), [(299, False), (301, True)])
def test_roles_invitations_and_devices_ask_after_five_minutes_as_well(
    signed_in, admin, therapist, team, after, seconds, asks
):
    somebody = {"email": "lee@clinic.example", "name": "Lee Park", "roles": ["therapist"], "team": team.pk}
    for name, parameters, typed in (
        ("person", [therapist.pk], {"roles": ["supervisor"], "is_active": "on"}),
        ("invite", [], somebody),
        ("end-other-devices", [], {}),
    ):
        browser = after(signed_in(admin), seconds)
        answer = browser.post(reverse(name, args=parameters), typed)
        assert answer.status_code == 302, name
        assert answer.url.startswith(AGAIN) == asks, name


def test_a_page_opens_by_itself_afterwards(signed_in, admin, after):
    browser = after(signed_in(admin), 301)
    asked = browser.get(RESET).url
    assert unquote(asked) == f"{AGAIN}?next={RESET}"
    assert browser.post(asked, {"password": PASSWORD, "next": RESET}).url == RESET
    assert browser.get(RESET).status_code == 200


def test_what_was_typed_is_kept_and_one_more_tap_sends_it(signed_in, admin, therapist, after):
    app_of(therapist)
    browser = after(signed_in(admin), 301)
    asked = browser.post(RESET, TYPED, headers={"referer": f"http://testserver{RESET}"}).url
    assert factors.has_one(therapist)
    kept = json.dumps([row.get_decoded() for row in Session.objects.all()])
    assert therapist.email not in kept, "sealed until then"
    wrong = browser.post(asked, {"password": "a wrong password", "next": RESET})
    assert 'class="errors"' in wrong.content.decode()
    page = browser.post(asked, {"password": PASSWORD, "next": RESET}).content.decode()
    found = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]+)">', page))
    assert {name: found[name] for name in TYPED} == TYPED
    assert f'action="{RESET}"' in page
    assert factors.has_one(therapist), "nothing happens by itself"
    browser.post(RESET, TYPED)
    assert not factors.has_one(therapist)


def test_a_script_is_told_where_to_go(signed_in, admin, after):
    answer = after(signed_in(admin), 301).post(RESET, TYPED, headers={"HX-Request": "true"})
    assert answer["HX-Redirect"].startswith(AGAIN)


def test_a_code_is_as_good_as_the_password(signed_in, admin, after):
    secret = app_of(admin)
    browser = after(signed_in(admin), 301)
    asked = browser.get(RESET).url
    assert "Use a code" in browser.get(asked).content.decode()
    way = f"{AGAIN}code/"
    assert "give a code" in browser.get(way, {"next": RESET}).content.decode()
    assert browser.post(way, {"code": "000000", "next": RESET}).status_code == 200
    used = code(secret)
    assert browser.post(way, {"code": used, "next": RESET}).url == RESET
    assert browser.get(RESET).status_code == 200
    after(browser, 301)
    session = browser.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 301
    session.save()
    browser.get(RESET)
    assert browser.post(way, {"code": used, "next": RESET}).status_code == 200, "and is as soon used up"


def test_a_clinical_file_asks_again(signed_in, therapist, departure, after):
    address = reverse("departure-bundle", args=[departure.pk]) + "?version=R5"
    assert signed_in(therapist).get(address).status_code == 200
    assert after(signed_in(therapist), 301).get(address).url.startswith(AGAIN)
