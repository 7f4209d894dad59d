"""The organisation's own sign-in: only for people who are here, and only when the provider's word holds."""

import socket
import time
from datetime import timedelta

import jwt
import pytest
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts import single_sign_on
from accounts.models import AuditEntry, User
from tests.accounts.identity_provider import asked_by, but, question, running
from tests.conftest import PASSWORD

SUB = "ana-at-the-provider"


@pytest.fixture(scope="module")
def provider():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
        with running() as it:
            yield it


@pytest.fixture(autouse=True)
def configured(provider, settings):
    settings.OIDC_NAME, settings.OIDC_SERVER_URL = "Clinic Login", provider.address
    settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = "doorway", "a secret"


@pytest.fixture
def vouched(provider, therapist):
    """The provider knows the therapist, and that the address is theirs; more claims as given."""

    def vouch(**claims):
        about = {"email": therapist.email, "email_verified": True, **claims}
        provider.knows(SUB, **{name: value for name, value in about.items() if value is not None})
        return therapist

    return vouch


def come(provider, browser, sub=SUB, **more):
    return browser.get(provider.sign_in(asked_by(browser, **more), sub))


def is_in(browser):
    return browser.get(reverse("me")).status_code == 200


def refused(answer, words, *, status=401):
    assert answer.status_code == status
    assert words in answer.content.decode()


def test_the_sign_in_page_offers_it_by_name(client, db):
    page = client.get(reverse("account_login")).content.decode()
    assert "Sign in with Clinic Login" in page
    assert 'name="password"' in page


def test_where_none_is_set_there_is_none(client, db, settings):
    settings.OIDC_NAME = ""
    assert "with/" not in client.get(reverse("account_login")).content.decode()
    assert client.post(reverse("begin-sign-on")).status_code == 404
    assert client.get(reverse("end-sign-on")).status_code == 404


def test_somebody_who_is_here_comes_in_and_lands_where_they_wanted(provider, vouched, client):
    person = vouched()
    assert come(provider, client, next_page="/steps/").url == "/steps/"
    assert str(person.pk) == client.session["_auth_user_id"]
    assert SocialAccount.objects.get().uid == SUB
    assert SocialAccount.objects.get().extra_data == {}
    trail = dict(AuditEntry.objects.filter(by=person).values_list("action", "facts"))
    assert trail == {"sign_on_linked": {}, "signed_in": {"ways": ["socialaccount"]}}


def test_their_password_stays_what_it_was(provider, vouched, client):
    """The library would wipe it, as if somebody had signed up with a foreign address."""
    person = vouched()
    come(provider, client)
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


def test_what_is_asked_carries_a_state_a_nonce_and_a_challenge(client, db):
    first, second = question(asked_by(client)), question(asked_by(client))
    assert first["response_type"] == "code"
    assert first["code_challenge_method"] == "S256"
    assert first["redirect_uri"] == "http://127.0.0.1:8000/account/sign-in/with/back/"
    for name in ("state", "nonce", "code_challenge"):
        assert len(first[name]) >= 16
        assert first[name] != second[name]


def test_nobody_adds_to_what_is_asked(client, db):
    added = "auth_params=nonce%3Dx%26prompt%3Dnone&scope=admin&process=connect"
    answer = client.post(f"{reverse('begin-sign-on')}?{added}")
    assert "prompt" not in answer.content.decode()
    assert "admin" not in answer.content.decode()


def test_it_begins_with_a_form_of_ours(client, db):
    """Another site cannot send somebody on the way."""
    assert client.get(reverse("begin-sign-on")).status_code == 405
    assert Browser(enforce_csrf_checks=True).post(reverse("begin-sign-on")).status_code == 403


def test_it_leads_to_no_other_site_afterwards(provider, vouched, client):
    vouched()
    assert come(provider, client, next_page="https://evil.example/").url == "/"


def test_the_way_through_a_real_page_breaks_no_rule_of_the_policy(client, db):
    answer = client.post(reverse("begin-sign-on"))
    assert "form-action 'self'" in answer["Content-Security-Policy"], "so that a redirect would be held back"
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "claims",
    [
        {"email_verified": False},
        {"email_verified": None},
        {"email_verified": "no"},
        {"email": None},
    ],
)
def test_an_address_nobody_vouches_for_opens_no_account(provider, vouched, client, claims):
    vouched(**claims)
    refused(come(provider, client), "does not say that your address was checked")
    assert not is_in(client)
    assert not SocialAccount.objects.exists()


def test_somebody_who_is_not_here_is_not_signed_up(provider, client, db):
    provider.knows("somebody", email="somebody@clinic.example", email_verified=True)
    before = User.objects.count()
    refused(come(provider, client, "somebody"), "Ask your admin to invite you")
    assert User.objects.count() == before
    assert not is_in(client)


def test_who_has_left_is_turned_away_in_the_usual_words(provider, vouched, client):
    person = vouched()
    User.objects.filter(pk=person.pk).update(is_active=False)
    answer = come(provider, client)
    assert "not active any more" in client.get(answer.url).content.decode()
    assert not is_in(client)
    assert not SocialAccount.objects.exists()


def test_who_leaves_later_is_turned_away_too(provider, vouched, client):
    person = vouched()
    come(provider, Browser())
    User.objects.filter(pk=person.pk).update(is_active=False)
    answer = come(provider, client)
    assert "not active any more" in client.get(answer.url).content.decode()
    assert not is_in(client)


def test_a_person_is_found_by_the_providers_own_name_for_them_from_then_on(provider, vouched, client, stranger):
    """Their address at the provider may change, even to that of a colleague."""
    person = vouched()
    come(provider, Browser())
    vouched(email=stranger.email)
    come(provider, client)
    assert client.session["_auth_user_id"] == str(person.pk)


def test_an_address_that_went_to_somebody_else_does_not_open_the_account(provider, vouched, client):
    person = vouched()
    come(provider, Browser())
    provider.knows("a-new-ana", email=person.email, email_verified=True)
    refused(come(provider, client, "a-new-ana"), "belongs to another account")
    assert not is_in(client)


def test_another_provider_is_not_taken_for_this_one(provider, vouched, client, settings):
    vouched()
    come(provider, Browser())
    kept = single_sign_on.provider_id()
    settings.OIDC_SERVER_URL = "https://elsewhere.example"
    assert single_sign_on.provider_id() != kept


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"},
        {"aud": ["another client"]},
        {"exp": int(time.time()) - 600},
        {"nonce": "of another question"},
    ],
    ids=["issuer", "audience", "expired", "nonce"],
)
def test_a_token_that_is_not_for_us_here_and_now_opens_nothing(provider, vouched, client, claims):
    """Signed by the provider all the same."""
    vouched(**claims)
    refused(come(provider, client), "in a way we can trust")
    assert not is_in(client)


@pytest.mark.parametrize("algorithm", ["none", "HS256", "RS256"])
def test_a_token_that_the_provider_did_not_sign_is_none(provider, vouched, client, monkeypatch, algorithm):
    """Made by somebody in between, who says all that the provider says and names its key, but has it not."""
    vouched()
    keys = {"none": None, "HS256": "x" * 32, "RS256": rsa.generate_private_key(public_exponent=65537, key_size=2048)}
    answered = single_sign_on.Conversation.get_access_token_data

    def in_between(self, *args, **kwargs):
        answer = answered(self, *args, **kwargs)
        said = jwt.decode(answer["id_token"], options={"verify_signature": False})
        named = {"kid": jwt.get_unverified_header(answer["id_token"]).get("kid")}
        answer["id_token"] = jwt.encode(
            said, keys[algorithm], algorithm=algorithm, headers=named if named["kid"] else {}
        )
        return answer

    monkeypatch.setattr(single_sign_on.Conversation, "get_access_token_data", in_between)
    refused(come(provider, client), "in a way we can trust")
    assert not is_in(client)


def test_an_answer_to_a_question_of_somebody_else_is_none(provider, vouched, client):
    """A code that was put under somebody (login CSRF): no state of theirs goes with it."""
    vouched()
    path = provider.sign_in(asked_by(Browser()), SUB)
    refused(client.get(path), "in a way we can trust")
    assert not is_in(client)


def test_a_code_that_was_asked_for_with_another_nonce_or_challenge_is_none(provider, vouched, client):
    vouched()
    asked = asked_by(client)
    refused(client.get(provider.sign_in(but(asked, nonce="n" * 32), SUB)), "in a way we can trust")
    assert not is_in(client)


def test_a_code_for_another_client_is_none(provider, vouched, client):
    vouched()
    refused(client.get(provider.sign_in(but(asked_by(client), client_id="another"), SUB)), "in a way we can trust")
    assert not is_in(client)


def test_an_answer_counts_once(provider, vouched, client):
    vouched()
    path = provider.sign_in(asked_by(client), SUB)
    client.get(path)
    client.post(reverse("account_logout"))
    refused(client.get(path), "in a way we can trust")


def test_an_answer_that_comes_too_late_is_none(provider, vouched, client, time_machine):
    vouched()
    path = provider.sign_in(asked_by(client), SUB)
    time_machine.move_to(timezone.now() + timedelta(seconds=601))
    refused(client.get(path), "in a way we can trust")


def test_who_changes_their_mind_is_back_at_the_sign_in_page(provider, client, db):
    asked = asked_by(client)
    path = f"{provider.decline(asked)}&state={question(asked)['state']}"
    assert client.get(path).url == reverse("account_login")


def test_a_provider_that_is_down_is_said_calmly_and_the_password_still_opens(client, therapist, settings):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and nobody listens
        settings.OIDC_SERVER_URL = f"http://127.0.0.1:{taken.getsockname()[1]}"
        answer = client.post(reverse("begin-sign-on"))
        refused(answer, "does not answer just now", status=503)
        assert "it still works" in answer.content.decode()
        client.post(reverse("account_login"), {"login": therapist.email, "password": PASSWORD})
    assert is_in(client)


def test_a_provider_that_goes_down_on_the_way_back(provider, vouched, client, settings):
    vouched()
    with running() as short_lived:
        settings.OIDC_SERVER_URL = short_lived.address
        short_lived.knows(SUB, email=vouched().email, email_verified=True)
        path = short_lived.sign_in(asked_by(client), SUB)
    refused(client.get(path), "does not answer just now", status=503)
    assert not is_in(client)


def test_a_provider_that_calls_itself_another_is_not_trusted(provider, client, db, settings):
    """By the number it names itself by the number: its issuer is another then."""
    settings.OIDC_SERVER_URL = f"{provider.address}/other"
    assert client.post(reverse("begin-sign-on")).status_code in {401, 503}


@pytest.mark.parametrize(
    ("counts", "claims", "is_proved"),
    [
        ([], {"amr": ["pwd", "mfa"]}, False),
        (["mfa"], {"amr": ["pwd"]}, False),
        (["mfa"], {"amr": "mfa"}, False),
        (["mfa", "otp"], {"amr": ["pwd", "otp"]}, True),
        (["phr"], {"acr": "phr"}, True),
    ],
)
def test_whether_the_providers_second_step_counts_is_said_by_the_setting(
    provider, vouched, client, settings, rf, counts, claims, is_proved
):
    settings.OIDC_SECOND_FACTOR = counts
    person = vouched(**claims)
    come(provider, client)
    request = rf.get("/")
    request.session = client.session
    assert single_sign_on.proved_second_factor(request, person) is is_proved
    assert not single_sign_on.proved_second_factor(request, User(pk=person.pk + 1))


def test_without_passwords_only_the_provider_opens_the_door(provider, vouched, client, settings):
    settings.PASSWORD_SIGN_IN = False
    person = vouched()
    page = client.get(reverse("account_login")).content.decode()
    assert 'name="password"' not in page
    assert "Forgotten" not in page
    answer = client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    assert answer.status_code == 405
    assert client.get(reverse("account_reset_password")).status_code == 404
    assert not is_in(client)
    come(provider, client)
    assert is_in(client)
    assert client.get(reverse("account_change_password")).status_code == 404


def test_somebody_new_needs_no_password_where_there_are_none(provider, admin, team, mails, client, settings):
    from accounts import invitations
    from tests.accounts.test_invitations import LEE, link_in

    settings.PASSWORD_SIGN_IN = False
    invitations.invite(email=LEE, name="Lee", roles=["therapist"], team=team, language="en-gb", by=admin)
    assert 'type="password"' not in client.get(link_in(mails()[0]), follow=True).content.decode()
    assert client.post(reverse("accept-invitation")).url == reverse("account_login")
    provider.knows("lee", email=LEE, email_verified=True)
    come(provider, client, "lee")
    assert is_in(client)


def again(provider, browser, sub=SUB):
    """Asked once more who it is, before signing out other devices."""
    way = browser.post(reverse("end-other-devices")).url
    assert way.startswith(reverse("sign-on-again"))
    asked = asked_by(browser, name="sign-on-again", next_page=reverse("me"))
    assert (question(asked)["prompt"], question(asked)["max_age"]) == ("login", "0")
    return browser.get(provider.sign_in(asked, sub))


def test_who_has_no_password_proves_again_at_the_provider_who_they_are(
    provider, vouched, client, asked_each_time, signed_in
):
    person = vouched(auth_time=int(time.time()))
    person.set_unusable_password()
    person.save()
    come(provider, client)
    elsewhere = signed_in(person)
    assert again(provider, client).url == reverse("me")
    assert not is_in(elsewhere)
    assert is_in(client)


@pytest.mark.parametrize("asked_at", [0, "now", True])
def test_a_provider_that_did_not_ask_again_proves_nothing(
    provider, vouched, client, asked_each_time, signed_in, asked_at
):
    person = vouched(auth_time=asked_at)
    person.set_unusable_password()
    person.save()
    come(provider, client)
    elsewhere = signed_in(person)
    refused(again(provider, client), "not asked again")
    assert is_in(elsewhere)


def test_somebody_else_at_the_provider_does_not_prove_it(provider, vouched, client, asked_each_time, stranger):
    person = vouched()
    person.set_unusable_password()
    person.save()
    come(provider, client)
    provider.knows("max", email=stranger.email, email_verified=True, auth_time=int(time.time()))
    refused(again(provider, client, "max"), "somebody else")


def test_signing_out_says_that_the_provider_may_still_know_them(provider, vouched, client):
    vouched()
    come(provider, client)
    answer = client.post(reverse("account_logout"))
    assert answer.url == reverse("signed-out")
    assert not is_in(client)
    page = client.get(answer.url).content.decode()
    assert f"{provider.address}/oauth2/end_session" in page
