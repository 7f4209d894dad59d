"""Neutral words: what a reader could take as blame, a guess, a label or doubt, with another way to say it and why.

Suggestions only. They stop nothing, each can be put aside, and what stands in quotation marks is left alone: it is the
client's. The words are Doorway's own list, `words_to_weigh.json`, one for each language, as the organisation has
changed it (`word_lists`); it draws on what is known of records that clients read (about one in ten felt judged) and
that courts read.
"""

import json
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from sessions_app.models import WordList

FILE = Path(__file__).with_name("words_to_weigh.json")
WRITTEN_IN = "en"  # the list that stands in for a language without one
AROUND = 30  # letters of the text shown on each side

WHY = {
    "blame": _("It can read as blame. What the client did or said tells more."),
    "motive": _("It is a guess at why. Say what you saw or heard, or that you inferred it."),
    "doubt": _("It sounds as if you do not believe the client."),
    "label": _("It makes the person into a label. Clients read their records."),
    "elsewhere": _("Reviews and legal matters are kept apart from the chart."),
    "certain": _("It is more than one day can show. Times and numbers hold."),
}
KINDS = {
    "blame": _("Blame"),
    "motive": _("A guess at motives"),
    "doubt": _("Doubt"),
    "label": _("A label"),
    "elsewhere": _("Belongs elsewhere"),
    "certain": _("Too general"),
}

#: What is in quotation marks, within a paragraph. One that was opened and not closed yet runs to its end. A mark that
#: stands after a letter is an apostrophe.
QUOTED = re.compile(
    r"“[^”\n]*(?:”|$|(?=\n))|«[^»\n]*(?:»|$|(?=\n))|„[^“”\n]*(?:[“”]|$|(?=\n))"
    r'|"[^"\n]*(?:"|$|(?=\n))|(?<!\w)[‘\'](?:[^\n’\']|[’\'](?=\w))*[’\'](?!\w)',
    re.MULTILINE,
)


@dataclass(frozen=True)
class Suggestion:
    """`found` as it stands in the text; `key` is what putting it aside remembers: the words, not the place."""

    key: str
    found: str
    before: str
    after: str
    kind: str
    instead: str
    times: int = 1

    @property
    def kind_words(self):
        return KINDS[self.kind]

    @property
    def why(self):
        return WHY[self.kind]


def weigh(text, *, kept=(), language=None, rules=None):
    """Suggestions for a text, in the order of the text, each wording once; without those whose key was `kept`.

    `language` is that of the writer (the active one when missing); one without a list is weighed with the English.
    `rules` are those of `in_force`, for whoever weighs several texts; asked for when missing.
    """
    if not text.strip():
        return []
    whole = unicodedata.normalize("NFC", text)
    own = QUOTED.sub(lambda quote: " " * len(quote.group()), whole)  # same length, so that places stay
    found = {}
    for rule, match in matches(own, in_force(language) if rules is None else rules):
        key = key_of(match.group())
        if key not in kept:
            found.setdefault(key, []).append((rule, match))
    rows = [suggestion(key, whole, hits) for key, hits in found.items()]
    return [each for _start, each in sorted(rows, key=lambda row: row[0])]


def in_force(language=None):
    """The rules of a language (the active one when missing), as the organisation has them. One query."""
    own = WordList.objects.in_effect().first()
    found = Own(own.number, json.dumps(own.added), json.dumps(own.removed)) if own else None
    return rules_of((language or get_language() or WRITTEN_IN).partition("-")[0], found)


class Own(NamedTuple):
    """The organisation's own changes, as text, so that the rules made from them can be kept in memory."""

    number: int
    added: str
    removed: str


def matches(text, rules):
    """Longest wording first; a shorter one inside it is not found again."""
    taken = set()
    for rule in rules:
        for match in rule["pattern"].finditer(text):
            place = set(range(*match.span()))
            if not place & taken and not is_excepted(rule, text, match):
                taken |= place
                yield rule, match


def is_excepted(rule, text, match):
    """Whether the words beside it make it an ordinary one: “was admitted”, “to hospital”."""
    after, before = text[match.end() :].lstrip().casefold(), text[: match.start()].rstrip().casefold()
    if any(re.match(rf"{re.escape(words)}(?!\w)", after) for words in rule.get("unless_before", [])):
        return True
    return any(re.search(rf"(?<!\w){re.escape(words)}$", before) for words in rule.get("unless_after", []))


def suggestion(key, text, hits):
    rule, first = hits[0]
    start, end = first.span()
    before, after = text[max(0, start - AROUND) : start], text[end : end + AROUND]
    words = {"found": text[start:end], "kind": rule["kind"], "instead": rule["instead"], "times": len(hits)}
    return start, Suggestion(
        key=key, before=trimmed(before, left=start > AROUND), after=trimmed(after, left=False), **words
    )


def trimmed(words, *, left):
    """A piece of text without the word that was cut through at its edge."""
    line = words.replace("\n", " ")
    if left:
        return "… " + line.partition(" ")[2]
    return line.rpartition(" ")[0] + " …" if len(line) == AROUND else line


def key_of(words):
    return re.sub(r"[-\s]+", " ", words).casefold()


@lru_cache(maxsize=16)
def rules_of(language, own=None):
    """One rule for each wording, the longest first: Doorway's, without what was taken out, and what was added."""
    lists = read()
    spoken = language if language in lists else WRITTEN_IN
    removed = set(json.loads(own.removed).get(spoken, [])) if own else set()
    added = [each for each in json.loads(own.added) if each["language"] == spoken] if own else []
    found = [
        entry | {"pattern": pattern_of(words), "length": len(words), "said": words}
        for entry in [*lists[spoken], *added]
        for words in entry["words"]
        if words not in removed
    ]
    return sorted(found, key=lambda rule: -rule["length"])


@lru_cache
def read():
    return json.loads(FILE.read_text(encoding="utf-8"))


def pattern_of(words):
    """The words however they are spaced, hyphenated or capitalised; abbreviations only in capitals."""
    loose = re.escape(unicodedata.normalize("NFC", words)).replace(r"\-", r"[-\s]?").replace(r"\ ", r"[-\s]+")
    return re.compile(rf"(?<!\w){loose}(?!\w)", 0 if words.isupper() else re.IGNORECASE)
