"""How good the directory is, what is missing, what comes in, and sets that offer more than one way."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from resources import bundles, checking, health, hours, inclusion, missing
from resources.models import Bundle, ContactPoint, InclusionPolicy, Resource, SearchGap
from tests.databases import WHO_ACTS

ALWAYS = {"kind": "always"}
NIGHTS = {
    "kind": "weekly",
    "zone": "America/New_York",
    "weekly": [{"day": day, "opens": "20:00", "closes": "06:00"} for day in range(1, 8)],
}
OFFICE = NIGHTS | {"weekly": [{"day": day, "opens": "09:00", "closes": "17:00"} for day in range(1, 6)]}


@pytest.fixture
def checked(put, admin):
    """Put an entry on the shelf and check it."""

    def put_and_check(name, **facts):
        made = put(name, **facts)
        checking.check(made.contact_points.get(), result="works", method="call", by=admin)
        return made

    return put_and_check


def words(answer):
    return answer.content.decode()


# Figures ------------------------------------------------------------------------------------------------------


def test_it_tells_how_many_are_checked_in_time_and_how_old_the_checks_are(checked, put):
    old, late, _new = (checked(f"Line {n}", dial=f"1202555014{n}") for n in range(3))
    put("Unchecked", dial="12025550150")
    today = timezone.localdate()
    Resource.objects.filter(pk=old.pk).update(all_checked_on=today - timedelta(days=40))
    Resource.objects.filter(pk=late.pk).update(
        all_checked_on=today - timedelta(days=181), check_due_on=today - timedelta(days=1)
    )
    figures = health.checked()
    assert (figures.listed, figures.in_time, figures.percent, figures.middle_age) == (4, 2, 50, 40)


def test_an_empty_directory_has_no_percentages(db):
    assert (health.checked().percent, health.checked().middle_age) == (None, None)
    assert health.sample_of_calls().percent is None


def test_dead_and_doubtful_contacts_are_listed_until_they_are_mended(checked, admin, therapist):
    dead, doubted, mended = (checked(f"Line {n}", dial=f"1202555014{n}") for n in range(3))
    for each in (dead, mended):
        checking.check(each.contact_points.get(), result="dead", method="call", by=admin)
    checking.change(mended.contact_points.get(), dial="12025550199", by=admin)
    checking.report(doubted.contact_points.get(), what="dead", by=therapist)
    assert [contact.resource for contact in health.bad_contacts()] == [dead, doubted]


def test_searches_in_vain_are_added_up_for_thirty_days_and_taken_off_by_looking(signed_in, admin, therapist):
    today = timezone.localdate()
    for days, times in ((0, 2), (29, 3), (30, 50)):
        SearchGap.objects.create(words="sailors", country="US", on=today - timedelta(days=days), times=times)
    [gap] = health.searches_in_vain()
    assert (gap["words"], gap["number"]) == ("sailors", 5)
    signed_in(admin).post(reverse("look-at-gap", args=[gap["key"]]))
    assert health.searches_in_vain() == []


def test_ten_numbers_are_drawn_for_the_month_and_eight_must_be_right(put, admin):
    for number in range(12):
        put(f"Line {number}", dial=f"120255501{number:02}")
    drawn = [call.contact for call in health.sample_of_calls().calls]
    assert len(drawn) == 10
    assert [call.contact for call in health.sample_of_calls().calls] == drawn, "the same ones all month"
    for place, contact in enumerate(drawn):
        checking.check(contact, result="works" if place < 8 else "dead", method="call", by=admin)
    sample = health.sample_of_calls()
    assert (sample.number_made, sample.percent, sample.is_good) == (10, 80, True)
    checking.check(drawn[0], result="no_answer", method="call", by=admin)
    assert not health.sample_of_calls().is_good


# What is missing ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kept", "times"),
    [(ALWAYS, {"day", "night", "always"}), (NIGHTS, {"night"}), (OFFICE, {"day"}), ({}, set())],
    ids=["always", "nights", "office hours", "not known"],
)
def test_day_and_night_are_read_from_the_hours(kept, times):
    assert missing.times_of(hours.Hours.of(kept)) == times


def test_what_is_missing_counts_checked_entries_by_group_language_and_time(checked, put):
    checked("Line for all", dial="12025550141", hours=ALWAYS, languages=["en"])
    checked("Youth line", dial="12025550142", hours=OFFICE, languages=["en", "es"], categories=["youth"])
    put("Unchecked", dial="12025550143", hours=ALWAYS, languages=["fr"])
    lines = {
        (str(line.group), str(line.language)): [number for _time, number in line.numbers]
        for line in missing.table(missing.shelf("US"))
    }
    assert lines["Everybody", "English"] == [1, 1, 1]
    assert lines["Everybody", "Spanish"] == [0, 0, 0]
    assert lines["Children and young people", "Spanish"] == [1, 0, 0]
    assert not any("French" in key for key in lines)


@pytest.mark.parametrize(
    ("facts", "is_there"),
    [
        ({"hours": ALWAYS, "categories": ["youth"]}, True),
        ({"hours": ALWAYS}, True),
        ({"hours": ALWAYS, "age_min": 18}, False),
        ({"hours": ALWAYS, "categories": ["veterans"]}, False),
        ({"hours": OFFICE, "categories": ["youth"]}, False),
        ({"categories": ["youth"]}, False),
    ],
    ids=["for the young", "for all", "for adults", "for veterans", "by day", "hours not known"],
)
def test_whether_somebody_under_18_can_text_at_night(checked, facts, is_there):
    checked("Text line", kind="sms", dial="741741", **facts)
    assert missing.has_text_for_minors_at_night(missing.shelf("US")) is is_there


def test_the_page_says_what_is_missing_in_as_few_statements_for_many_entries_as_for_few(
    checked, signed_in, admin, therapist
):
    browser, address = signed_in(admin), reverse("directory-health")
    checked("Line for all", dial="12025550141", hours=ALWAYS, languages=["en"])
    page = words(browser.get(address))
    assert "No checked entry can be reached by text by somebody under 18 at night." in page
    assert "Pages are not looked at here." in page or "Dead web pages" in page
    before = statements(browser, address)
    for number in range(5):
        made = checked(f"Line {number}", dial=f"1202555015{number}", hours=NIGHTS, languages=["en"])
        checking.report(made.contact_points.get(), what="dead", by=therapist)
        SearchGap.objects.create(words=f"need {number}", country="US", on=timezone.localdate())
    assert statements(browser, address) <= before <= 14 + WHO_ACTS


def statements(browser, address):
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(address).status_code == 200
    return len([each for each in captured if "SAVEPOINT" not in each["sql"]])


# The policy ---------------------------------------------------------------------------------------------------


def test_everybody_reads_the_policy_and_admins_look_at_it_again(signed_in, therapist, admin):
    assert "Nobody here has looked at them yet." in words(signed_in(therapist).get(reverse("inclusion-policy")))
    browser = signed_in(admin)
    assert browser.post(reverse("change-inclusion-policy"), {"body": ""}).status_code == 422
    browser.post(reverse("change-inclusion-policy"), {"body": "Only what is free."})
    page = words(signed_in(therapist).get(reverse("inclusion-policy")))
    assert "Only what is free." in page
    assert admin.name in page
    assert "every three years" in page


def test_the_policy_is_due_after_three_years_and_former_words_are_kept(admin):
    assert inclusion.is_due(inclusion.newest())
    first = inclusion.look_again(body="Only what is free.", by=admin)
    assert not inclusion.is_due(inclusion.newest())
    first.at -= timedelta(days=3 * 365)
    assert inclusion.is_due(first)
    inclusion.look_again(body="All of it.", by=admin)
    assert inclusion.newest().body == "All of it."
    assert InclusionPolicy.objects.count() == 2


# Bundles ------------------------------------------------------------------------------------------------------


@pytest.fixture
def call_and_text(put):
    return put("Night line", dial="988"), put("Text line", kind="sms", dial="741741", keyword="HOME")


def test_a_bundle_is_put_together_moved_and_saved_without_a_script(signed_in, admin, call_and_text):
    call, text = call_and_text
    browser, address = signed_in(admin), reverse("add-bundle")
    found = browser.post(address, {"name": "Evening", "country": "US", "q": "text", "search": ""})
    assert f'name="add" value="{text.pk}"' in words(found)
    assert not Bundle.objects.exists()
    facts = {"name": "Evening", "country": "US", "entry": [call.pk, text.pk]}
    moved = words(browser.post(address, facts | {"up": str(text.pk)}))
    assert moved.index(str(text.pk)) < moved.index(str(call.pk))
    browser.post(address, facts | {"entry": [text.pk, call.pk], "save": ""})
    bundle = Bundle.objects.get()
    assert [item.resource for item in bundle.items.all()] == [text, call]
    browser.post(reverse("edit-bundle", args=[bundle.pk]), facts | {"name": "Late evening", "save": ""})
    bundle.refresh_from_db()
    assert (bundle.name, bundle.items.first().resource) == ("Late evening", call)
    browser.post(reverse("retire-bundle", args=[bundle.pk]))
    bundle.refresh_from_db()
    assert bundle.is_retired


def test_a_bundle_that_can_only_be_called_is_refused_and_nothing_is_lost(signed_in, admin, put):
    first, second = put("Night line", dial="988"), put("Day line", dial="12025550143")
    ContactPoint.objects.create(resource=second, kind="tty", dial="12025550144", dial_region="US", position=1)
    facts = {"name": "Evening", "country": "US", "entry": [first.pk, second.pk], "save": ""}
    answer = signed_in(admin).post(reverse("add-bundle"), facts)
    assert answer.status_code == 422
    assert "It needs two different ways at least" in words(answer)
    assert "Day line" in words(answer)
    assert not Bundle.objects.exists()


def test_a_confidential_way_does_not_count_as_one(put, admin):
    line = put("Night line", dial="988")
    ContactPoint.objects.create(
        resource=line, kind="sms", dial="988", dial_region="US", position=1, is_confidential=True
    )
    with pytest.raises(bundles.NeedsAnotherWay):
        bundles.save(None, name="Evening", country="US", keys=[line.pk], by=admin)


def test_what_was_taken_out_cannot_be_in_a_bundle(call_and_text, admin):
    call, text = call_and_text
    checking.set_status(text, "retired", reason="It has ended", by=admin)
    with pytest.raises(bundles.CannotBeGiven) as told:
        bundles.save(None, name="Evening", country="US", keys=[call.pk, text.pk], by=admin)
    assert told.value.resource == text


def test_a_country_has_one_bundle_of_a_name(call_and_text, admin, signed_in):
    keys = [each.pk for each in call_and_text]
    bundles.save(None, name="Evening", country="US", keys=keys, by=admin)
    facts = {"name": "Evening", "country": "US", "entry": keys, "save": ""}
    answer = signed_in(admin).post(reverse("add-bundle"), facts)
    assert "This country has a bundle of this name already." in words(answer)
    assert bundles.save(None, name="Evening", country="GB", keys=keys, by=admin).pk
