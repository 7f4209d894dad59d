"""An identity provider on this machine, a real one (Authlib behind oidc_provider_mock), where people sign in."""

import html
import re
import warnings
from contextlib import contextmanager
from urllib.parse import parse_qs, urlencode, urlsplit

import requests
from django.urls import reverse

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import oidc_provider_mock

BACK = re.compile(r"https?://[^/]+(/account/sign-in/with/back/\S*)")


class IdentityProvider:
    """What a person meets there. `claims` of a person override what the provider would sign of itself."""

    def __init__(self, address):
        self.address = address

    def knows(self, sub, **claims):
        requests.put(f"{self.address}/users/{sub}", json=claims, timeout=10).raise_for_status()

    def sign_in(self, asked, sub):
        """Sign in there as `sub`; returns the path of ours that they are sent back to."""
        answer = requests.post(asked, data={"sub": sub}, allow_redirects=False, timeout=10)
        return BACK.fullmatch(answer.headers["Location"]).group(1)

    def decline(self, asked):
        answer = requests.post(asked, data={"action": "deny"}, allow_redirects=False, timeout=10)
        return BACK.fullmatch(answer.headers["Location"]).group(1)


@contextmanager
def running():
    with oidc_provider_mock.run_server_in_thread() as server:
        yield IdentityProvider(f"http://localhost:{server.server_port}")


def asked_by(browser, *, next_page=None, name="begin-sign-on"):
    """Where the page leads that the button opens."""
    answer = browser.post(reverse(name), {"next": next_page} if next_page else {})
    assert answer.status_code == 200, answer.status_code
    return html.unescape(re.search(r'content="0;url=([^"]+)"', answer.content.decode()).group(1))


def question(address):
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def but(address, **changes):
    """The same question, tampered with on the way."""
    return f"{address.partition('?')[0]}?{urlencode(question(address) | changes)}"
