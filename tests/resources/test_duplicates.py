"""Two entries that look alike: who is one and the same, who only looks it, and what becomes of both."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry, Role
from resources import checking, curated_parts, curation, duplicates, likeness, merging
from resources.models import Alias, Bundle, BundleItem, ContactPoint, Evidence, ExternalId, PairDecision, Resource
from tests.followups.races import both, meet_after


@pytest.fixture
def second(hire):
    return hire("Lou Second", Role.ADMIN)


@pytest.fixture
def enter(admin):
    """Add an entry: `enter("Night line", "An operator", "12025550143")`; its digits are dialled in its country."""

    def add(name, organisation, *digits, country="US", places=(), **facts):
        contacts = [
            {"kind": "voice", "dial": dial, "dial_region": country, "menu_option": option}
            for dial, _, option in (each.partition("/") for each in digits)
        ]
        facts |= {"contacts": contacts, "locations": [{"address_1": place} for place in places]}
        return curation.add({"name": name, "organisation": organisation, "country": country, **facts}, by=admin)

    return add


def pairs(*, at_least=likeness.MAYBE):
    found = duplicates.among(list(Resource.objects.all()))
    return [{pair.first.name, pair.second.name} for pair in found if pair.score >= at_least]


def fresh(resource):
    return Resource.objects.with_contacts().get(pk=resource.pk)


# Which pairs are asked about ----------------------------------------------------------------------------------


def test_the_same_line_written_in_two_ways_is_a_duplicate(enter):
    enter("The Night Line", "Night Line Trust", "12025550143", url="https://www.nightline.example/help")
    enter("Nightline", "Night line trust ltd", "12025550143", url="http://nightline.example")
    assert pairs(at_least=likeness.DUPLICATE) == [{"The Night Line", "Nightline"}]


def test_two_services_behind_one_national_number_are_two(enter):
    enter("988 Suicide & Crisis Lifeline", "Vibrant", "988", url="https://988lifeline.org")
    enter("Veterans Crisis Line", "Department of Veterans Affairs", "988/1", url="https://veteranscrisisline.net")
    assert pairs() == []


def test_services_that_share_988_and_a_web_page_and_differ_by_address_are_not_called_a_duplicate(enter):
    web = {"url": "https://county.example/help"}
    enter("Crisis Team North", "County Behavioral Health", "988", places=["1 North Road"], **web)
    enter("Crisis Team South", "County Behavioral Health", "988", places=["90 South Street"], **web)
    assert pairs() == []


def test_a_church_breakfast_and_its_pantry_round_the_corner_are_two(enter):
    web = {"url": "https://stmarks.example"}
    enter("St Mark’s Church Breakfast", "St Mark's Church", "12025550143", places=["1 Church Lane"], **web)
    enter("St Mark's Church Food Pantry", "St Mark's Church", "12025550143", places=["3 Church Lane"], **web)
    assert pairs() == []


def test_a_former_name_gives_it_away(enter):
    old = enter("HOPELINE247", "PAPYRUS", "08000684141", country="GB")
    curated_parts.add_alias(old, words="HOPELINEUK", kind="former", by=old.proposed_by or AuditEntry.objects.first().by)
    enter("HOPELINEUK", "Papyrus UK", "08000684141", country="GB")
    assert pairs() == [{"HOPELINE247", "HOPELINEUK"}]


def test_the_same_name_in_another_country_is_another_line(enter):
    enter("Child Helpline", "Child Helpline", "116111", country="NL")
    enter("Child Helpline", "Child Helpline", "116111", country="DE")
    assert pairs() == []


def test_what_was_taken_out_is_not_asked_about(enter, admin):
    enter("Nightline", "Night line", "12025550143")
    gone = enter("Night line", "Night line", "12025550143")
    assert len(pairs()) == 1
    checking.set_status(gone, "retired", reason="It has ended", by=admin)
    assert pairs() == []


def test_a_number_of_many_services_does_not_bring_them_all_together(enter):
    for need in ["Housing advice", "Food bank", "Legal clinic", "Debt help"]:
        enter(need, "City hall", "12025550143", url="https://city.example")
    assert pairs() == []


def statements():
    with CaptureQueriesContext(connection) as captured:
        duplicates.among(list(Resource.objects.all()))
    return len([each for each in captured if "SAVEPOINT" not in each["sql"]])


def test_finding_pairs_takes_no_more_statements_for_more_entries(enter):
    enter("Nightline", "Night line", "12025550143")
    enter("Night line", "Night line", "12025550143")
    before = statements()
    for number in range(5):
        enter(f"Nightline {number}", "Night line", f"1202555015{number}")
    assert statements() == before <= 10


# What is said of a pair ---------------------------------------------------------------------------------------


@pytest.fixture
def twins(enter):
    """The one that stays, and the other."""
    kept = enter("Night line", "Night line trust", "12025550143", cost="Free", hours_text="9 to 5")
    other = enter("Nightline", "Night line trust", "12025550143", "12025550144", hours_text="9 to 5")
    return kept, other


def test_not_the_same_is_remembered_and_never_asked_again(twins, admin):
    assert len(pairs()) == 1
    merging.keep_apart(*twins, by=admin)
    assert pairs() == []
    with pytest.raises(merging.PairIsDecided):
        merging.keep_apart(*reversed(twins), by=admin)


def test_variants_both_stay_and_know_of_each_other(twins, admin):
    kept, other = twins
    merging.link(kept, other, by=admin)
    assert fresh(other).variant_of == kept
    assert fresh(other).may_be_given
    assert pairs() == []


def test_one_is_merged_into_the_other_and_nothing_is_lost(twins, admin):
    kept, other = twins
    curated_parts.add_alias(other, words="Old nightline", kind="former", by=admin)
    page = curated_parts.add_evidence(other, url="https://night.example", kind="press", seen_on="2026-11-01", by=admin)
    key = ExternalId.objects.create(resource=other, source="211", key="17", seen_at="2026-11-01T00:00Z")
    moved = other.contact_points.get(dial="12025550144")
    checking.check(moved, result="works", method="call", by=admin)
    merging.merge(kept, other, editions=[1, 1], facts=["description"], by=admin)
    now, gone = fresh(kept), fresh(other)
    assert [contact.dial for contact in now.contacts] == ["12025550143", "12025550144"]
    assert now.contacts[1].is_verified, "its checks came along"
    assert set(now.aliases.values_list("words", flat=True)) == {"Nightline", "Old nightline"}
    assert (gone.status, gone.successor) == ("retired", kept)
    key.refresh_from_db()
    assert key.resource == kept
    assert Evidence.objects.get(pk=page.pk).resource == other, "where it was seen stays"
    assert PairDecision.objects.get().what == "merged"
    assert AuditEntry.objects.filter(action="resource_merged", by=admin).count() == 1


def test_the_fields_that_were_chosen_come_from_the_other(twins, admin):
    kept, other = twins
    Resource.objects.filter(pk=other.pk).update(description="For everybody", age_min=18, age_max=25, cost="A fee")
    merging.merge(kept, other, editions=[1, 1], facts=["name", "description", "age_min"], by=admin)
    now = fresh(kept)
    assert (now.name, now.description, now.cost) == ("Nightline", "For everybody", "Free")
    assert (now.age_min, now.age_max, now.edition) == (18, 25, 2)
    assert now.aliases.get().words == "Night line"


def test_a_number_that_is_left_behind_is_found_as_a_former_number(twins, admin):
    kept, other = twins
    merging.merge(kept, other, editions=[1, 1], contacts=[], by=admin)
    assert [contact.dial for contact in fresh(kept).contacts] == ["12025550143"]
    assert Alias.objects.get(kind="former_number").digits == "12025550144"


def test_a_number_that_was_tried_at_other_hours_has_to_be_tried_again(twins, admin):
    kept, other = twins
    Resource.objects.filter(pk=other.pk).update(hours_text="Day and night")
    moved = other.contact_points.get(dial="12025550144")
    checking.check(moved, result="works", method="call", by=admin)
    merging.merge(kept, other, editions=[1, 1], by=admin)
    assert not fresh(kept).contacts[1].is_verified


def test_bundles_follow_and_have_the_entry_once(twins, admin):
    kept, other = twins
    for name, entries in {"Evening": [other], "Night": [kept, other]}.items():
        bundle = Bundle.objects.create(name=name, country="US")
        for position, entry in enumerate(entries):
            BundleItem.objects.create(bundle=bundle, resource=entry, position=position)
    merging.merge(kept, other, editions=[1, 1], by=admin)
    assert sorted(BundleItem.objects.values_list("bundle__name", "resource")) == [
        ("Evening", kept.pk),
        ("Night", kept.pk),
    ]


def test_what_had_been_replaced_by_the_other_is_replaced_by_the_one_that_stays(enter, twins, admin):
    kept, other = twins
    old = enter("Telephone for the night", "Night line trust", "12025550100")
    checking.set_status(old, "retired", reason="Replaced", successor=other, by=admin)
    merging.merge(kept, other, editions=[1, 1], by=admin)
    assert fresh(old).successor == kept


def test_an_entry_that_was_changed_meanwhile_is_not_merged(twins, admin, second):
    kept, other = twins
    curation.edit(kept, edition=1, cost="A fee", by=second)
    with pytest.raises(curation.EntryHasChanged):
        merging.merge(kept, other, editions=[1, 1], by=admin)
    assert fresh(other).may_be_given
    assert not PairDecision.objects.exists()


def test_one_that_was_taken_out_meanwhile_is_not_merged(twins, admin, second):
    kept, other = twins
    checking.set_status(other, "retired", reason="It has ended", by=second)
    with pytest.raises(merging.IsTakenOut):
        merging.merge(kept, other, editions=[1, 1], by=admin)


def test_of_two_curators_who_decide_at_once_one_wins_and_the_other_is_told(
    transactional_db, twins, admin, second, monkeypatch
):
    kept, other = twins
    meet_after(monkeypatch, merging, "lock_pair")
    first_way = lambda: told(merging.merge, kept, other, editions=[1, 1], by=admin)  # noqa: E731
    other_way = lambda: told(merging.merge, other, kept, editions=[1, 1], by=second)  # noqa: E731
    said = both(first_way, other_way)
    assert sorted(said) == ["decided", "told"]
    assert Resource.objects.giveable().count() == 1
    assert ContactPoint.objects.current().filter(resource__in=Resource.objects.giveable()).count() == 2


def told(deed, *entries, **facts):
    try:
        deed(*entries, **facts)
    except merging.PairIsDecided:
        return "told"
    return "decided"


def test_who_is_about_to_add_one_sees_what_is_there(twins):
    found = duplicates.like(name="Nite line", country="US", numbers=[("US", "12025550144")])
    assert [entry.name for entry in found] == ["Nightline"]
    assert duplicates.like(name="Nightline", country="US")[0].name == "Nightline"
    assert duplicates.like(name="Nightline", country="GB") == []
