import datetime
import json

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from resources import finding, snapshots
from resources.models import ContactPoint, Resource, Verification


@pytest.fixture
def line(put):
    return put("Night line", dial="988")


def fresh(resource):
    return Resource.objects.with_contacts().get(pk=resource.pk)


def check(contact, by, *, days_ago=0, result="works"):
    day = datetime.date(2026, 5, 20) - datetime.timedelta(days=days_ago)
    return Verification.objects.create(contact_point=contact, by=by, on=day, method="call", result=result)


@pytest.mark.parametrize(
    "facts",
    [
        {"dial": "988", "dial_region": "US", "e164": "+1988"},
        {"dial": "9-8-8", "dial_region": "US"},
        {"dial": "988", "dial_region": ""},
        {"dial": "", "url": ""},
        {"dial": "988", "dial_region": "US"},  # the same one a second time
    ],
)
def test_the_database_refuses_a_contact_that_cannot_be_right(line, facts):
    with pytest.raises(IntegrityError), transaction.atomic():
        ContactPoint.objects.create(resource=line, kind="voice", **facts)


def test_the_same_digits_may_stand_twice_with_another_menu_option_or_country(line):
    ContactPoint.objects.create(resource=line, kind="voice", dial="988", dial_region="US", menu_option="1")
    ContactPoint.objects.create(resource=line, kind="voice", dial="988", dial_region="CA")
    ContactPoint.objects.create(resource=line, kind="sms", dial="988", dial_region="US")
    assert line.contact_points.count() == 4


def test_ages_are_in_order_and_nothing_replaces_itself(line):
    for facts in ({"age_min": 18, "age_max": 12}, {"successor": line}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Resource.objects.filter(pk=line.pk).update(**facts)


def test_an_entry_counts_as_checked_only_when_each_contact_was_found_working(line, therapist):
    text = ContactPoint.objects.create(resource=line, kind="sms", dial="988", dial_region="US")
    check(line.contact_points.get(kind="voice"), therapist, days_ago=9)
    assert not fresh(line).is_verified
    assert fresh(line).checked_on is None
    check(text, therapist, days_ago=2)
    assert fresh(line).checked_on == datetime.date(2026, 5, 11)


def test_the_newest_check_decides_and_no_answer_proves_nothing(line, therapist):
    check(line.contact_points.get(), therapist, days_ago=9)
    check(line.contact_points.get(), therapist, days_ago=1, result="no_answer")
    assert not fresh(line).is_verified


def test_the_age_of_a_check_is_counted_in_days(line, therapist, time_machine):
    time_machine.move_to("2026-05-23T12:00:00Z")
    check(line.contact_points.get(), therapist)
    assert fresh(line).days_since_check == 3


def test_a_check_is_never_edited_or_taken_away(line, therapist):
    made = check(line.contact_points.get(), therapist)
    for deed in (made.delete, lambda: Verification.objects.filter(pk=made.pk).update(result="dead")):
        with pytest.raises(ProgrammingError, match="pgtrigger"), transaction.atomic():
            deed()


def test_ireland_finds_its_own_lines_first_and_the_european_ones_after(starter):
    found = list(Resource.objects.listed().for_country("IE").values_list("slug", flat=True))
    assert found == [
        "ie-text-50808", "ie-pieta", "ie-samaritans", "eu-116-123", "eu-116-000", "eu-116-111",
    ]  # fmt: skip


def test_a_european_entry_shows_the_number_of_the_country_where_it_has_one(put):
    europe = put("Child lines", country="EU", dial="116111")
    ContactPoint.objects.create(resource=europe, kind="voice", dial="147", dial_region="CH")
    ContactPoint.objects.create(resource=europe, kind="chat", url="https://example.org")
    assert [contact.dial for contact in fresh(europe).contacts_in("CH")] == ["147", ""]
    assert Resource.objects.for_country("CH").get() == europe


def test_the_line_for_everybody_comes_before_the_line_for_some(starter):
    first = {
        country: Resource.objects.listed().for_country(country).first().slug
        for country in ("US", "GB", "CA", "AU", "NZ")
    }
    assert first == {
        "US": "us-988-lifeline",
        "GB": "gb-samaritans",
        "CA": "ca-988",
        "AU": "au-lifeline",
        "NZ": "nz-1737",
    }


def slugs(text, home="US"):
    keys = [row.pk for row in finding.find(Resource.objects.listed(), text, home=home).rows]
    return [Resource.objects.get(pk=key).slug for key in keys]


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("741", "us-crisis-text-line"),
        ("116123", "gb-samaritans"),
        ("116 123", "gb-samaritans"),
        ("13 11 14", "au-lifeline"),
        ("1-800-799-SAFE", "us-national-domestic-violence-hotline"),
        ("+44 800 1111", "gb-childline"),
        ("ayuda", "us-988-lifeline"),
        ("988 veterans", "us-veterans-crisis-line"),
        ("domestic violence hotline", "us-national-domestic-violence-hotline"),
        ("NSPCC worried", "gb-nspcc-helpline"),
        ("shout", "gb-shout"),
    ],
)
def test_search_finds_by_number_keyword_and_words(starter, text, slug):
    assert slug in slugs(text)


def test_grouped_digits_are_one_number(starter):
    assert {row.country for row in finding.find(Resource.objects.listed(), "13 11 14", home="US").rows} == {"AU"}


def test_drafts_and_retired_entries_are_not_listed(put):
    put("Draft", dial="1", status="draft")
    put("Old", dial="2", status="retired")
    put("Closed", dial="3", status="temporarily_closed")
    assert [entry.name for entry in Resource.objects.listed()] == ["Closed"]
    assert not Resource.objects.giveable().exists()


def test_a_snapshot_keeps_the_exact_words_whatever_becomes_of_the_entry(starter):
    entry = Resource.objects.with_contacts().get(slug="us-crisis-text-line")
    taken = json.loads(json.dumps(snapshots.take(entry, country="US")))
    entry.contact_points.update(keyword="HELLO")
    contact = taken["contacts"][0]
    assert (taken["version"], taken["name"], taken["is_verified"]) == (2, "Crisis Text Line (US)", False)
    assert (contact["words"], contact["dial"], contact["keyword"]) == ("Text HOME to 741741", "741741", "HOME")
    assert (taken["hours"], taken["status"]) == ("24 hours a day, every day", "in_review")
    assert (taken["checked_on"], taken["days_since_check"]) == (None, None)
    assert taken["taken_at"]


def test_words_say_how_to_reach_it(put):
    texts = [
        put("A", dial="988", menu_option="1").contact_points.get().words,
        put("B", kind="chat", url="https://www.113.nl/").contact_points.get().words,
        put("C", kind="email", url="mailto:jo@samaritans.org").contact_points.get().words,
    ]
    assert texts == ["988, then press 1", "Chat at 113.nl", "E-mail jo@samaritans.org"]
