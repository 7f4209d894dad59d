"""Single sign-on: the organisation's own identity provider says who somebody is (OpenID Connect Core 1.0).

django-allauth does the talking. What it leaves out is done here: a nonce; the signature of the ID token and its issuer
are always checked; who is meant is read from the ID token and from nothing else that does not carry the same `sub`;
nobody signs up; an account is found by a verified address once and by `sub` from then on.
"""

import hashlib
import time
from functools import wraps

import jwt
from allauth.account.internal.flows import reauthentication
from allauth.account.internal.flows.login import record_authentication
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, get_adapter
from allauth.socialaccount.models import SocialAccount, SocialApp
from allauth.socialaccount.providers.base.constants import AuthError
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.db import transaction
from django.http import HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import constant_time_compare, get_random_string
from django.utils.translation import gettext as _
from requests import RequestException

from accounts import audit, staff_mails
from accounts.models import StaffMail, User

AGAIN = "again"  # somebody who is signed in proves once more who they are
FACTOR, LEAVE_AT = "sign_on_factor", "sign_on_leave_at"  # kept in the session
STILL_NEW_SECONDS = 5 * 60  # how long ago the provider may have asked, where it was told to ask
CLOCKS_DIFFER_SECONDS = 30
SIGNATURES = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
NEEDED = ["issuer", "authorization_endpoint", "token_endpoint", "jwks_uri"]


def is_offered():
    return bool(settings.OIDC_NAME)


def ways_to_ask_again(user):
    """How somebody whose account is known to the provider proves once more who they are, as allauth lists ways."""
    if not (is_offered() and SocialAccount.objects.filter(user=user, provider=provider_id()).exists()):
        return []
    words = _("Use %(provider)s") % {"provider": settings.OIDC_NAME}
    return [{"id": "sign_on", "description": words, "url": reverse("sign-on-again")}]


def proved_second_factor(request, person):
    """Whether the provider says it asked this person for a second step, in this session, in words that count here."""
    proof = request.session.get(FACTOR)
    return bool(proof) and proof == {"person": person.pk}


def provider_id():
    """What links are kept under: another provider is another name, so that its `sub` is never taken for this one's."""
    return f"sso-{hashlib.sha256(settings.OIDC_SERVER_URL.rstrip('/').encode()).hexdigest()[:16]}"


class Refused(OAuth2Error):
    """They are not let in. The message is one sentence for the person."""


def readable(ask):
    """What the provider answers is not ours: whatever cannot be read is an error of the conversation, never of ours."""

    @wraps(ask)
    def asked(*args, **kwargs):
        try:
            return ask(*args, **kwargs)
        except RequestException:
            raise
        except (KeyError, TypeError, AttributeError, ValueError) as problem:
            raise OAuth2Error("an answer that cannot be read") from problem

    return asked


class Provider(OpenIDConnectProvider):
    def get_oauth2_adapter(self, request):
        return Conversation(request)

    def redirect(self, request, process, next_url=None, data=None, **kwargs):
        """Ask with a nonce, which has to come back in the ID token. What stands in our own address is not passed on."""
        nonce = get_random_string(32)
        params = {"nonce": nonce}
        if process == AGAIN:
            params |= {"prompt": "login", "max_age": "0"}
        return super().redirect(request, process, next_url=next_url, data=data, nonce=nonce, auth_params=params)

    def extract_uid(self, data):
        return str(data["id_token"]["sub"])

    def extract_common_fields(self, data):
        return {}

    def extract_email_addresses(self, data):
        return []

    def extract_extra_data(self, data):
        """Nothing is kept of what the provider says of a person."""
        return {}


class Conversation(OpenIDConnectOAuth2Adapter):
    """What is said to the provider, and what it answers; whatever it answers, at worst they are not signed in."""

    def __init__(self, request):
        super().__init__(request, provider_id())

    @property
    @readable
    def openid_config(self):
        """Where the provider is asked what: its own words, which must name itself as the one that was set."""
        config = super().openid_config
        scheme = settings.OIDC_SERVER_URL.partition(":")[0]
        if not all(config[each].startswith(f"{scheme}://") for each in NEEDED):
            raise OAuth2Error("another protocol")
        if config["issuer"].rstrip("/") != settings.OIDC_SERVER_URL.rstrip("/"):
            raise OAuth2Error("another issuer")  # OpenID Connect Discovery 1.0, 4.3
        return config

    def where_to_leave(self):
        """The address at the provider where its own session ends; "" where it names none."""
        address = self.openid_config.get("end_session_endpoint")
        scheme = settings.OIDC_SERVER_URL.partition(":")[0]
        return address if isinstance(address, str) and address.startswith(f"{scheme}://") else ""

    def get_callback_url(self, request, app):
        return f"{settings.PUBLIC_URL}{reverse('end-sign-on')}"

    @readable
    def get_access_token_data(self, request, app, client, pkce_code_verifier=None):
        return super().get_access_token_data(request, app, client, pkce_code_verifier=pkce_code_verifier)

    @readable
    def parse_token(self, data):
        return super().parse_token(data)

    @readable
    def complete_login(self, request, app, token, **kwargs):
        claims = self.claims_of(kwargs["response"], token)
        login = self.get_provider().sociallogin_from_response(request, {"id_token": claims})
        login.claims = claims
        return login

    def claims_of(self, response, token):
        """What the ID token says; of the address also what the provider says when asked for more about the same."""
        claims = self._decode_id_token(self.get_provider().app, response["id_token"])
        if "email" not in claims and "userinfo_endpoint" in self.openid_config:
            more = self._fetch_user_info(token.token)
            if more["sub"] == claims["sub"]:  # OpenID Connect Core 1.0, 5.3.2
                claims |= {each: more[each] for each in ("email", "email_verified") if each in more}
        return claims

    def _decode_id_token(self, app, id_token):
        """allauth trusts one that came over TLS; its signature is checked all the same, with the provider's own key."""
        with get_adapter().get_requests_session() as session:
            answer = session.get(self.openid_config["jwks_uri"])
        answer.raise_for_status()
        try:
            return jwt.decode(
                id_token,
                key=key_of(id_token, answer.json()),
                algorithms=SIGNATURES,
                issuer=self.openid_config["issuer"],
                audience=app.client_id,
                leeway=CLOCKS_DIFFER_SECONDS,
                options={"require": ["iss", "sub", "aud", "exp", "iat"]},
            )
        except jwt.PyJWTError as problem:
            raise OAuth2Error("an ID token that is none") from problem


def key_of(id_token, published):
    """The key a token names; one that names none was signed with the only one there is (OpenID Connect Core, 10.1)."""
    name, keys = jwt.get_unverified_header(id_token).get("kid"), jwt.PyJWKSet.from_dict(published).keys
    found = [each for each in keys if each.key_id == name] if name else keys
    if len(found) != 1:
        raise OAuth2Error("no such key")
    return found[0]


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    def get_provider(self, request, provider, client_id=None):
        facts = {"server_url": settings.OIDC_SERVER_URL.rstrip("/"), "oauth_pkce_enabled": True}
        app = SocialApp(provider="openid_connect", provider_id=provider_id(), name=settings.OIDC_NAME, settings=facts)
        app.client_id, app.secret = settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET
        return Provider(request, app=app)

    def is_open_for_signup(self, request, sociallogin):
        return False

    def on_authentication_error(self, request, provider, error=None, exception=None, extra_context=None):
        """Say calmly that it did not work; the password, where there is one, still does."""
        if error == AuthError.CANCELLED:
            raise ImmediateHttpResponse(redirect("account_login"))
        raise ImmediateHttpResponse(failed_page(request, exception))

    def pre_social_login(self, request, sociallogin):
        """The provider's answer holds; now whether it is an answer to this question, and of somebody who is here."""
        try:
            claims = sociallogin.claims
            refuse_another_answer(claims, sociallogin.state)
            if sociallogin.state["process"] == AGAIN:
                raise ImmediateHttpResponse(proved_again(request, sociallogin))
            if not sociallogin.is_existing:
                sociallogin.user = link(sociallogin.account, claims)
        except Refused as problem:
            raise ImmediateHttpResponse(failed_page(request, problem)) from problem
        remember_factor(request, sociallogin.user, claims)


def refuse_another_answer(claims, state):
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not constant_time_compare(nonce, state.get("nonce", "")):
        raise Refused("")


@transaction.atomic
def link(account, claims):
    """The person who is meant by somebody the provider has not named before. From now on they are found by `sub`.

    Refuses (Refused) an address that the provider does not vouch for, one that nobody here has, and one whose
    person is already known to the provider under another `sub`: addresses are given to somebody else when people leave.
    """
    email = claims.get("email")
    if not isinstance(email, str) or claims.get("email_verified") not in {True, "true"}:
        raise Refused(_("%(provider)s does not say that your address was checked.") % {"provider": settings.OIDC_NAME})
    person = User.objects.select_for_update(of=["self"]).filter(email=email.lower()).first()
    if person is None:
        raise Refused(_("Nobody here has your address yet. Ask your admin to invite you."))
    if SocialAccount.objects.filter(user=person, provider=account.provider).exists():
        raise Refused(_("Your address belongs to another account of %(provider)s.") % {"provider": settings.OIDC_NAME})
    if person.is_active:  # else they are turned away as with a password, and nothing is kept
        account.user = person
        account.save()
        audit.record("sign_on_linked", person, by=person)
        staff_mails.write(StaffMail.Kind.SIGN_ON_LINKED, person=person)
    return person


def remember_factor(request, person, claims):
    """Whether the provider's own second step counts is the organisation's to say (OIDC_SECOND_FACTOR)."""
    methods = claims.get("amr")
    said = {each for each in (methods if isinstance(methods, list) else []) if isinstance(each, str)}
    said |= {claims["acr"]} if isinstance(claims.get("acr"), str) else set()
    request.session.pop(FACTOR, None)
    if said & set(settings.OIDC_SECOND_FACTOR):
        request.session[FACTOR] = {"person": person.pk}


def proved_again(request, sociallogin):
    """The person was asked once more, just now, and is who is signed in: what they wanted goes on."""
    asked_at = sociallogin.claims.get("auth_time")
    is_new = isinstance(asked_at, int | float) and time.time() - asked_at <= STILL_NEW_SECONDS
    if not (request.user.is_authenticated and sociallogin.user.pk == request.user.pk and is_new):
        raise Refused(_("That was somebody else, or you were not asked again."))
    record_authentication(request, request.user, method="socialaccount", reauthenticated=True)
    back_to = sociallogin.state.get("next")
    if back_to:  # what was put off looks for it where allauth's own pages have it
        request.GET = request.GET.copy()
        request.GET["next"] = back_to
    return reauthentication.resume_request(request) or HttpResponseRedirect(back_to or reverse("me"))


def failed_page(request, problem):
    """401 where the provider answered and it is not enough, 503 where it could not be talked to."""
    is_down = isinstance(problem, RequestException)
    context = {"why": str(problem) if isinstance(problem, Refused) else "", "is_down": is_down}
    return render(request, "account/sign_on_failed.html", context, status=503 if is_down else 401)
