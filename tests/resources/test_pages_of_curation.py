"""Curators at work: each page saves what it says, refuses in words, and loses nothing."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role
from resources import checking, curated_contacts, curated_parts, curation, proposals
from resources.models import Alias, Bundle, ContactPoint, Coverage, Location, Resource
from tests.databases import WHO_ACTS
from tests.followups.races import both, meet_after


@pytest.fixture
def second(hire):
    return hire("Lou Second", Role.ADMIN)


@pytest.fixture
def shelter(put):
    return put("Shelter", dial="12025550143", display="(202) 555-0143", e164="+12025550143")


@pytest.fixture
def desk(signed_in, admin):
    """The admin's browser."""
    return signed_in(admin)


FACTS = {
    "name": "Night house",
    "organisation": "City",
    "country": "US",
    "categories": ["crisis"],
    "languages": "en, es",
}
CONTACT = {"contact-kind": "voice", "contact-dial_region": "US", "contact-number": "(202) 555-0199"}


def words(answer):
    return answer.content.decode()


# Adding -------------------------------------------------------------------------------------------------------


def test_an_entry_is_added_from_the_page_with_its_first_contact(desk):
    answer = desk.post(reverse("add-entry"), FACTS | CONTACT | {"audience": "Adults\nFamilies, friends"})
    made = Resource.objects.get()
    assert answer.url == reverse("entry-parts", args=[made.pk])
    assert (made.languages, made.audience) == (["en", "es"], ["Adults", "Families, friends"])
    contact = made.contact_points.get()
    assert (contact.e164, contact.display) == ("+12025550199", "(202) 555-0199")


def test_nothing_typed_is_lost_when_the_number_cannot_be_read(desk):
    answer = desk.post(reverse("add-entry"), FACTS | CONTACT | {"contact-number": "call us"})
    assert answer.status_code == 422
    assert "There is no number here." in words(answer)
    assert "Night house" in words(answer)
    assert not Resource.objects.exists()


def test_what_looks_the_same_is_shown_before_it_is_added_twice(desk, shelter):
    facts = FACTS | CONTACT | {"contact-number": "(202) 555-0143"}
    answer = desk.post(reverse("add-entry"), facts)
    assert answer.status_code == 422
    assert "We have this one:" in words(answer)
    assert reverse("resource", args=[shelter.pk]) in words(answer)
    assert desk.post(reverse("add-entry"), facts | {"is_another": "on"}).status_code == 302


def test_what_is_not_to_be_listed_is_refused_with_its_reason(desk, shelter, admin):
    checking.set_status(shelter, "do_not_list", reason="They take money from callers", by=admin)
    answer = desk.post(reverse("add-entry"), FACTS | CONTACT | {"contact-number": "(202) 555-0143"})
    assert answer.status_code == 422
    assert "They take money from callers" in words(answer)


def test_a_short_number_nobody_knows_takes_somebody_who_dialled_it_and_a_page(desk, put):
    line = put("113 Zelfmoordpreventie", country="NL", dial="08000113")
    address = reverse("add-contact", args=[line.pk])
    facts = {"kind": "voice", "dial_region": "NL", "number": "113"}
    refused = desk.post(address, facts)
    assert refused.status_code == 422
    assert "This short number is not known." in words(refused)
    assert desk.post(address, facts | {"has_dialled": "on"}).status_code == 422
    saved = desk.post(address, facts | {"has_dialled": "on", "evidence_url": "https://www.113.nl"})
    assert saved.status_code == 302
    assert line.contact_points.get(dial="113").e164 == ""
    assert line.evidence.get().url == "https://www.113.nl"


def test_a_number_that_reaches_an_emergency_service_here_comes_with_a_warning(desk, put, seen_from, admin):
    seen_from(admin, "NO")
    line = put("113 Zelfmoordpreventie", country="NL", dial="08000113")
    facts = {"kind": "voice", "dial_region": "NL", "number": "113", "has_dialled": "on"}
    answer = desk.post(
        reverse("add-contact", args=[line.pk]), facts | {"evidence_url": "https://www.113.nl"}, follow=True
    )
    assert "113 reaches an emergency service." in words(answer)


def test_a_chat_and_a_mailbox_need_an_address(desk, shelter):
    address = reverse("add-contact", args=[shelter.pk])
    assert desk.post(address, {"kind": "email", "address": "nobody"}).status_code == 422
    desk.post(address, {"kind": "email", "address": "help@shelter.example"})
    desk.post(address, {"kind": "chat", "address": "shelter.example/chat"})
    urls = set(ContactPoint.objects.exclude(url="").values_list("url", flat=True))
    assert urls == {"mailto:help@shelter.example", "https://shelter.example/chat"}


# Changing -----------------------------------------------------------------------------------------------------


def facts_of(entry, **changed):
    return FACTS | {"name": entry.name, "organisation": "An operator", "edition": entry.edition} | changed


def test_who_was_slower_sees_both_and_can_save_what_is_right(desk, shelter, second):
    curation.edit(shelter, edition=1, cost="Five dollars", by=second)
    address = reverse("edit-entry", args=[shelter.pk])
    refused = desk.post(address, facts_of(shelter, cost="Free of charge"))
    assert refused.status_code == 422
    for said in ("Somebody else changed it meanwhile.", "Five dollars", "Free of charge"):
        assert said in words(refused)
    shelter.refresh_from_db()
    assert shelter.cost == "Five dollars"
    assert 'name="edition" value="2"' in words(refused)
    assert desk.post(address, facts_of(shelter, cost="Free of charge", edition=2)).status_code == 302


def test_ages_the_wrong_way_round_are_told_beside_the_field(desk, shelter):
    answer = desk.post(reverse("edit-entry", args=[shelter.pk]), facts_of(shelter, age_min=30, age_max=20))
    assert answer.status_code == 422
    assert "The last age is lower than the first." in words(answer)


def test_a_country_that_is_none_is_refused(desk, shelter):
    answer = desk.post(reverse("edit-entry", args=[shelter.pk]), facts_of(shelter, country="UK"))
    assert "There is no such country." in words(answer)


def test_hours_are_saved_and_clear_the_check(desk, shelter, admin):
    checking.check(shelter.contact_points.get(), result="works", method="call", by=admin)
    facts = {"hours-kind": "always", "hours-edition": 1, "hours-hours_text": "Day and night"}
    assert desk.post(reverse("entry-hours", args=[shelter.pk]), facts).status_code == 302
    shelter.refresh_from_db()
    assert (shelter.hours, shelter.is_always_open, shelter.status) == ({"kind": "always"}, True, "in_review")


def test_the_checklist_keeps_not_known_apart_from_no(desk, shelter):
    address = reverse("entry-checklist", args=[shelter.pk])
    assert "Turns nobody away for who they are" in words(desk.get(address))
    desk.post(address, {"edition": 1, "is_free": "yes", "may_act_without_consent": "no", "is_crisis_line": "yes"})
    shelter.refresh_from_db()
    assert (shelter.is_free, shelter.may_act_without_consent, shelter.is_anonymous) == (True, False, None)
    assert shelter.is_crisis_line


def test_the_last_contact_cannot_be_taken_out_and_the_page_says_why(desk, shelter):
    only = shelter.contact_points.get()
    answer = desk.post(reverse("remove-contact", args=[only.pk]), follow=True)
    assert "It is the only way to reach this entry." in words(answer)
    assert ContactPoint.objects.current().count() == 1


def test_a_contact_moves_up(desk, shelter):
    desk.post(reverse("add-contact", args=[shelter.pk]), {"kind": "chat", "address": "https://shelter.example/chat"})
    first, chat = shelter.contact_points.order_by("position")
    address = reverse("reorder-contacts", args=[shelter.pk])
    desk.post(address, {"order": [chat.pk, first.pk]})
    assert [each.pk for each in shelter.contact_points.order_by("position")] == [chat.pk, first.pk]
    answer = desk.post(address, {"order": ["nonsense"]}, follow=True)
    assert "The contacts have changed meanwhile." in words(answer)


def test_parts_come_and_go_from_the_page(desk, shelter):
    for part, facts in {
        "names": {"kind": "former_number", "words": "(202) 555-0100"},
        "places": {"city": "Washington", "is_confidential": "on"},
        "coverage": {"country": "us", "subdivision": "DC"},
        "pages": {"url": "https://shelter.example", "kind": "operator", "seen_on": "2026-11-01"},
    }.items():
        assert desk.post(reverse("add-entry-part", args=[shelter.pk, part]), facts).status_code == 302, part
    assert Alias.objects.get().digits == "2025550100"
    assert (Location.objects.get().is_confidential, Coverage.objects.get().country) == (True, "US")
    page = words(desk.get(reverse("entry-parts", args=[shelter.pk])))
    assert "confidential" in page
    again = desk.post(reverse("add-entry-part", args=[shelter.pk, "coverage"]), {"country": "US", "subdivision": "DC"})
    assert again.status_code == 422
    desk.post(reverse("remove-entry-part", args=["names", Alias.objects.get().pk]))
    assert not Alias.objects.exists()
    assert desk.get(reverse("add-entry-part", args=[shelter.pk, "nonsense"])).status_code == 404


def test_the_history_says_what_was_changed_from_what_to_what_and_by_whom(desk, shelter, second, admin):
    curation.edit(shelter, edition=1, cost="Free", organisation="The city", by=second)
    curation.edit(shelter, edition=2, cost="Five dollars", by=admin)
    checking.change(shelter.contact_points.get(), by=second, keyword="HOME")
    page = words(desk.get(reverse("entry-history", args=[shelter.pk])))
    for said in (
        "Cost: nothing → Free",
        "Cost: Free → Five dollars",
        "An operator → The city",
        "Keyword: nothing → HOME",
    ):
        assert said in page
    free = page.split("nothing → Free")[1].split("</li>")[0]
    dollars = page.split("Free → Five dollars")[1].split("</li>")[0]
    assert second.name in free
    assert admin.name in dollars


# Proposing ----------------------------------------------------------------------------------------------------


PROPOSAL = {"name": "Sailors’ line", "number": "(202) 555-0177", "country": "US", "why": "Many of our clients sail"}


@pytest.mark.parametrize("person", ["therapist", "supervisor", "admin"])
def test_anybody_can_propose_an_entry_and_only_curators_see_it(request, signed_in, person):
    browser = signed_in(request.getfixturevalue(person))
    answer = browser.post(reverse("propose-entry"), PROPOSAL, follow=True)
    assert "Somebody will look at it" in words(answer)
    draft = Resource.objects.get()
    assert (draft.status, draft.proposed_by) == ("draft", request.getfixturevalue(person))
    assert not Resource.objects.listed().exists()


def test_a_proposal_is_taken_over_and_the_proposer_sees_it(desk, signed_in, therapist, admin):
    signed_in(therapist).post(reverse("propose-entry"), PROPOSAL)
    draft = Resource.objects.get()
    desk.force_login(admin)
    assert "Sailors’ line" in words(desk.get(reverse("check-queue")))
    assert "Many of our clients sail" in words(desk.get(reverse("proposal", args=[draft.pk])))
    desk.post(reverse("take-over-proposal", args=[draft.pk]))
    draft.refresh_from_db()
    assert (draft.status, draft.status_reason) == ("in_review", "")
    assert "In the lists" in words(signed_in(therapist).get(reverse("my-reports")))
    desk.force_login(admin)
    late = desk.post(reverse("take-over-proposal", args=[draft.pk]), follow=True)
    assert "Somebody else has decided on it already." in words(late)


def test_a_proposal_that_cannot_be_reached_is_completed_first(desk, therapist):
    draft = proposals.propose(name="A page", country="US", why="Seen", url="https://page.example", by=therapist)
    answer = desk.post(reverse("take-over-proposal", args=[draft.pk]), follow=True)
    assert "Add a way to reach it first." in words(answer)
    draft.refresh_from_db()
    assert draft.status == "draft"


def test_a_proposal_is_declined_with_a_reason_that_the_proposer_reads(desk, signed_in, therapist):
    draft = proposals.propose(name="A page", country="US", why="Seen", url="https://page.example", by=therapist)
    address = reverse("decline-proposal", args=[draft.pk])
    assert desk.post(address, {"reason": ""}).status_code == 422
    desk.post(address, {"reason": "It costs a fee", "for_good": "on"})
    draft.refresh_from_db()
    assert draft.status == "do_not_list"
    assert "It costs a fee" in words(signed_in(therapist).get(reverse("my-reports")))
    again = signed_in(therapist).post(reverse("propose-entry"), PROPOSAL | {"name": "A page"})
    assert again.status_code == 422
    assert "It costs a fee" in words(again)


def test_a_proposal_of_what_is_there_shows_it_at_once(signed_in, therapist, shelter):
    browser = signed_in(therapist)
    answer = browser.post(reverse("propose-entry"), PROPOSAL | {"number": "(202) 555-0143"})
    assert answer.status_code == 422
    assert "We have this one:" in words(answer)
    assert reverse("resource", args=[shelter.pk]) in words(answer)
    assert "Many of our clients sail" in words(answer)
    browser.post(reverse("propose-entry"), PROPOSAL | {"number": "(202) 555-0143", "is_another": "on"})
    assert Resource.objects.filter(status="draft").count() == 1


def test_a_short_number_nobody_knows_is_dialled_by_a_curator_before_it_is_a_contact(signed_in, therapist):
    signed_in(therapist).post(reverse("propose-entry"), PROPOSAL | {"number": "113", "country": "NL"})
    draft = Resource.objects.get()
    assert draft.status_reason == "113: Many of our clients sail"
    assert not draft.contact_points.exists()
    with pytest.raises(proposals.CannotBeReached):
        proposals.take_over(draft, by=therapist)


def test_two_curators_who_decide_at_once_decide_once(transactional_db, therapist, admin, monkeypatch):
    draft = proposals.propose(name="A page", country="US", why="Seen", url="https://page.example", by=therapist)
    facts = {"kind": "voice", "dial": "12025550143", "dial_region": "US"}
    curated_contacts.add_contact(draft, by=admin, **facts)
    meet_after(monkeypatch, proposals, "undecided")

    def decide(deed, **facts):
        try:
            deed(draft, by=admin, **facts)
        except proposals.IsDecided:
            return "told"
        return "decided"

    said = both(lambda: decide(proposals.take_over), lambda: decide(proposals.decline, reason="It costs a fee"))
    assert sorted(said) == ["decided", "told"]


def test_a_proposal_needs_a_number_or_a_page(signed_in, therapist):
    answer = signed_in(therapist).post(reverse("propose-entry"), PROPOSAL | {"number": ""})
    assert answer.status_code == 422
    assert "Give a number or a web page." in words(answer)


# Look-alikes --------------------------------------------------------------------------------------------------


@pytest.fixture
def twins(put):
    kept = put("Night line", dial="12025550101", cost="Free")
    other = put("Nightline", dial="12025550101", description="For all")
    return kept, other


def test_two_are_merged_from_the_page_field_by_field(desk, twins):
    kept, other = twins
    assert reverse("pair", args=sorted([kept.pk, other.pk])) in words(desk.get(reverse("duplicates")))
    address = reverse("pair", args=[kept.pk, other.pk])
    page = words(desk.get(address))
    assert "A: Free" in page
    assert "B: For all" in page
    said = {"what": "merge", "keep": "first", "take-description": "second", "first-edition": 1, "second-edition": 1}
    desk.post(address, said)
    kept.refresh_from_db()
    other.refresh_from_db()
    assert (kept.description, kept.cost) == ("For all", "Free")
    assert (other.status, other.successor) == ("retired", kept)
    late = desk.post(address, {"what": "apart"}, follow=True)
    assert "was quicker and said" in words(late)


def test_an_old_page_of_a_pair_is_shown_anew_and_keeps_what_was_chosen(desk, twins, second):
    kept, other = twins
    curation.edit(kept, edition=1, cost="Five dollars", by=second)
    said = {"what": "merge", "keep": "second", "first-edition": 1, "second-edition": 1}
    answer = desk.post(reverse("pair", args=[kept.pk, other.pk]), said)
    assert answer.status_code == 422
    assert "One of the two was changed meanwhile." in words(answer)
    assert "Five dollars" in words(answer)
    assert 'value="second" checked' in words(answer)


# What pages ask the database ----------------------------------------------------------------------------------


def statements(browser, address):
    browser.get(address)  # what is read once per process is read now
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(address).status_code == 200
    return len([each for each in captured if "SAVEPOINT" not in each["sql"]])


def add_more(put, kept, admin, therapist):
    """More of everything that hangs on an entry, and more entries."""
    for number in range(4):
        put(f"Nightline {number}", dial=f"1202555017{number}")
        proposals.propose(name=f"Draft {number}", country="US", why="Seen", url="https://a.example", by=therapist)
        facts = {"dial": f"1202555018{number}", "dial_region": "US"}
        curated_contacts.add_contact(kept, by=admin, kind="voice", evidence_url=f"https://a.example/{number}", **facts)
        curated_parts.add_alias(kept, words=f"Name {number}", by=admin)
        curated_parts.add_location(kept, city=f"Town {number}", by=admin)
        curated_parts.add_coverage(kept, country="US", subdivision=f"Area {number}", by=admin)
        kept = curation.edit(kept, edition=kept.edition, organisation=f"Operator {number}", by=admin)
        Bundle.objects.create(name=f"Bundle {number}", country="US")


def test_pages_ask_no_more_for_more_rows(desk, put, twins, admin, therapist):
    kept, other = twins
    own = ["entry-parts", "entry-history", "edit-entry", "entry-hours", "entry-checklist", "proposal"]
    addresses = {name: reverse(name, args=[kept.pk]) for name in own}
    addresses |= {name: reverse(name) for name in ("check-queue", "my-reports", "duplicates", "bundles", "add-bundle")}
    addresses["pair"] = reverse("pair", args=[kept.pk, other.pk])
    kept = curation.edit(kept, edition=1, organisation="Another operator", by=admin)
    curated_parts.add_location(kept, city="Washington", by=admin)
    proposals.propose(name="Draft", country="US", why="Seen", url="https://a.example", by=admin)
    Bundle.objects.create(name="Bundle", country="US")
    before = {name: statements(desk, address) for name, address in addresses.items()}
    add_more(put, kept, admin, therapist)
    grown = {name: (before[name], statements(desk, address)) for name, address in addresses.items()}
    assert {name: counts for name, counts in grown.items() if counts[1] > min(counts[0], 16 + WHO_ACTS)} == {}


# Hours of one contact, and numbers that need somebody ------------------------------------------------------------


def test_a_contact_gets_hours_of_its_own_and_has_to_be_checked_again(desk, shelter, admin):
    contact = shelter.contact_points.get()
    checking.check(contact, result="works", method="call", by=admin)
    page = reverse("contact-hours", args=[contact.pk])
    assert "As the entry" in words(desk.get(page))
    said = {"hours-kind": "weekly", "hours-weekly": "Mon-Fri 09:00-17:00", "hours-zone": "America/New_York"}
    assert desk.post(page, said).status_code == 302
    contact.refresh_from_db()
    assert contact.hours["weekly"][0] == {"day": 1, "opens": "09:00", "closes": "17:00"}
    assert Resource.objects.with_contacts().get().is_verified is False
    assert desk.post(page, {"hours-kind": "unknown"}).status_code == 302
    contact.refresh_from_db()
    assert contact.hours == {}


def test_a_short_number_nobody_knows_takes_somebody_who_has_dialled_it(desk, shelter):
    contact = shelter.contact_points.get()
    page = reverse("change-contact", args=[contact.pk])
    said = {"number": "1553", "keyword": "", "menu_option": "", "note": ""}
    answer = desk.post(page, said)
    assert answer.status_code == 422
    assert "This short number is not known." in words(answer)
    said |= {"has_dialled": "on", "evidence_url": "https://ncmh.example/"}
    assert desk.post(page, said).status_code == 302
    contact.refresh_from_db()
    assert (contact.dial, contact.e164) == ("1553", "")


def test_a_number_that_was_given_up_is_told_before_it_is_written(desk, shelter):
    contact = shelter.contact_points.get()
    answer = desk.post(reverse("change-contact", args=[contact.pk]), {"number": "1-800-931-2237"})
    assert answer.status_code == 422
    assert "Dial it, tick that you did" in words(answer)
    contact.refresh_from_db()
    assert contact.dial == "12025550143"
