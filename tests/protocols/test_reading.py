"""Lines meant for the room are read at a glance, by somebody who is tired: short words, short sentences."""

import re

import pytest

from protocols import editions
from protocols.models import Setting

pytestmark = pytest.mark.target("T21")
STEPS = [step | {"edition": number} for number in editions.EDITIONS for step in editions.read(number)["steps"]]
IN_FORCE = editions.read(max(editions.EDITIONS))["steps"]
HARDEST, LONGEST = 6, 14  # school grade after Flesch and Kincaid; words


def names(step):
    return f"{step.get('edition', 'in force')}-{step['slug']}"


def words_in(text):
    return re.findall(r"[A-Za-z’']+", text)


def syllables_in(word):
    """Groups of vowels, a silent e at the end not counted; close enough for plain English."""
    word = word.lower().strip("’'")
    groups = len(re.findall(r"[aeiouy]+", word))
    is_silent = word.endswith("e") and not word.endswith(("le", "ee")) and groups > 1
    return max(1, groups - is_silent)


def grade(text):
    words = words_in(text)
    sentences = max(1, len(re.findall(r"[.?!:]+(?:\s|$|”)", text)))
    return 0.39 * len(words) / sentences + 11.8 * sum(map(syllables_in, words)) / len(words) - 15.59


def blocks(step):
    """What stands together on the page: the usual lines, and those that each setting adds."""
    return [step["say_or_do"], *step["variants"].values()]


def prompts(step):
    return [step["prompt"], *(change["prompt"] for change in changes(step).values() if "prompt" in change)]


def changes(step):
    return step.get("by_setting", {})


@pytest.mark.parametrize("step", STEPS, ids=names)
def test_what_to_do_is_one_short_line(step, figure):
    for prompt in prompts(step):
        print(prompt)
        figure("T21 words", len(words_in(prompt)))
        figure("T21", grade(prompt))


@pytest.mark.parametrize("step", STEPS, ids=names)
def test_what_to_say_is_plain(step):
    said = [line for block in blocks(step) for line in block]
    assert grade(" ".join(said)) <= HARDEST
    assert max(len(words_in(sentence)) for line in said for sentence in re.split(r"[.?!:]", line)) <= 16


@pytest.mark.parametrize("step", IN_FORCE, ids=names)
def test_what_each_setting_adds_is_as_plain_as_the_rest(step):
    for block in blocks(step):
        assert grade(" ".join(block)) <= HARDEST, (block, grade(" ".join(block)))
        assert max(len(words_in(sentence)) for line in block for sentence in re.split(r"[.?!:]", line)) <= LONGEST


@pytest.mark.parametrize("setting", ["", *Setting.values])
def test_all_short_lines_together_fit_one_breath(setting):
    """Titles and prompts, which are always shown (the lines below them open one step at a time)."""
    shown = [f"{step['title']} {changes(step).get(setting, {}).get('prompt', step['prompt'])}" for step in IN_FORCE]
    assert sum(len(words_in(text)) for text in shown) <= 150


def ease(text):
    """Fernández Huerta's measure for Spanish; 70 and above reads easily at eleven or twelve."""
    words = re.findall(r"[^\W\d_]+", text.lower())
    sentences = max(1, len(re.findall(r"[.?!:]+(?:\s|$|”)", text)))
    syllables = sum(max(1, len(re.findall(r"[aeo]?[iuü]?[aeoáéíóú][iuy]?|[iuüy]+", word))) for word in words)
    return 206.84 - 60 * syllables / len(words) - 1.02 * len(words) / sentences


@pytest.mark.parametrize("number", editions.EDITIONS)
def test_spanish_is_as_plain_as_english(number):
    for step in editions.read(number, "es")["steps"]:
        for prompt in [step["prompt"], *step["prompts"].values()]:
            assert len(re.findall(r"\w+", prompt)) <= LONGEST, prompt
        said = [line for block in blocks(step) for line in block]
        assert ease(" ".join(said)) >= 70, (step["slug"], ease(" ".join(said)))
        assert max(len(re.findall(r"\w+", part)) for line in said for part in re.split(r"[.?!:]", line)) <= 18


@pytest.mark.parametrize("number", editions.EDITIONS)
def test_spanish_says_each_thing_that_english_says(number):
    for step, translated in zip(editions.read(number)["steps"], editions.read(number, "es")["steps"], strict=True):
        assert step["slug"] == translated["slug"]
        assert len(step["say_or_do"]) == len(translated["say_or_do"])
        counts = [{name: len(lines) for name, lines in each["variants"].items()} for each in (step, translated)]
        assert counts[0] == counts[1]
        assert {name for name, change in changes(step).items() if "prompt" in change} == set(translated["prompts"])
        texts = [step["title"], *prompts(step), *(line for block in blocks(step) for line in block)]
        others = [translated["title"], translated["prompt"], *translated["prompts"].values()]
        assert not set(texts) & {*others, *(line for block in blocks(translated) for line in block)}


def test_the_measure_tells_hard_words_from_easy_ones():
    assert grade("Breathe out. Slow your voice.") < HARDEST
    assert grade("Facilitate communicative reciprocity immediately.") > 2 * HARDEST
    assert (
        ease("Facilite interdisciplinariamente la comunicación interpersonal.") < 70 < ease("Aquí estoy. No hay prisa.")
    )
