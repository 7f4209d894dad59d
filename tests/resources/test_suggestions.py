"""Three entries that fit, and why: by recorded facts, the hour and what was checked, and by nothing else."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from resources import checking, suggestions
from resources.models import Resource
from resources.suggestions import Known
from sessions_app import checklist

ALWAYS = {"kind": "always"}


@pytest.fixture
def line(put):
    """Put a line for everybody on the shelf that can be called: `line("Night line", dial="116123")`."""
    numbers = iter(range(2025550100, 2025550199))

    def made(name, *, texts=False, **facts):
        facts = {"is_crisis_line": True, "languages": ["en"], "categories": ["crisis"], **facts}
        resource = put(name, dial=str(next(numbers)), **facts)
        if texts:
            resource.contact_points.create(kind="sms", dial="741741", dial_region=resource.country, position=1)
        return resource

    return made


@pytest.fixture
def names():
    """The names of what is suggested: `names(country="US", needs=("suicide-prevention",))`."""

    def of(country="US", **known):
        found = suggestions.suggest(Known(country, **known))
        by_key = Resource.objects.in_bulk([each.pk for each in found])
        return [by_key[each.pk].name for each in found]

    return of


def why(pk, **known):
    """What is said for and of one entry, as two lists of words."""
    found = next(each for each in suggestions.suggest(Known("US", **known)) if each.pk == pk)
    return [str(words) for words in found.why], [str(words) for words in found.beware]


def test_never_more_than_three_and_only_of_this_country(line, names):
    for name in "ABCD":
        line(name)
    line("Elsewhere", country="GB")
    assert names() == ["A", "B", "C"]


def test_what_meets_a_recorded_need_comes_before_all_else(line, names):
    line("Talk", hours=ALWAYS)
    line("Drink", categories=["substance-use"], is_crisis_line=False)
    assert names(needs=("substance-use",)) == ["Drink", "Talk"]
    assert names() == ["Talk", "Drink"]


def test_each_need_gets_one_of_its_own(line, names):
    for name in "ABC":
        line(name, categories=["crisis", "suicide-prevention"])
    line("Z shelter", categories=["domestic-violence"])
    assert names(needs=("suicide-prevention", "domestic-violence"))[:2] == ["A", "Z shelter"]


def test_a_line_for_some_is_not_suggested_to_everybody(line, names):
    line("Veterans", categories=["crisis", "veterans"])
    line("Home", categories=["domestic-violence", "crisis"])
    line("Everybody")
    assert names() == ["Everybody"]
    assert set(names(needs=("domestic-violence",))) == {"Everybody", "Home"}


def test_age_decides_who_is_asked_to_call_where(line, names):
    line("Adults", age_min=18)
    line("Children", age_max=18, categories=["youth"])
    line("Everybody")
    assert names(ages=(13, 17)) == ["Children", "Everybody"]
    assert names(ages=(18, None)) == ["Adults", "Everybody"]


def test_open_comes_before_unknown_and_unknown_before_closed(line, names):
    yesterday = timezone.now() - timedelta(days=1)
    window = [{"day": yesterday.isoweekday(), "opens": "08:00", "closes": "09:00"}]
    line("A closed", hours={"kind": "weekly", "zone": "UTC", "weekly": window})
    line("B unknown")
    line("C open", hours=ALWAYS)
    assert names() == ["C open", "B unknown", "A closed"]


def test_checked_comes_before_unchecked(line, names):
    line("A")
    line("B", status=Resource.Status.VERIFIED)
    line("C", status=Resource.Status.VERIFIED, check_due_on=timezone.localdate() - timedelta(days=3))
    assert names() == ["B", "C", "A"]


@pytest.mark.parametrize("result", ["dead", "different"])
def test_what_was_found_dead_or_different_is_not_suggested_until_it_works(line, names, admin, result):
    contact = line("A").contact_points.get()
    line("B")
    checking.check(contact, result=result, method="call", by=admin)
    assert names() == ["B"]
    checking.check(contact, result="works", method="call", by=admin)
    assert set(names()) == {"A", "B"}


def test_a_changed_number_is_not_held_against_what_it_was(line, names, admin):
    contact = line("A").contact_points.get()
    checking.check(contact, result="dead", method="call", by=admin)
    checking.change(contact, by=admin, dial="2025550199")
    assert names() == ["A"]


def test_what_a_colleague_reported_is_not_suggested(line, names, therapist):
    contact = line("A").contact_points.get()
    line("B")
    checking.report(contact, what="dead", by=therapist)
    assert names() == ["B"]


@pytest.mark.parametrize("status", ["draft", "retired", "temporarily_closed", "do_not_list"])
def test_what_may_not_be_given_is_not_suggested(line, names, status):
    line("A", status=status)
    assert names() == []


def test_where_two_can_only_be_called_the_third_can_be_texted(line, names):
    for name in "ABC":
        line(name, hours=ALWAYS)
    line("Z text", texts=True)
    assert names() == ["A", "B", "Z text"]


def test_where_none_can_be_texted_there_are_three_to_call(line, names):
    for name in "ABC":
        line(name)
    assert names() == ["A", "B", "C"]


def test_somebody_on_a_screen_is_offered_what_can_be_texted_first(line, names):
    line("A")
    line("B", texts=True)
    assert names() == ["A", "B"]
    assert names(is_remote=True) == ["B", "A"]


def test_a_language_that_was_named_counts_and_else_the_usual_one(line, names):
    line("A", languages=["es"])
    line("B")
    line("C")
    assert names() == ["B", "C", "A"]
    assert names(language="es")[0] == "A"


def test_why_is_said_in_words_and_no_number_is_shown(line):
    youth = line("A", age_max=19, categories=["crisis", "youth", "suicide-prevention"], hours=ALWAYS, texts=True)
    reasons, cautions = why(youth.pk, ages=(13, 17), needs=("suicide-prevention",), language="en")
    assert reasons == [
        "Thoughts of suicide",
        "For young people",
        "Open all day, every day",
        "In English",
        "Can be texted",
    ]
    assert cautions == []


def test_a_line_that_may_act_without_consent_says_so(line):
    entry = line("A", may_act_without_consent=True)
    assert why(entry.pk)[1] == ["Hours not known", "May call the police or an ambulance without asking"]


def test_how_often_something_was_given_changes_nothing(line, names, departure, therapist):
    line("A")
    line("B")
    before = names()
    popular = list(Resource.objects.with_contacts().filter(name="B"))
    for _again in range(3):
        facts = {"way": "spoken", "taken": "yes", "op_id": uuid.uuid4()}
        checklist.give(departure, resources=popular, by=therapist, **facts)
    assert names() == before == ["A", "B"]


def test_the_same_facts_give_the_same_three_at_a_fixed_cost(line, names, django_assert_num_queries):
    for name in "ABCDEF":
        line(name, hours=ALWAYS)
    first = suggestions.suggest(Known("US"))
    with django_assert_num_queries(1):
        assert suggestions.suggest(Known("US")) == first
