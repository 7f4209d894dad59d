"""The page that shows what is missing, at any time."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import mail_tests, sites
from accounts.models import AuditEntry, Role, Site, Supervision
from followups import adoption, setup
from resources.models import Resource

ALL = [
    "organisation",
    "sites",
    "admin",
    "clinical_lead",
    "therapists",
    "second_person",
    "mail",
    "directory",
    "adoption",
]


@pytest.fixture
def alone(nothing_signed, hire, site):
    """An admin whom a command brought in, and nothing else."""
    Site.objects.update(on_call_phone="")
    return hire("Kim Novak", Role.ADMIN)


def missing(browser):
    html = browser.get(reverse("setup")).content.decode()
    return re.findall(r'id="(\w+)" data-state="missing"', html)


def test_on_an_empty_database_everything_is_missing_but_the_admin(signed_in, alone):
    browser = signed_in(alone)
    assert [each.about for each in setup.lines([])] == ALL
    assert missing(browser) == [each for each in ALL if each != "admin"]
    html = browser.get(reverse("setup")).content.decode()
    for name in ("organisation", "name-lead", "people", "send-mail-test", "load-starter", "adoption"):
        assert reverse(name) in html


def test_each_thing_that_is_said_leaves_the_list(signed_in, alone, hire, site):
    browser, left = signed_in(alone), [each for each in ALL if each != "admin"]

    def gone(about):
        left.remove(about)
        assert missing(browser) == left

    sites.name_organisation("Riverside", by=alone)
    gone("organisation")
    sites.change(site, on_call_phone="+1 555 0100", by=alone)
    gone("sites")
    lead = hire("Nora Berg", Role.SUPERVISOR, is_clinical_lead=True)
    gone("clinical_lead")
    ana = hire("Ana Reyes", Role.THERAPIST)
    assert "Nobody supervises Ana Reyes." in browser.get(reverse("setup")).content.decode()
    Supervision.objects.create(supervisor=lead, supervisee=ana, starts_on=timezone.localdate(timezone=ana.zone))
    gone("therapists")
    hire("Pat Moreno", Role.PRIVACY)
    gone("second_person")
    browser.post(reverse("load-starter"), {"country": "US"})
    gone("directory")
    adoption.sign(was=adoption.Papers().fingerprint, by=lead)
    gone("adoption")
    assert left == ["mail"]
    assert mail_tests.proof() is None


def test_starter_entries_of_the_country_come_once_and_unverified(signed_in, alone):
    browser = signed_in(alone)
    first = browser.post(reverse("load-starter"), {"country": "US"}, follow=True).content.decode()
    assert re.search(r"\d+ entries for US were added", first)
    there = Resource.objects.count()
    assert {each.status for each in Resource.objects.all()} == {Resource.Status.IN_REVIEW}
    assert set(Resource.objects.values_list("country", flat=True)) == {"US"}
    again = browser.post(reverse("load-starter"), {"country": "US"}, follow=True).content.decode()
    assert "All entries for US are there already." in again
    assert Resource.objects.count() == there
    assert AuditEntry.objects.filter(action="resource_added", by=alone).count() == there
    elsewhere = browser.post(reverse("load-starter"), {"country": "GB"}, follow=True).content.decode()
    assert "There is no site in that country." in elsewhere
    assert Resource.objects.count() == there


def test_a_country_of_the_union_gets_the_european_entries_as_well(signed_in, alone, site):
    Site.objects.update(country="IE")
    signed_in(alone).post(reverse("load-starter"), {"country": "IE"})
    assert set(Resource.objects.values_list("country", flat=True)) == {"IE", "EU"}


def test_a_clinical_lead_sees_it_and_is_led_only_to_what_is_theirs(signed_in, alone, hire):
    lead = hire("Nora Berg", Role.SUPERVISOR, is_clinical_lead=True)
    html = signed_in(lead).get(reverse("setup")).content.decode()
    assert reverse("adoption") in html
    assert reverse("organisation") not in html
    assert reverse("load-starter") not in html
