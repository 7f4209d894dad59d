"""The scripts of the exercises: what one sees and hears, what to try, and what a reader looks for afterwards.

They come with Doorway as a file. Beside it lies its translation, which holds words only, in the same order; an exercise
that is not translated speaks English.
"""

import json
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import Role

HERE = Path(__file__).parent
WRITTEN_IN = "en"
TRANSLATED_INTO = ["es"]
GROUPS = {
    "room": _("In the room"),
    "screen": _("On video or phone"),
    "several": _("More than one person, or under 18"),
    "afterwards": _("The days after"),
    "supervisors": _("For supervisors"),
    "admins": _("For those who run it"),
}


@dataclass(frozen=True)
class LookedFor:
    """One thing the response protocol looks for, why, and where the record would show it: keys of `debriefs`."""

    what: str
    why: str
    facts: tuple


@dataclass(frozen=True)
class Script:
    """`clients` and `setting` are what is made up for it; without clients one only looks at `pages` (URL names) and
    writes down what one found, by the keys of `ask`. `begun`: it happened before today, and is over when one starts.
    """

    slug: str
    number: int
    group: str
    roles: tuple
    title: str
    situation: str
    beats: list
    tries: list
    looked_for: list
    questions: list
    setting: dict = field(default_factory=dict)
    clients: list = field(default_factory=list)
    begun: dict = field(default_factory=dict)
    attempts: list = field(default_factory=list)
    pages: list = field(default_factory=list)
    ask: list = field(default_factory=list)

    @property
    def group_words(self):
        return GROUPS[self.group]

    @property
    def makes_a_record(self):
        return bool(self.clients)

    def is_for(self, user):
        return user.has_role(*self.roles)


def every(language=None):
    """All sixteen in their order, in `language` (the active one when missing) where they were translated."""
    return scripts_in((language or get_language() or WRITTEN_IN).partition("-")[0])


def find(slug):
    """The script of that name, or None."""
    return next((each for each in every() if each.slug == slug), None)


@lru_cache
def scripts_in(language):
    rows = json.loads((HERE / "exercises.json").read_text(encoding="utf-8"))
    scripts = tuple(script_of(row) for row in rows)
    if language not in TRANSLATED_INTO:
        return scripts
    words = json.loads((HERE / f"exercises.{language}.json").read_text(encoding="utf-8"))
    return tuple(in_words_of(words[each.slug], each) if each.slug in words else each for each in scripts)


def script_of(row):
    looked_for = [LookedFor(each["what"], each["why"], tuple(each["facts"])) for each in row["looked_for"]]
    roles = tuple(Role(each) for each in row["roles"])
    return Script(**(row | {"looked_for": looked_for, "roles": roles}))


def in_words_of(words, script):
    """The same script with the words of a translation; moments, keys and pages stay the script's."""
    return replace(
        script,
        title=words["title"],
        situation=words["situation"],
        beats=[{"at": at, "words": said} for at, said in words["beats"]],
        tries=words["tries"],
        looked_for=[
            replace(each, what=what, why=why)
            for each, (what, why) in zip(script.looked_for, words["looked_for"], strict=True)
        ],
        questions=words["questions"],
        ask=[[key, asked] for (key, _asked), asked in zip(script.ask, words.get("ask", []), strict=True)],
    )
