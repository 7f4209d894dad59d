"""Entries are added and changed by people, and what nobody has tried since counts as unchecked."""

import pytest

from accounts.models import AuditEntry, Role
from resources import checking, curated_contacts, curated_parts, curation
from resources.models import Alias, ContactPoint, Coverage, Evidence, NumberReport, Organisation, Resource
from tests.followups.races import both, meet_after


@pytest.fixture
def second(hire):
    return hire("Lou Second", Role.ADMIN)


@pytest.fixture
def shelter(put, admin):
    """Not a crisis line, and checked."""
    made = put("Shelter", dial="2025550143", display="(202) 555-0143")
    checking.check(made.contact_points.get(), result="works", method="call", by=admin)
    return fresh(made)


def fresh(resource):
    return Resource.objects.with_contacts().get(pk=resource.pk)


VOICE = {"kind": "voice", "dial": "2025550199", "dial_region": "US", "display": "(202) 555-0199"}


def test_an_entry_is_added_unchecked_with_all_that_belongs_to_it(db, admin):
    made = curation.add(
        {
            "name": "Night house",
            "organisation": "City of Washington",
            "country": "US",
            "contacts": [VOICE, {"kind": "sms", "dial": "741741", "dial_region": "US", "keyword": "HOME"}],
            "aliases": [{"words": "The old house", "kind": "former"}],
            "coverage": [{"country": "US", "subdivision": "DC"}],
        },
        by=admin,
    )
    found = fresh(made)
    assert (found.status, found.organisation.name, found.is_verified) == ("in_review", "City of Washington", False)
    assert [contact.kind for contact in found.contacts] == ["voice", "sms"]
    assert (found.aliases.get().words, found.coverage.get().subdivision) == ("The old house", "DC")
    assert AuditEntry.objects.filter(action="resource_added", subject_id=str(made.pk), by=admin).exists()


def test_an_organisation_is_known_by_its_name_however_it_is_written(shelter, admin):
    made = curation.add({"name": "Day house", "organisation": "an  OPERATOR", "country": "US"}, by=admin)
    assert made.organisation == shelter.organisation
    assert Organisation.objects.count() == 1


def test_other_facts_clear_no_check_and_make_a_new_edition(shelter, admin):
    changed = curation.edit(shelter, edition=1, by=admin, description="Beds for a night", name="The shelter")
    assert (changed.edition, changed.name, changed.status) == (2, "The shelter", "verified")
    assert fresh(shelter).is_verified
    entry = AuditEntry.objects.get(action="resource_changed")
    assert entry.facts == {"edition": 2, "fields": ["description", "name"]}


def test_saying_the_same_again_is_no_edition(shelter, admin):
    assert curation.edit(shelter, edition=1, by=admin, name="Shelter").edition == 1
    assert not AuditEntry.objects.filter(action="resource_changed").exists()


def test_other_hours_clear_the_checks_of_contacts_that_go_by_them_and_of_no_other(shelter, admin):
    own = curated_contacts.add_contact(shelter, by=admin, hours={"kind": "always"}, **VOICE)
    checking.check(own, result="works", method="call", by=admin)
    assert fresh(shelter).is_verified
    curation.edit(shelter, edition=1, by=admin, hours_text="Now from nine to five")
    follows, has_its_own = fresh(shelter).contacts
    assert (follows.is_verified, has_its_own.is_verified) == (False, True)
    assert fresh(shelter).status == "in_review"


def test_who_edits_an_old_edition_is_told_and_changes_nothing(shelter, admin, second):
    curation.edit(shelter, edition=1, by=second, name="Night shelter")
    with pytest.raises(curation.EntryHasChanged) as told:
        curation.edit(shelter, edition=1, by=admin, name="Day shelter")
    assert told.value.now.name == "Night shelter"
    assert fresh(shelter).name == "Night shelter"


def test_of_two_who_edit_at_once_one_is_told(transactional_db, shelter, admin, second, monkeypatch):
    people = [(admin, "Day shelter"), (second, "Night shelter")]
    meet_after(monkeypatch, curation, "locked")

    def edit():
        by, name = people.pop()
        try:
            return curation.edit(shelter, edition=1, by=by, name=name).name
        except curation.EntryHasChanged:
            return "told"

    said = both(edit)
    assert sorted(said)[1] == "told"
    assert fresh(shelter).edition == 2
    assert fresh(shelter).name in said


def test_a_new_contact_makes_the_entry_not_fully_checked(shelter, admin):
    made = curated_contacts.add_contact(shelter, by=admin, evidence_url="https://shelter.example/contact", **VOICE)
    assert made.position == 1
    assert (fresh(shelter).status, fresh(shelter).all_checked_on) == ("in_review", None)
    assert [contact.is_verified for contact in fresh(shelter).contacts] == [True, False]
    assert Evidence.objects.get().url == "https://shelter.example/contact"


def test_the_same_contact_is_not_added_twice(shelter, admin):
    with pytest.raises(curated_contacts.IsThereAlready):
        curated_contacts.add_contact(shelter, by=admin, kind="voice", dial="2025550143", dial_region="US")
    assert fresh(shelter).is_verified


def test_the_last_contact_of_a_listed_entry_stays(shelter, admin):
    only = shelter.contacts[0]
    with pytest.raises(curated_contacts.IsTheLastContact):
        curated_contacts.remove_contact(only, by=admin)
    assert len(fresh(shelter).contacts) == 1
    checking.set_status(shelter, "retired", reason="It has ended", by=admin)
    curated_contacts.remove_contact(only, by=admin)
    assert fresh(shelter).contacts == []


def test_a_contact_that_is_taken_out_stays_behind_its_checks_and_can_come_back(shelter, admin, therapist):
    made = curated_contacts.add_contact(shelter, by=admin, **VOICE)
    checking.report(made, what="dead", by=therapist)
    for _twice in range(2):
        curated_contacts.remove_contact(made, by=admin)
    assert fresh(shelter).is_verified, "what is left was checked"
    assert NumberReport.objects.get().answer == "removed"
    assert AuditEntry.objects.filter(action="contact_removed").count() == 1
    curated_contacts.add_contact(shelter, by=admin, **VOICE)
    assert ContactPoint.objects.count() == 3


def test_of_two_who_take_out_the_last_two_one_is_refused(transactional_db, shelter, admin, monkeypatch):
    other = curated_contacts.add_contact(shelter, by=admin, **VOICE)
    waiting = [shelter.contacts[0], other]
    meet_after(monkeypatch, curated_contacts, "locked")

    def remove():
        try:
            return curated_contacts.remove_contact(waiting.pop(), by=admin)
        except curated_contacts.IsTheLastContact:
            return "refused"

    assert set(both(remove)) == {None, "refused"}
    assert len(fresh(shelter).contacts) == 1


def test_contacts_are_put_into_another_order(shelter, admin):
    made = curated_contacts.add_contact(shelter, by=admin, **VOICE)
    first = shelter.contacts[0]
    curated_contacts.reorder_contacts(shelter, order=[made.pk, first.pk], by=admin)
    assert [contact.pk for contact in fresh(shelter).contacts] == [made.pk, first.pk]
    with pytest.raises(checking.ContactHasChanged):
        curated_contacts.reorder_contacts(shelter, order=[made.pk], by=admin)


def test_names_places_coverage_and_pages_come_and_go_and_clear_nothing(shelter, admin):
    alias = curated_parts.add_alias(shelter, words="The old house", kind="former", by=admin)
    curated_parts.add_location(shelter, by=admin, city="Washington", is_confidential=True)
    curated_parts.add_coverage(shelter, country="US", subdivision="DC", by=admin)
    curated_parts.add_evidence(shelter, by=admin, url="https://shelter.example", kind="operator", seen_on="2026-11-01")
    with pytest.raises(curated_parts.IsThereAlready):
        curated_parts.add_coverage(shelter, country="US", subdivision="DC", by=admin)
    for _twice in range(2):
        curated_parts.remove_part(alias, by=admin)
    assert (Alias.objects.count(), Coverage.objects.count()) == (0, 1)
    assert fresh(shelter).is_verified
    assert AuditEntry.objects.filter(action="alias_removed").count() == 1


@pytest.mark.parametrize(
    "facts",
    [
        {"name": "Something else", "contacts": [{"kind": "voice", "dial": "2025550143", "dial_region": "US"}]},
        {"name": "  shelter ", "organisation": "AN OPERATOR"},
    ],
    ids=["same digits", "same name and organisation"],
)
def test_what_is_not_to_be_listed_does_not_come_back(shelter, admin, facts):
    checking.set_status(shelter, "do_not_list", reason="They take money from callers", by=admin)
    with pytest.raises(curation.NotToBeListed) as told:
        curation.add({"country": "US", **facts}, by=admin)
    assert told.value.reason == "They take money from callers"
    assert Resource.objects.count() == 1


def test_the_same_digits_in_another_country_are_another_number(shelter, admin):
    checking.set_status(shelter, "do_not_list", reason="They take money from callers", by=admin)
    contact = {"kind": "voice", "dial": "2025550143", "dial_region": "GB"}
    assert curation.add({"name": "Elsewhere", "country": "GB", "contacts": [contact]}, by=admin).pk


def test_a_number_not_to_be_listed_does_not_come_in_as_one_more_contact(put, shelter, admin):
    checking.set_status(shelter, "do_not_list", reason="They take money from callers", by=admin)
    other = put("Other house", dial="2025550111")
    with pytest.raises(curation.NotToBeListed):
        curated_contacts.add_contact(other, by=admin, kind="voice", dial="2025550143", dial_region="US")


def test_an_entry_does_not_take_a_name_that_must_not_come_back(put, shelter, admin):
    checking.set_status(shelter, "do_not_list", reason="They take money from callers", by=admin)
    other = put("Other house", dial="2025550111")
    with pytest.raises(curation.NotToBeListed):
        curation.edit(other, edition=1, by=admin, name="Shelter")
    assert fresh(other).name == "Other house"
