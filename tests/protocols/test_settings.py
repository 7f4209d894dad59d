"""The same step in another setting: another prompt, other lines, other things to note. Switching loses nothing."""

import uuid

import pytest
from django.urls import reverse

from protocols import editions
from protocols.models import ProtocolStep, Setting
from sessions_app import captures, checklist, departures, record, reports
from sessions_app.captures import CAPTURES
from sessions_app.models import AgeBand, Composition, DepartureEvent, Format

pytestmark = pytest.mark.django_db

FACTS = {
    Setting.REMOTE: {"format": Format.PHONE},
    Setting.HOME_VISIT: {"format": Format.HOME_VISIT},
    Setting.GROUP: {"composition": Composition.GROUP},
    Setting.COUPLE_OR_FAMILY: {"composition": Composition.FAMILY},
    Setting.MINOR: {"age_band": AgeBand.TEEN},
}


@pytest.fixture
def browser(signed_in, therapist):
    return signed_in(therapist)


@pytest.fixture
def take_place(departure):
    """Let the departure take place in a setting: `take_place(Setting.REMOTE)`; nothing named: the usual one."""

    def change(*setting):
        usual = {"format": Format.IN_PERSON, "composition": Composition.INDIVIDUAL, "age_band": AgeBand.ADULT}
        for each in setting:
            usual |= FACTS[each]
        departures.change_setting(departure, by=departure.therapist, **usual)
        departure.refresh_from_db()
        return departure

    return change


@pytest.fixture
def details(browser, departure):
    """The form under *Note more*: `details("respect-decision")` opens it, with facts it is sent."""

    def reach(slug, facts=None):
        address = reverse("note-details", args=[departure.pk, slug])
        if facts is None:
            return browser.get(address).context["form"]
        said = {f"{slug}-{name}": value for name, value in facts.items()}
        return browser.post(address, {f"{slug}-op_id": uuid.uuid4(), **said})

    return reach


def step(slug):
    return editions.step_of(editions.in_force().pk, slug)


@pytest.mark.parametrize("number", editions.EDITIONS)
def test_every_setting_of_every_step_names_lines_and_captures_that_exist(number):
    for each in ProtocolStep.objects.filter(version__number=number):
        assert set(each.every_capture) <= set(CAPTURES), each.slug
        assert {*each.variants, *each.by_setting} <= set(Setting.values), each.slug
        for change in each.by_setting.values():
            assert set(change) <= {"prompt", "without", "captures", "not_asked"}
            assert set(change.get("without", [])) <= set(range(1, len(each.say_or_do) + 1))
            assert set(change.get("not_asked", [])) <= set(each.captures)
            assert not set(change.get("captures", [])) & set(each.captures)


def test_each_setting_has_words_of_its_own_at_every_step():
    silent = [
        (each.slug, name)
        for each in editions.in_force().steps.all()
        for name in Setting.values
        if name not in each.variants
    ]
    assert silent == []


@pytest.mark.parametrize("setting", [[], *([each] for each in Setting), [Setting.REMOTE, Setting.MINOR]])
def test_no_step_is_left_without_a_prompt_or_a_line(setting):
    for each in editions.in_force().steps.all():
        assert each.prompt_for(setting)
        assert each.lines_for(setting)


def test_on_the_phone_nobody_speaks_of_the_door():
    calm = step("stay-calm")
    words = [calm.prompt_for([Setting.REMOTE]), *calm.lines_for([Setting.REMOTE])]
    assert not any(word in line for line in words for word in ("way out", "door", "Hands"))
    assert calm.lines_for([]) == calm.say_or_do
    assert calm.prompt_for([]) == calm.prompt


def test_where_two_settings_call_for_another_prompt_the_place_decides():
    calm = ProtocolStep(prompt="Usual", by_setting={"minor": {"prompt": "Young"}, "remote": {"prompt": "Far"}})
    assert calm.prompt_for({Setting.MINOR, Setting.REMOTE}) == "Far"
    assert calm.prompt_for({Setting.MINOR}) == "Young"
    assert calm.prompt_for({Setting.GROUP}) == "Usual"


def test_two_settings_add_up():
    decided = step("respect-decision")
    asked = decided.captures_for({Setting.REMOTE, Setting.MINOR})
    assert {"ended-by", "handed-to", "permission-to-contact"} <= set(asked)
    assert not {"left-how", "who-stayed"} & set(asked)


@pytest.mark.parametrize("setting", Setting)
def test_the_live_page_shows_the_prompts_and_lines_of_the_setting(browser, departure, take_place, setting):
    take_place(setting)
    shown = browser.get(reverse("departure", args=[departure.pk])).content.decode().replace("&#x27;", "'")
    for each in editions.in_force().steps.all():
        assert f'<p class="prompt">{each.prompt_for([setting])}</p>' in shown
        for number, line in enumerate(each.say_or_do, start=1):
            is_left_out = number in each.by_setting.get(setting, {}).get("without", [])
            assert (f"<li>{line}</li>" in shown) != is_left_out, line


@pytest.mark.parametrize("setting", Setting)
def test_what_can_be_noted_follows_the_setting(take_place, details, setting):
    for each in editions.in_force().steps.all():
        take_place()
        assert details(each.slug).captured == each.captures
        take_place(setting)
        form = details(each.slug)
        assert set(form.captured) == set(each.captures_for([setting]))
        for name in form.captured:
            assert str(form.fields[name].label)


def test_what_was_noted_stays_when_the_setting_is_switched(departure, take_place, details):
    take_place(Setting.REMOTE)
    details("respect-decision", {"ended-by": "line_dropped"})
    take_place()
    form = details("respect-decision")
    assert "ended-by" in form.captured
    assert form["ended-by"].value() == "line_dropped"
    assert {"reconnect-tried"}.isdisjoint(details("follow-up").captured)
    assert [str(words) for _, words in captures.describe(departure)] == ["The line dropped"]
    details("respect-decision", {"ended-by": "line_dropped", "left-how": "foot"})
    assert checklist.facts_noted(departure, step("respect-decision")) == {
        "ended-by": "line_dropped",
        "left-how": "foot",
    }


def test_a_page_opened_before_the_switch_still_saves_and_erases_nothing(departure, take_place, details):
    details("respect-decision", {"left-how": "foot"})
    take_place(Setting.REMOTE)
    form = details("respect-decision")
    page = {"asked": form["asked"].value(), "ended-by": "client", "left-how": "foot"}
    take_place(Setting.HOME_VISIT)
    details("respect-decision", {"left-safely": "yes"})
    details("respect-decision", page)
    noted = checklist.facts_noted(departure, step("respect-decision"))
    assert {name: value for name, value in noted.items() if value} == {
        "left-how": "foot", "ended-by": "client", "left-safely": "yes",
    }  # fmt: skip


def test_names_that_no_setting_of_the_step_captures_are_refused(departure, details):
    with pytest.raises(KeyError):
        checklist.note(
            departure, slug="stay-calm", facts={"ended-by": "client"}, op_id=uuid.uuid4(), by=departure.therapist
        )
    assert details("stay-calm", {"asked": "ended-by nonsense", "ended-by": "client"}).status_code == 302
    assert not departure.captured_facts.exists()


def test_a_departure_of_the_first_edition_keeps_its_steps(departure, browser):
    first = editions.ProtocolVersion.objects.get(number=1)
    DepartureEvent.objects.filter(pk=departure.pk).update(protocol_version=first, format=Format.VIDEO)
    shown = browser.get(reverse("departure", args=[departure.pk])).content.decode()
    assert "Keep the way out clear." in shown
    assert "Stay on the line." not in shown


def test_how_they_left_is_missed_in_the_room_and_who_ended_the_call_on_the_phone(departure, take_place):
    def missing():
        found = DepartureEvent.objects.for_page().get(pk=departure.pk)
        made = record.Record(found, reports.blank_for(found, by=found.therapist))
        return {str(each.what) for each in made.missing} & {"How they left", "Who ended the call"}

    assert missing() == {"How they left"}
    take_place(Setting.REMOTE)
    assert missing() == {"Who ended the call"}
