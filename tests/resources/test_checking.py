"""Whether a number is right: two people for a crisis line, a check that grows old, one tap when it did not work."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Role
from resources import checking
from resources.models import ContactPoint, NumberReport, Resource, Verification
from tests.followups.races import both, meet_after

A_YEAR = timedelta(days=365)


@pytest.fixture
def second(hire):
    return hire("Lou Second", Role.ADMIN)


@pytest.fixture
def line(put):
    """A crisis line with a number and a text line."""
    made = put("Night line", dial="988", is_crisis_line=True)
    ContactPoint.objects.create(resource=made, kind="sms", dial="741741", dial_region="US", keyword="HOME", position=1)
    return made


@pytest.fixture
def shelter(put):
    """No crisis line: one person is enough."""
    return put("Shelter", dial="2025550143", display="(202) 555-0143")


def fresh(resource):
    return Resource.objects.with_contacts().get(pk=resource.pk)


def call(resource, by, result="works", *, kind="voice"):
    return checking.check(resource.contact_points.get(kind=kind), result=result, method="call", by=by)


def days_later(days):
    """The same time of day there and then, also on the other side of a change of the clocks."""
    return time_machine.travel(timezone.localtime() + timedelta(days=days))


# Who counts ---------------------------------------------------------------------------------------------------


def test_one_person_is_enough_where_it_is_no_crisis_line(shelter, admin):
    call(shelter, admin)
    checked = fresh(shelter)
    assert (checked.is_verified, checked.status, checked.checked_by) == (True, "verified", admin.name)
    assert checked.check_due_on == timezone.localdate() + timedelta(days=180)


def test_a_crisis_line_takes_two_people_for_each_of_its_contacts(line, admin, second):
    for person in (admin, admin):
        call(line, person)
        call(line, person, kind="sms")
    assert not fresh(line).is_verified
    assert all(contact.needs_a_second_person for contact in fresh(line).contacts)
    call(line, second)
    assert not fresh(line).is_verified, "nobody else has tried the text line"
    call(line, second, kind="sms")
    assert fresh(line).is_verified
    assert fresh(line).check_due_on == timezone.localdate() + timedelta(days=90)


def test_who_changed_a_number_is_never_the_only_one_who_tried_it(line, admin, second):
    number = line.contact_points.get(kind="voice")
    checking.change(number, by=admin, menu_option="1")
    call(line, admin)
    assert not fresh(line).contacts[0].is_verified
    call(line, second)
    assert fresh(line).contacts[0].is_verified


def test_two_people_who_check_at_once_both_count(transactional_db, line, admin, second, monkeypatch):
    line.contact_points.get(kind="sms").delete()
    people = [admin, second]
    meet_after(monkeypatch, checking, "answer_reports")
    both(lambda: call(line, people.pop()))
    assert fresh(line).is_verified
    assert Resource.objects.get(pk=line.pk).status == "verified"


# How long it counts -------------------------------------------------------------------------------------------


def test_a_changed_contact_loses_its_checks_and_no_other_does(line, admin, second):
    for person in (admin, second):
        call(line, person)
        call(line, person, kind="sms")
    checking.change(line.contact_points.get(kind="sms"), by=admin, keyword="HELLO")
    number, text = fresh(line).contacts
    assert (number.is_verified, text.is_verified) == (True, False)
    changed = Resource.objects.get(pk=line.pk)
    assert (changed.status, changed.all_checked_on) == ("in_review", None)


def test_another_note_clears_nothing(shelter, admin):
    call(shelter, admin)
    checking.change(shelter.contact_points.get(), by=admin, note="Ask for the night desk")
    assert fresh(shelter).is_verified


def test_saying_the_same_again_clears_nothing(shelter, admin):
    call(shelter, admin)
    checking.change(shelter.contact_points.get(), by=admin, note="")
    assert fresh(shelter).is_verified
    assert not AuditEntry.objects.filter(action="contact_changed").exists()


def test_nobody_answered_proves_nothing_and_is_tried_again(shelter, admin):
    made = call(shelter, admin, "no_answer")
    assert made.retry_on == timezone.localdate() + timedelta(days=2)
    assert not fresh(shelter).is_verified


def test_an_old_check_says_so_and_leaves_the_lists_after_sixty_days(shelter, admin, therapist, signed_in):
    call(shelter, admin)
    page, browser = reverse("resources") + "?q=shelter", signed_in(therapist)
    for days, words in (
        (0, "Checked today"),
        (181, "Check overdue: 181 days old"),
        (240, "Check overdue: 240 days old"),
    ):
        with days_later(days):
            browser.force_login(therapist)
            assert words in browser.get(page).content.decode()
            assert Resource.objects.giveable().filter(pk=shelter.pk).exists() == fresh(shelter).may_be_given is True
    with days_later(241):
        browser.force_login(therapist)
        assert "Nothing found" in browser.get(page).content.decode()
        assert Resource.objects.giveable().filter(pk=shelter.pk).exists() == fresh(shelter).may_be_given is False


def test_what_changes_often_is_due_sooner_and_never_later(shelter, admin):
    for asked, days in ((30, 30), (900, 180)):
        Resource.objects.update(check_days=asked)
        call(shelter, admin)
        assert fresh(shelter).check_due_on == timezone.localdate() + timedelta(days=days)


def test_what_its_age_has_hidden_does_not_come_back_by_failing(shelter, admin):
    call(shelter, admin)
    with days_later(300):
        assert not Resource.objects.listed().filter(pk=shelter.pk).exists()
        call(shelter, admin, "no_answer")
        assert not Resource.objects.listed().filter(pk=shelter.pk).exists()
        call(shelter, admin)
        assert Resource.objects.listed().filter(pk=shelter.pk).exists()


def test_a_check_of_a_number_that_was_changed_meanwhile_is_refused(shelter, admin, second, signed_in):
    number = shelter.contact_points.get()
    checking.change(number, by=second, dial="2025550144", display="(202) 555-0144")
    answers = {"method": "call", "result": "works", "edition": number.edition, "note": "The night desk answered"}
    said = {f"c{number.pk}-{name}": value for name, value in answers.items()}
    page = signed_in(admin).post(reverse("check-contact", args=[number.pk]), said)
    assert page.status_code == 422
    assert "It was changed while this page was open." in page.content.decode()
    assert "The night desk answered" in page.content.decode()
    assert not Verification.objects.exists()


def test_a_contact_cannot_be_changed_into_another_of_its_entry(line, admin, signed_in):
    text = line.contact_points.get(kind="sms")
    ContactPoint.objects.create(resource=line, kind="sms", dial="741741", dial_region="US", keyword="HELLO", position=2)
    said = {"number": "741741", "keyword": "HELLO", "menu_option": "", "note": ""}
    page = signed_in(admin).post(reverse("change-contact", args=[text.pk]), said)
    assert page.status_code == 422
    assert "The entry has this contact already." in page.content.decode()
    text.refresh_from_db()
    assert text.keyword == "HOME"


# The pages ----------------------------------------------------------------------------------------------------


def posted(contact, **facts):
    facts = {"method": "call", "result": "works"} | facts
    return {f"c{contact.pk}-{name}": value for name, value in facts.items()}


def test_the_queue_asks_for_what_is_wrong_overdue_due_soon_and_never_checked(put, admin, therapist, signed_in):
    names = ["Wrong one", "Old one", "Soon one", "New one"]
    wrong, old, soon, _new = (put(name, dial=f"202555014{n}") for n, name in enumerate(names))
    for each in (wrong, old, soon):
        call(each, admin)
    checking.report(wrong.contact_points.get(), what="dead", by=therapist)
    today = timezone.localdate()
    Resource.objects.filter(pk=old.pk).update(check_due_on=today - timedelta(days=1))
    Resource.objects.filter(pk=soon.pk).update(check_due_on=today + timedelta(days=14))
    page = signed_in(admin).get(reverse("check-queue")).content.decode()
    order = ["Somebody found it wrong", *names[:1], "Overdue", names[1], "Due in the next two weeks", names[2]]
    places = [page.index(words) for words in [*order, ["Not checked yet", "/h2>"][0], names[3]]]
    assert places == sorted(places)


def test_a_check_is_saved_from_the_page_with_what_was_compared(shelter, admin, signed_in):
    contact = shelter.contact_points.get()
    facts = posted(contact, greeting="yes", menu="yes", note="Asked for the night desk")
    answer = signed_in(admin).post(reverse("check-contact", args=[contact.pk]), facts)
    assert answer.url == f"{reverse('check-resource', args=[shelter.pk])}#contact-{contact.pk}"
    saved = Verification.objects.get()
    assert (saved.by, saved.checklist, saved.result) == (admin, {"greeting": "yes", "menu": "yes"}, "works")


def test_what_is_not_as_it_stands_does_not_work_as_it_stands(shelter, admin, signed_in):
    contact = shelter.contact_points.get()
    facts = posted(contact, hours="no", note="They close at six")
    answer = signed_in(admin).post(reverse("check-contact", args=[contact.pk]), facts)
    assert answer.status_code == 422
    assert "then it works differently" in answer.content.decode()
    assert "They close at six" in answer.content.decode()
    assert not Verification.objects.exists()


def test_a_new_number_is_read_as_it_is_dialled_there(shelter, admin, signed_in):
    contact = shelter.contact_points.get()
    address = reverse("change-contact", args=[contact.pk])
    refused = signed_in(admin).post(address, {"number": "call us"})
    assert refused.status_code == 422
    signed_in(admin).post(address, {"number": "(202) 555-0199", "note": "New desk"})
    contact.refresh_from_db()
    assert (contact.dial, contact.display, contact.note) == ("12025550199", "(202) 555-0199", "New desk")
    assert (contact.changed_by, contact.e164) == (admin, "+12025550199")


@pytest.mark.parametrize("status", ["temporarily_closed", "retired", "do_not_list"])
def test_taking_out_needs_a_reason_and_can_be_taken_back(shelter, admin, signed_in, status):
    browser, address = signed_in(admin), reverse("change-resource-status", args=[shelter.pk])
    assert browser.post(address, {"status": status}).status_code == 422
    browser.post(address, {"status": status, "reason": "Funding ended"})
    assert not Resource.objects.giveable().exists()
    browser.post(address, {"status": "in_review"})
    assert Resource.objects.giveable().exists()
    assert AuditEntry.objects.filter(action="resource_status_set", by=admin).count() == 2


# It did not work ----------------------------------------------------------------------------------------------


def test_one_tap_puts_it_in_doubt_for_everybody_and_the_reporter_hears_what_came_of_it(
    shelter, admin, therapist, supervisor, signed_in
):
    call(shelter, admin)
    contact = shelter.contact_points.get()
    answer = signed_in(therapist).post(reverse("report-contact", args=[contact.pk]), {"what": "wrong"}, follow=True)
    assert "somebody will look" in answer.content.decode()
    seen = signed_in(supervisor).get(reverse("resources") + "?q=shelter").content.decode()
    assert "In doubt" in seen
    assert "Somebody is looking" in seen
    own = reverse("my-reports")
    assert "Somebody will look at it" in signed_in(therapist).get(own).content.decode()
    call(shelter, admin)
    assert "In doubt" not in signed_in(supervisor).get(reverse("resources") + "?q=shelter").content.decode()
    heard = signed_in(therapist).get(own).content.decode()
    assert "It works: tried again" in heard
    assert admin.name in heard


def test_telling_twice_is_one_report(shelter, therapist):
    contact = shelter.contact_points.get()
    for what in ("no_answer", "dead"):
        checking.report(contact, what=what, by=therapist)
    assert NumberReport.objects.get().what == "dead"


def test_two_taps_at_once_are_one_report(transactional_db, shelter, therapist, monkeypatch):
    contact = shelter.contact_points.get()
    assert len(both(lambda: checking.report(contact, what="dead", by=therapist))) == 2
    assert NumberReport.objects.count() == 1


def test_a_dead_number_is_not_there_to_be_tapped(shelter, admin, therapist, signed_in):
    call(shelter, admin, "dead")
    page = signed_in(therapist).get(reverse("resource", args=[shelter.pk])).content.decode()
    assert "Found dead. Do not give it." in page
    assert 'href="tel:' not in page.split("</article>")[0].split('class="ways"')[1].split("</ul>")[0]


@pytest.mark.parametrize("deed", ["mended", "removed"])
def test_the_reporter_hears_that_it_was_mended_or_taken_out(shelter, admin, therapist, deed):
    contact = shelter.contact_points.get()
    checking.report(contact, what="dead", by=therapist)
    if deed == "mended":
        checking.change(contact, by=admin, dial="2025550150")
    else:
        checking.set_status(shelter, "retired", reason="Closed", by=admin)
    assert NumberReport.objects.get().answer == deed
