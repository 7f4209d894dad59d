"""Finding the right entry: with a slip of the hand, by what it was once called, by digits, and never a dead end."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from resources import finding, gaps, questions
from resources.models import Alias, ContactPoint, KnownHours, Location, Resource, SearchEntry, SearchGap, SearchWord

PAGE = "/resources/"
ALWAYS = {"kind": "always"}


def weekly(*windows, zone="Europe/London"):
    return {
        "kind": "weekly",
        "zone": zone,
        "weekly": [{"day": day, "opens": opens, "closes": closes} for day, opens, closes in windows],
    }


def slugs(text, *, home="US"):
    keys = [row.pk for row in finding.find(Resource.objects.listed(), text, home=home).rows]
    names = dict(Resource.objects.values_list("pk", "slug"))
    return [names[key] for key in keys]


@pytest.fixture
def directory(client, therapist, seen_from, starter):
    client.force_login(seen_from(therapist, "US", "911"))
    return lambda **query: client.get(PAGE, query)


def names(page):
    return [entry.name for entry in page.context["resources"]]


# What was typed -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "slug"),
    [
        ("samaritnas", "gb-samaritans"),
        ("samartians uk", "gb-samaritans"),
        ("trevr", "us-trevor-project"),
        ("veterns", "us-veterans-crisis-line"),
        ("sucide lifeline", "us-988-lifeline"),
        ("childlien", "gb-childline"),
        ("TELEFONSELSORGE", "de-telefonseelsorge"),
        ("hopelineuk", "gb-papyrus-hopeline247"),
        ("campaign against living miserably", "gb-calm"),
        ("1-800-273-TALK", "us-988-lifeline"),
        ("0900 0113", "nl-113"),
        ("linea de la vida", "mx-linea-de-la-vida"),
        ("línea", "mx-linea-de-la-vida"),
        ("dv", "us-national-domestic-violence-hotline"),
        ("domestic abuse", "gb-national-domestic-abuse-helpline"),
        ("LGBT", "us-trevor-project"),
        ("perinatal", "us-maternal-mental-health-hotline"),
        ("overdose", "us-samhsa-national-helpline"),
        ("START", "us-trevor-project"),
        ("samar", "gb-samaritans"),
    ],
)
def test_a_slip_of_the_hand_another_word_or_an_old_name_finds_it(starter, typed, slug):
    assert slug in slugs(typed)[:4]


def test_what_was_corrected_is_said(directory):
    page = directory(q="veterns").content.decode()
    assert "Nothing here is called “veterns”. These are for “veterans”." in page


def test_an_old_name_is_shown_where_it_was_what_found_the_entry(directory):
    page = directory(q="hopelineuk", country="all").content.decode()
    assert "Found as “HOPELINEUK”" in page
    page = directory(q="1-800-273-8255", country="all").content.decode()
    assert "Found as “1-800-273-TALK (8255)”" in page


def test_words_that_nothing_has_together_find_what_has_some(directory):
    page = directory(q="veterans zulu")
    assert names(page)[0] == "Veterans Crisis Line"
    assert "Nothing has all of your words. These have some." in page.content.decode()


@pytest.mark.parametrize(
    "typed", ["'", "a' | b", "!!", "(", ":*", "\\", "%", "_", "né'e", "0" * 80, "<b>", "\u202e113", "🙂"]
)
def test_signs_that_mean_something_to_a_database_are_only_signs(directory, typed):
    assert directory(q=typed).status_code == 200


def test_a_number_is_one_question_however_it_is_grouped():
    assert questions.read("1-800-273-TALK").numbers == ("18002738255",)
    assert questions.read("116 123 samaritans") == questions.Question(("116123",), ((("samaritans",),),))
    assert questions.read("the line for me").terms == ((("line",),), (("me",),))
    assert questions.read("for").terms == ((("for",),),)


# Triggers keep the index --------------------------------------------------------------------------------------


def test_whoever_writes_a_search_sees_it_at_once(put):
    made = put("Night harbour", dial="5550100")
    assert slugs("harbour") == ["night-harbour"]
    Resource.objects.update(name="Morning quay")
    assert (slugs("harbour"), slugs("quay")) == ([], ["night-harbour"])
    Alias.objects.create(resource=made, words="Lighthouse")
    assert slugs("lighthouse") == ["night-harbour"]
    Alias.objects.all().delete()
    assert slugs("lighthouse") == []
    ContactPoint.objects.update(keyword="ANCHOR")
    assert slugs("anchor") == ["night-harbour"]
    made.organisation.name = "The pier trust"
    made.organisation.save()
    assert slugs("pier") == ["night-harbour"]
    ContactPoint.objects.update(removed_at=timezone.now())
    assert (slugs("anchor"), slugs("5550100")) == ([], [])
    assert SearchWord.objects.filter(word="harbour").exists()
    assert SearchEntry.objects.count() == 1


def test_a_confidential_address_or_number_cannot_be_found_by_it(put):
    made = put("Refuge", dial="5550100")
    Location.objects.create(resource=made, city="Hiddenham", is_confidential=True)
    ContactPoint.objects.create(
        resource=made, kind="voice", dial="5550199", dial_region="US", note="Backdoor", is_confidential=True, position=1
    )
    assert (slugs("hiddenham"), slugs("5550199"), slugs("backdoor")) == ([], [], [])
    assert SearchEntry.objects.get().ways == ["voice"]


# The order ----------------------------------------------------------------------------------------------------


def test_what_is_open_comes_before_what_is_not_known_and_that_before_what_is_closed(put, time_machine):
    time_machine.move_to("2026-11-25T12:00:00Z")  # a Wednesday
    put("A closed", dial="5550101", hours=weekly((3, "18:00", "22:00")))
    put("B unknown", dial="5550102")
    put("C open", dial="5550103", hours=weekly((3, "09:00", "17:00")))
    assert slugs("") == ["c-open", "b-unknown", "a-closed"]


def test_hours_of_a_contact_count_for_it(put, time_machine):
    time_machine.move_to("2026-11-25T12:00:00Z")
    made = put("A closed", dial="5550101", hours=weekly((3, "18:00", "22:00")))
    put("B unknown", dial="5550102")
    ContactPoint.objects.create(resource=made, kind="sms", dial="741741", dial_region="US", hours=ALWAYS, position=1)
    assert slugs("") == ["a-closed", "b-unknown"]
    assert KnownHours.objects.count() == 2


def test_the_name_that_was_typed_comes_before_a_crisis_line_that_mentions_it(put):
    put("Quay trust", dial="5550101")
    put("Crisis line", dial="5550102", is_crisis_line=True, description="Also at the quay")
    assert slugs("quay") == ["quay-trust", "crisis-line"]


# Filters ------------------------------------------------------------------------------------------------------


def choices_of(page, name):
    """Value → number, of a filter on the page."""
    flat = []
    for value, label in page.context["form"].fields[name].widget.choices:
        flat += label if isinstance(label, list) else [(value, label)]
    return {value: int(str(label).rsplit("(", 1)[1].rstrip(")")) for value, label in flat if value}


def test_the_number_behind_a_choice_is_what_it_leaves(directory):
    for query in ({}, {"q": "crisis", "kind": "sms", "country": "all"}):
        page = directory(**query)
        for name in ("open", "kind", "audience", "age", "language", "cost", "region", "consent", "checked"):
            for value, number in choices_of(page, name).items():
                narrowed = (
                    directory(**query, **{name: value}) if name not in query else directory(**{**query, name: value})
                )
                assert narrowed.context["total"] == number, (query, name, value)


def test_open_now_leaves_what_is_known_to_be_open_and_nothing_else(directory, put, time_machine):
    Resource.objects.update(status="retired")
    time_machine.move_to("2026-11-25T12:00:00Z")
    put("Closed", dial="5550101", hours=weekly((3, "18:00", "22:00")))
    put("Unknown", dial="5550102")
    put("Open", dial="5550103", hours=weekly((3, "09:00", "17:00")))
    put("Always", dial="5550104", hours=ALWAYS)
    assert names(directory(open="now")) == ["Always", "Open"]
    page = directory().content.decode()
    assert "Open now, until" in page
    assert "Closed. Opens at" in page
    assert page.count("Hours not known") == 1
    assert "Open all day, every day" in page


def test_age_language_cost_consent_and_age_of_check_narrow(directory, put):
    Resource.objects.update(status="retired")
    today = timezone.localdate()
    put("Youth", dial="5550101", age_max=25, languages=["en"], is_free=True, may_act_without_consent=False)
    put("Older", dial="5550102", age_min=60, languages=["cy"], all_checked_on=today - datetime.timedelta(days=40))
    assert names(directory(age="child")) == ["Youth"]
    assert names(directory(age="older")) == ["Older"]
    assert names(directory(age="adult")) == ["Older", "Youth"]
    assert names(directory(language="cy")) == ["Older"]
    assert names(directory(cost="free")) == ["Youth"]
    assert names(directory(consent="asks")) == ["Youth"]
    assert names(directory(checked="30")) == []
    assert names(directory(checked="90")) == ["Older"]


def test_no_dead_end_says_what_would_help(directory, put):
    put("Line with interpreters", dial="5550101", languages=["en", "mul"])
    page = directory(language="cy")
    assert names(page) == []
    html = page.content.decode()
    assert "With interpreters: " in html
    out = next(query for label, number, query in page.context["form"].ways_out if str(label) == "Language")
    assert len(names(directory(**dict(part.split("=") for part in out[1:].split("&"))))) > 10


# What was not found -------------------------------------------------------------------------------------------


def test_what_was_missed_is_counted_without_a_person(directory, client):
    directory(q="Zebra  line")
    directory(q="zebra line")
    client.post(reverse("nothing-found"), {"q": "zebra LINE"})
    gap = SearchGap.objects.get()
    assert (gap.words, gap.country, gap.times) == ("zebra line", "US", 3)
    assert {field.name for field in SearchGap._meta.get_fields()} == {"id", "words", "country", "on", "times"}


def test_while_somebody_types_nothing_is_counted(directory, client):
    client.get(PAGE, {"q": "zebr"}, headers={"HX-Request": "true"})
    assert not SearchGap.objects.exists()


@pytest.mark.parametrize("words", ["", "ab", "somebody@example.org", "x" * 81])
def test_what_cannot_be_a_need_is_not_kept(db, words):
    gaps.note(words, country="US")
    assert not SearchGap.objects.exists()


def test_counts_go_after_ninety_days(db, time_machine):
    time_machine.move_to("2026-01-01T12:00:00Z")
    gaps.note("zebra", country="US")
    time_machine.move_to("2026-04-05T12:00:00Z")
    gaps.note("lion", country="US")
    assert [gap.words for gap in SearchGap.objects.all()] == ["lion"]
