"""What was given stays as it was given: words, numbers, hours, how old the check was, and what was in doubt."""

import pytest
from django.utils import timezone

from resources import checking, snapshots
from resources.models import Resource

HOURS = {"kind": "always"}
#: As the first shape was written, and as it lies in records.
OLD = {
    "version": 1,
    "name": "Night line",
    "contacts": [{"words": "988", "kind": "voice", "dial": "988"}],
}


@pytest.fixture
def line(put):
    return put("Night line", dial="988", hours_text="All day", hours=HOURS, categories=["crisis"], note="Wait a while")


def taken(resource, **facts):
    return snapshots.take(Resource.objects.with_contacts().get(pk=resource.pk), **facts)


def test_exact_words_numbers_and_hours_are_kept(line):
    line.contact_points.update(hours=HOURS, languages=["es"], cost="Free")
    kept = taken(line, country="US")
    assert (kept["version"], kept["hours"], kept["timetable"]) == (2, "All day", HOURS)
    [contact] = kept["contacts"]
    assert (contact["words"], contact["dial"], contact["note"]) == ("988", "988", "Wait a while")
    assert (contact["hours"], contact["languages"], contact["cost"]) == (HOURS, ["es"], "Free")


def test_how_old_the_check_was_is_kept(line, admin):
    assert (taken(line)["checked_on"], taken(line)["days_since_check"]) == (None, None)
    checking.check(line.contact_points.get(), result="works", method="call", by=admin)
    kept = taken(line)
    assert (kept["checked_on"], kept["days_since_check"]) == (timezone.localdate().isoformat(), 0)
    assert kept["contacts"][0]["checked_on"] == kept["checked_on"]


@pytest.mark.parametrize("country", ["US", ""])
def test_confidential_contacts_are_in_no_snapshot(line, country):
    line.contact_points.create(kind="voice", dial="2025550111", dial_region="US", is_confidential=True)
    line.locations.create(address_1="12 Refuge Lane", is_confidential=True)
    assert [contact["dial"] for contact in taken(line, country=country)["contacts"]] == ["988"]
    assert "Refuge" not in str(taken(line, country=country))


def test_that_it_was_in_doubt_is_kept(line, therapist, admin):
    checking.report(line.contact_points.get(), what="no_answer", by=therapist)
    kept = taken(line)
    assert kept["is_in_doubt"]
    assert kept["contacts"][0]["is_in_doubt"]
    checking.check(line.contact_points.get(), result="dead", method="call", by=admin)
    assert taken(line)["contacts"][0]["is_dead"]


def test_an_old_snapshot_is_read_and_what_it_did_not_keep_is_unknown():
    read = snapshots.read(OLD)
    assert (read["name"], read["is_in_doubt"], read["timetable"], read["categories"]) == ("Night line", None, {}, [])
    assert (read["contacts"][0]["words"], read["contacts"][0]["is_dead"]) == ("988", None)
    assert OLD["contacts"] == [{"words": "988", "kind": "voice", "dial": "988"}], "the record itself stays as it is"


def test_a_new_one_is_read_as_it_is(line):
    kept = taken(line)
    assert snapshots.read(kept) == kept
