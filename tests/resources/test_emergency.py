import re

import pytest

from accounts.models import Site
from resources.emergency import Emergency, seen
from resources.places import is_country


def test_at_the_site_it_is_the_number_the_organisation_chose(site):
    emergency = Emergency("US", site=site)
    assert not emergency.is_abroad
    assert emergency.numbers == ["911"]


@pytest.mark.parametrize(("country", "numbers"), [("GB", ["999", "112"]), ("AU", ["000", "112"]), ("SE", ["112"])])
def test_elsewhere_it_is_what_was_seen_for_that_country_or_the_european_one(site, country, numbers):
    emergency = Emergency(country, site=site)
    assert emergency.is_abroad
    assert emergency.numbers == numbers
    assert emergency.here == "911"


def test_an_own_site_there_knows_better(site):
    facts = {"country": "IN", "time_zone": "Asia/Kolkata", "emergency_number": "108"}
    Site.objects.create(name="Pune", **facts)
    assert Emergency("IN", site=site).numbers == ["108"]


def test_what_is_not_known_is_not_guessed(site):
    assert Emergency("NO", site=site).numbers == []


def test_the_list_holds_countries_and_digits():
    assert len(seen()) >= 12
    for country, numbers in seen().items():
        assert is_country(country)
        assert all(re.fullmatch(r"\d{3,5}", number) for number in numbers)
