"""Entries as HSDS 3.1 services: the official schemas accept them, and nothing is lost on the way there and back."""

import json
from datetime import date, timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resources import checking, shelf
from resources.export import entries, hsds, leaving
from resources.hours_from_hsds import from_hsds
from resources.models import Alias, ContactPoint, Coverage, Evidence, Location, Resource
from tests.resources.exporting import SECRETS, WEEKLY, faults, full_entry, read

pytestmark = pytest.mark.django_db


def document_of(entry):
    [found] = hsds.services([read(entry)])
    return found


def attributes(thing):
    return {each["link_type"].removeprefix("doorway:"): each["value"] for each in thing.get("attributes", [])}


def test_all_58_starter_entries_are_services_to_the_official_schema(starter):
    documents = list(hsds.services(list(leaving.each(leaving.entries()))))
    assert len(documents) == 58
    assert {
        document["name"]: faults("service", document) for document in documents if faults("service", document)
    } == {}


@pytest.mark.parametrize("status", ["in_review", "temporarily_closed", "retired"])
def test_an_entry_with_everything_is_a_service_to_the_official_schema(status):
    entry = full_entry(status=status, status_reason="No money", closed_until=date(2027, 1, 1))
    entry.successor = full_entry("The next one")
    entry.save()
    assert faults("service", document_of(entry)) == []


def test_the_check_of_the_tests_themselves_finds_what_is_wrong():
    document = document_of(full_entry())
    assert faults("service", document | {"id": "no uuid"})
    assert faults("service", document | {"alternate_name": None})
    assert faults("service", document | {"phones": [{"id": document["id"], "number": "1", "surprise": True}]})


def test_the_starter_file_comes_back_as_it_was(starter):
    written = {entry["id"]: entry for entry in json.loads(shelf.STARTER_FILE.read_text(encoding="utf-8"))["entries"]}
    for resource in leaving.each(leaving.entries()):
        sent = json.loads(json.dumps(hsds.service(resource)))
        assert tidied(entries.from_service(sent)) == tidied(written[str(resource.pk)]), resource.slug


def tidied(entry):
    """Aliases in one order, and without what says nothing."""
    aliases = sorted((each["kind"], each["words"], each.get("digits", "")) for each in entry.get("aliases", []))
    kept = {name: value for name, value in entry.items() if name not in ("aliases", "hours") or value not in ({}, [])}
    contacts = [{name: value for name, value in each.items() if value} for each in entry["contacts"]]
    return kept | {"aliases": aliases, "contacts": contacts}


def test_everything_an_entry_says_comes_back():
    entry = read(full_entry())
    sent = json.loads(json.dumps(hsds.service(entry)))
    assert entries.from_service(sent) == entries.of(entry)
    assert entries.organisation_of(sent) == {"name": "Harbour Trust", "url": "https://harbour.example/ä b"}
    assert [each["dial"] for each in entries.of(entry)["contacts"] if "dial" in each] == [
        "02079460018", "85258", "18001116123", "07700900123",
    ]  # fmt: skip
    assert len(entries.of(entry)["locations"]) == 2


def test_an_entry_made_of_its_export_exports_the_same():
    entry = full_entry()
    before = document_of(entry)
    for model in (Alias, ContactPoint, Coverage, Evidence, Location):
        model.objects.all().delete()
    Resource.objects.all().delete()  # the organisation stays: its web page is no part of an entry
    shelf.put([entries.from_service(before)], status=Resource.Status.IN_REVIEW)
    assert entries.from_service(document_of(entry)) == entries.from_service(before)
    assert without_ids(document_of(entry)) == without_ids(before)


def without_ids(thing):
    """A document without what names rows of one database, and without when something changed."""
    if isinstance(thing, list):
        return [without_ids(each) for each in thing]
    if not isinstance(thing, dict):
        return thing
    own = {"last_modified", "metadata"}
    return {
        name: without_ids(value)
        for name, value in thing.items()
        if name not in own and (name == "taxonomy_term_id" or not (name == "id" or name.endswith("_id")))
    }


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=40)
SAID = WORDS.filter(bool)
FLAG = st.sampled_from([None, True, False])
DIGITS = st.text("0123456789", min_size=1, max_size=12)
NUMBER = st.fixed_dictionaries(
    {"kind": st.sampled_from(["voice", "sms", "tty", "whatsapp"]), "dial_region": st.just("US"), "dial": DIGITS},
    optional={"keyword": SAID, "menu_option": SAID, "note": SAID, "display": SAID, "cost": SAID}
    | {"extension": st.text("0123456789#*", min_size=1, max_size=10), "e164": st.just("+12025550100")}
    | {"languages": st.lists(st.sampled_from(["en", "es", "xx"]), min_size=1, max_size=3)}
    | {"hours": st.sampled_from([{"kind": "always"}, WEEKLY])},
)
WEB = st.fixed_dictionaries(
    {"kind": st.sampled_from(["chat", "email"])}
    | {"url": st.sampled_from(["https://a.example/é?q=[1]%", "mailto:a@b.example", "mailto:a b@c", "b@c.example"])},
    optional={"note": SAID},
)
PLACES = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(["name", "address_1", "address_2", "city", "region", "postal_code"], SAID)
    | {"country": st.just("US"), "latitude": st.floats(-90, 90)},
)
ALIASES = st.fixed_dictionaries({"kind": st.just("former"), "words": SAID}, optional={"digits": DIGITS})
ENTRIES = st.fixed_dictionaries(
    {"name": SAID, "description": WORDS, "region": WORDS, "language_note": WORDS, "hours_text": WORDS, "cost": WORDS}
    | {"languages": st.lists(st.sampled_from(["en", "es", "xx"]), max_size=3), "is_always_open": FLAG}
    | {"audience": st.lists(SAID, max_size=3), "caveats": st.lists(SAID, max_size=3), "is_crisis_line": st.booleans()}
    | {"categories": st.lists(st.sampled_from(["crisis", "men", "new-one"]), max_size=3)}
    | {"age_min": st.none() | st.integers(0, 10), "age_max": st.none() | st.integers(10, 120)}
    | {"url": st.sampled_from(["", "https://a.example/", "https://ü.example/#a#b", "http://[::1]/%zz[", "a.example/x"])}
    | {"contacts": st.lists(NUMBER | WEB, max_size=4)},
    optional={"hours": st.sampled_from([{"kind": "always"}, {"kind": "unknown"}, WEEKLY])}
    | dict.fromkeys(entries.FLAGS, st.booleans())
    | {"check_days": st.integers(1, 365), "coverage": st.just([{"country": "US", "subdivision": "Ohio"}])}
    | {"locations": st.lists(PLACES, min_size=1, max_size=2)}
    | {"aliases": st.lists(ALIASES, min_size=1, max_size=3, unique_by=lambda alias: alias["words"])},
)


def unique(contacts):
    """Each contact once, as the directory asks for."""
    names = ["kind", "dial_region", "dial", "extension", "menu_option", "keyword", "url"]
    return list({tuple(each.get(name, "") for name in names): each for each in contacts}.values())


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=ENTRIES)
def test_whatever_an_entry_says_its_document_is_right_and_says_it_again(db, made):
    entry = {"id": "400a2780-a559-52c7-9b0d-3ba3772fa0f2", "slug": "one", "country": "US", "organisation": "Øne"}
    entry |= made | {"contacts": unique(made["contacts"]), "evidence": []}
    for model in (Alias, ContactPoint, Coverage, Location, Resource):
        model.objects.all().delete()
    shelf.put([entry], status=Resource.Status.IN_REVIEW)
    document = document_of(Resource.objects.get())
    assert faults("service", document) == []
    assert in_order(entries.from_service(json.loads(json.dumps(document)))) == in_order(entry)


def in_order(entry):
    return entry | {"aliases": sorted(map(sorted_items, entry.get("aliases", [])))}


def sorted_items(alias):
    return sorted(alias.items())


def test_another_program_understands_hours_numbers_and_places():
    document = document_of(full_entry())
    assert from_hsds(document["schedules"])[0].as_json() == WEEKLY
    numbers = {phone["type"]: phone["number"] for phone in document["phones"]}
    assert numbers == {
        "voice": "+442079460018", "text": "85258", "textphone": "18001116123", "whatsapp": "+447700900123",
    }  # fmt: skip
    voice, text = document["phones"][:2]
    assert voice["extension"] == 42
    assert "then press 2" in voice["description"]
    assert text["description"].startswith("Text =HI to 85258.")
    assert "Only dialled in United Kingdom" in text["description"]
    assert attributes(text)["keyword"] == "=HI"
    assert document["contacts"][0]["email"] == "jo@harbour.example"
    assert [area["name"] for area in document["service_areas"]] == ["Kent, United Kingdom", "Ireland"]
    assert document["alternate_name"] == "The Harbour; Port"
    assert "Does not call the police" in document["description"]


def test_a_short_code_is_never_given_a_prefix_of_a_country(starter):
    lifeline = document_of(Resource.objects.get(slug="us-988-lifeline"))
    assert {phone["number"] for phone in lifeline["phones"]} == {"988"}


def test_what_nobody_has_checked_leaves_and_says_so(put):
    document = document_of(put("Night line", dial="988"))
    assert "assured_date" not in document
    assert document["alert"] == "Not checked by us yet"
    assert attributes(document)["verification"] == "unverified"


def test_a_check_gives_the_day_and_no_name_of_who_made_it(put, admin):
    entry = put("Night line", dial="988")
    checking.check(entry.contact_points.get(), result="works", method="call", note="Kim called", by=admin)
    document = document_of(entry)
    assert document["assured_date"] == timezone.localdate().isoformat()
    assert attributes(document["phones"][0])["last_result"] == "works"
    assert attributes(document)["checked_by"] == "curator"
    for secret in (admin.name, admin.email, "Kim"):
        assert secret not in json.dumps(document)
    assert faults("service", document) == []


def test_a_number_in_doubt_says_so(put, therapist):
    entry = put("Night line", dial="988")
    checking.report(entry.contact_points.get(), what="dead", by=therapist)
    document = document_of(entry)
    assert attributes(document)["verification"] == "in doubt"
    assert "Reported as not working" in document["phones"][0]["description"]


@pytest.mark.parametrize(
    ("status", "theirs"),
    [("in_review", "active"), ("temporarily_closed", "temporarily closed"), ("retired", "defunct")],
)
def test_a_status_is_said_in_words_of_the_standard_and_in_ours(put, status, theirs):
    document = document_of(put("Night line", dial="988", status=status))
    assert document["status"] == theirs
    assert entries.standing_of(document)["status"] == status


def test_checked_too_long_ago_is_inactive(put):
    entry = put("Night line", dial="988")
    for days, status in ((59, "active"), (61, "inactive")):
        Resource.objects.update(check_due_on=timezone.localdate() - timedelta(days=days))
        assert document_of(entry)["status"] == status


def test_a_successor_is_named_unless_it_may_not_leave(put):
    new = put("New line", dial="989")
    old = put("Old line", dial="988", status="retired", successor=new)
    assert entries.standing_of(document_of(old))["successor"] == str(new.pk)
    assert "Replaced by New line" in document_of(old)["alert"]
    Resource.objects.filter(pk=new.pk).update(status="do_not_list")
    assert "New line" not in json.dumps(document_of(old))
    assert str(new.pk) not in json.dumps(document_of(old))


@pytest.mark.parametrize("status", ["draft", "do_not_list"])
def test_drafts_and_what_is_not_to_be_listed_stay(put, status):
    entry = put("Night line", dial="988", status=status)
    assert not leaving.entries().exists()
    assert leaving.of_keys([entry.pk]) == []


def test_changes_are_told_field_by_field_by_role(put, admin):
    entry = put("Night line", dial="988")
    checking.change(entry.contact_points.get(), dial="989", by=admin)
    entry.name = "Day line"
    entry.save()
    document = document_of(entry)
    [renamed] = [each for each in document["metadata"] if each["field_name"] == "name"]
    assert (renamed["previous_value"], renamed["replacement_value"]) == ("Night line", "Day line")
    [dialled] = document["phones"][0]["metadata"]
    assert (dialled["previous_value"], dialled["replacement_value"]) == ("988", "989")
    assert dialled["updated_by"] == "curator"
    assert dialled["resource_id"] == document["phones"][0]["id"]
    assert admin.name not in json.dumps(document)
    assert faults("service", document) == []


def test_what_was_confidential_once_is_not_told_as_a_change(put):
    entry = put("Night line", dial="5550199")
    contact = entry.contact_points.get()
    ContactPoint.objects.filter(pk=contact.pk).update(is_confidential=True, note="Hidden House")
    ContactPoint.objects.filter(pk=contact.pk).update(dial="988", note="")
    ContactPoint.objects.filter(pk=contact.pk).update(is_confidential=False)
    whole = json.dumps(document_of(entry))
    assert [secret for secret in SECRETS if secret in whole] == []


def test_what_was_written_while_it_was_a_draft_is_not_told(put):
    entry = put("Night line", dial="988", status="draft", description="12 Secret Lane")
    entry.description, entry.status = "A line.", "in_review"
    entry.save()
    assert "Secret" not in json.dumps(document_of(entry))


@pytest.mark.usefixtures("transactional_db")
def test_last_modified_moves_with_contacts_checks_and_reports(put, admin, therapist):
    entry = put("Night line", dial="988")
    deeds = [
        lambda contact: checking.change(contact, note="Busy", by=admin),
        lambda contact: checking.check(contact, result="no_answer", method="call", by=admin),
        lambda contact: checking.report(contact, what="dead", by=therapist),
    ]
    before = read(entry).last_modified
    for deed in deeds:
        deed(entry.contact_points.get())
        after = read(entry).last_modified
        assert after > before
        assert leaving.changed_since(leaving.entries(), after).exists()
        assert not leaving.changed_since(leaving.entries(), after + timedelta(microseconds=1)).exists()
        before = after
