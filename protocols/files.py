"""An edition as a file that people can read: written, and read back with every doubt named by its place.

A file from elsewhere is not believed: its size, form, words and codes are looked at, and what is not known is refused.
"""

import re

from django.utils.translation import gettext as _

from protocols import rules
from protocols.content import LANGUAGES
from protocols.editions import WRITTEN_IN
from protocols.models import Outcome, Setting
from protocols.models_of_change import ELEVEN
from protocols.readable import Look, Unreadable, written

FORM = {"format": "doorway-protocol", "format_version": 1}


def write(content, *, number=None):
    """The file of an edition, as text."""
    return written(FORM | {"number": number, "languages": LANGUAGES}, content)


def read(found, *, base):
    """The edition in a parsed file, as `protocols.content` has it. Raises Unreadable.

    `base` is the content of an edition that stands here: which groups, answers and notes a step may have is ours to
    say, and a file can choose among them.
    """
    look = EditionLook(base)
    content = look.edition(found)
    if not look.problems:
        look.problems = [
            (f"steps.{slug}.{'.'.join(map(str, path))}", str(words)) for slug, path, words in rules.problems_in(content)
        ]
    if look.problems:
        raise Unreadable(look.problems)
    return content


class EditionLook(Look):
    """One look through the file of an edition."""

    def __init__(self, base):
        super().__init__()
        self.base = {step["slug"]: step for step in base["steps"]}
        self.keys = set()

    def said(self, value, place, *more):
        value = self.table(value, place, known=[*LANGUAGES, *more])
        found = {name: self.text(value[name], f"{place}.{name}") for name in LANGUAGES if name in value}
        if not found.get(WRITTEN_IN):
            self.wrong(f"{place}.{WRITTEN_IN}", str(rules.NOT_WRITTEN))
        return {name: words for name, words in found.items() if words}

    def edition(self, value):
        value = self.table(value, "file", known=["format", "format_version", "number", "languages", "title", "steps"])
        otherwise = _("This is no edition of the eleven steps that Doorway can read.")
        if not self.is_of(value, FORM, otherwise=otherwise):
            return {"title": "", "steps": []}
        return {"title": self.title(value), "steps": self.steps(value.get("steps"))}

    def steps(self, value):
        found = self.rows(value, "steps", most=len(ELEVEN))
        slugs = [each.get("slug") if isinstance(each, dict) else None for each in found]
        if slugs != ELEVEN:
            self.wrong(
                "steps",
                _("The eleven steps have to be there, in their order: %(steps)s.") % {"steps": ", ".join(ELEVEN)},
            )
            return []
        return [self.step(each, f"steps.{slug}", self.base[slug]) for each, slug in zip(found, slugs, strict=True)]

    def step(self, value, place, ours):
        value = self.table(value, place, known=ours)
        if value.get("phase") != ours["phase"]:
            self.wrong(f"{place}.phase", _("This step is in the group “%(phase)s”.") % {"phase": ours["phase"]})
        settings = self.table(value.get("settings", {}), f"{place}.settings", known=Setting.values)
        return {
            "slug": ours["slug"],
            "phase": ours["phase"],
            "outcomes": self.outcomes(value.get("outcomes"), f"{place}.outcomes", ours),
            "captures": self.codes(value.get("captures", []), f"{place}.captures", known=captures_of(ours)),
            "title": self.said(value.get("title"), f"{place}.title"),
            "prompt": self.said(value.get("prompt"), f"{place}.prompt"),
            "lines": self.lines(value.get("lines"), f"{place}.lines"),
            "own_tasks": self.own_tasks(value.get("own_tasks", []), f"{place}.own_tasks"),
            "settings": {
                name: self.setting(settings[name], f"{place}.settings.{name}", ours)
                for name in Setting.values
                if name in settings
            },
        }

    def outcomes(self, value, place, ours):
        found = self.codes(value, place, known=ours["outcomes"])
        for each in (Outcome.DONE, Outcome.NOT_POSSIBLE):
            if each not in found:
                self.wrong(place, _("“%(code)s” has to be among the answers.") % {"code": each.value})
        return found

    def lines(self, value, place):
        found = []
        for number, each in enumerate(self.rows(value, place, most=rules.MOST["lines"])):
            here = f"{place}.{number}"
            line = self.said(each, here, "not_in")
            not_in = each.get("not_in", []) if isinstance(each, dict) else []
            chosen = self.codes(not_in, f"{here}.not_in", known=Setting.values)
            found.append(line | {"not_in": [name for name in Setting.values if name in chosen]})
        return found

    def own_tasks(self, value, place):
        return [
            self.said(each, f"{place}.{number}", "key") | {"key": self.key(each, f"{place}.{number}.key")}
            for number, each in enumerate(self.rows(value, place, most=rules.MOST["own_tasks"]))
        ]

    def key(self, value, place):
        key = value.get("key") if isinstance(value, dict) else None
        if not is_key(key):
            self.wrong(place, _("A key is task- and eight of 0 to 9 and a to f."))
        elif key in self.keys:
            self.wrong(place, _("The same one twice."))
        else:
            self.keys.add(key)
        return key

    def setting(self, value, place, ours):
        value = self.table(value, place, known=["prompt", "lines", "captures", "not_asked"])
        found = {}
        if "prompt" in value:
            found["prompt"] = self.said(value["prompt"], f"{place}.prompt")
        if "lines" in value:
            rows = self.rows(value["lines"], f"{place}.lines", most=rules.MOST["lines"])
            found["lines"] = [self.said(each, f"{place}.lines.{number}") for number, each in enumerate(rows)]
        for name in ("captures", "not_asked"):
            if name in value:
                found[name] = self.codes(value[name], f"{place}.{name}", known=captures_of(ours))
        return {name: each for name, each in found.items() if each}


def captures_of(step):
    """Every note that a step can ask for, in one setting or another."""
    return {*step["captures"], *(name for own in step["settings"].values() for name in own.get("captures", []))}


def is_key(key):
    return isinstance(key, str) and bool(re.fullmatch(r"task-[0-9a-f]{8}", key))
