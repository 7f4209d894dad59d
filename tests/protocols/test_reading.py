"""Lines meant for the room are read at a glance, by somebody who is tired: short words, short sentences."""

import json
import re

import pytest

from protocols.editions import FIRST_EDITION

pytestmark = pytest.mark.target("T21")
STEPS = json.loads(FIRST_EDITION.read_text(encoding="utf-8"))["steps"]
HARDEST = 6  # school grade after Flesch and Kincaid


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


@pytest.mark.parametrize("step", STEPS, ids=[step["slug"] for step in STEPS])
def test_what_to_do_is_one_short_line(step, figure):
    figure("T21 words", len(words_in(step["prompt"])))
    figure("T21", grade(step["prompt"]))


@pytest.mark.parametrize("step", STEPS, ids=[step["slug"] for step in STEPS])
def test_what_to_say_is_plain(step):
    said = [*step["say_or_do"], *(line for lines in step["variants"].values() for line in lines)]
    assert grade(" ".join(said)) <= HARDEST
    assert max(len(words_in(sentence)) for line in said for sentence in re.split(r"[.?!:]", line)) <= 16


def test_all_prompts_together_fit_one_breath():
    assert sum(len(words_in(step["prompt"])) for step in STEPS) <= 150


def test_the_measure_tells_hard_words_from_easy_ones():
    assert grade("Breathe out. Slow your voice.") < HARDEST
    assert grade("Facilitate communicative reciprocity immediately.") > 2 * HARDEST
