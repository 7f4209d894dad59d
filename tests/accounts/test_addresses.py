"""Where a request came from, and that nobody chooses it themselves."""

import pytest
from django.test import RequestFactory

from accounts.addresses import client_address

PROXY, PERSON, INVENTED = "10.0.0.1", "198.51.100.7", "203.0.113.9"


def asked(forwarded=None, *, by=PROXY):
    headers = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    return client_address(RequestFactory().get("/", REMOTE_ADDR=by, **headers))


def test_without_a_proxy_of_ours_the_header_counts_for_nothing(settings):
    settings.TRUSTED_PROXIES = 0
    assert asked(INVENTED, by=PERSON) == PERSON


@pytest.mark.parametrize(
    ("proxies", "header"),
    [(1, PERSON), (1, f"{INVENTED}, {PERSON}"), (1, f"{INVENTED},{INVENTED} , {PERSON} "), (2, f"{PERSON}, 10.0.0.2")],
)
def test_what_our_own_outermost_proxy_wrote_counts(settings, proxies, header):
    settings.TRUSTED_PROXIES = proxies
    assert asked(header) == PERSON


@pytest.mark.parametrize("header", [None, "", "unknown", f"{INVENTED}, unknown", "1.2.3", "<script>"])
def test_what_is_no_address_is_that_of_whoever_connected(settings, header):
    settings.TRUSTED_PROXIES = 1
    assert asked(header) == PROXY


def test_a_header_with_too_few_entries_did_not_pass_our_proxies(settings):
    settings.TRUSTED_PROXIES = 2
    assert asked(INVENTED) == PROXY


@pytest.mark.parametrize(
    ("written", "address"),
    [
        (f"{PERSON}:4711", PERSON),
        (f"::ffff:{PERSON}", PERSON),
        ("[2001:DB8:0::1]:4711", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
    ],
)
def test_one_address_has_one_spelling(settings, written, address):
    settings.TRUSTED_PROXIES = 1
    assert asked(written) == address


def test_a_socket_without_an_address_is_said_to_be_unknown():
    assert asked(by="") == "0.0.0.0"
