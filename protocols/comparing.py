"""Two editions side by side, field by field: what is the same, changed, added or removed, in words."""

from dataclasses import dataclass
from difflib import SequenceMatcher

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from protocols.content import LANGUAGES
from protocols.models import Setting


class Change(TextChoices):
    SAME = "same", gettext_lazy("Same")
    CHANGED = "changed", gettext_lazy("Changed")
    ADDED = "added", gettext_lazy("Added")
    REMOVED = "removed", gettext_lazy("Removed")


@dataclass(frozen=True)
class Row:
    """One field: `field` names it, `language` is that of its words; an empty side has no such thing."""

    field: str
    left: str
    right: str
    language: str = ""

    @property
    def change(self):
        if self.left == self.right:
            return Change.SAME
        if self.left and self.right:
            return Change.CHANGED
        return Change.ADDED if self.right else Change.REMOVED


def differences(left, right):
    """What differs between two editions, as ((slug, title), rows); the edition's own title has no slug."""
    found = [(("", ""), [Row(_("Title"), left["title"], right["title"])])]
    of_left = {step["slug"]: step for step in left["steps"]}
    for step in right["steps"]:
        found.append(((step["slug"], step["title"]["en"]), rows_of(of_left[step["slug"]], step)))
    changed = [(about, [row for row in rows if row.change != Change.SAME]) for about, rows in found]
    return [(about, rows) for about, rows in changed if rows]


def rows_of(left, right):
    """Every field of a step, as rows."""
    yield from said(_("Title"), left["title"], right["title"])
    yield from said(_("Prompt"), left["prompt"], right["prompt"])
    yield from listed(_("Say or do"), left["lines"], right["lines"])
    yield from listed(_("Own task"), left["own_tasks"], right["own_tasks"])
    for setting in Setting:
        ours, theirs = (each["settings"].get(setting.value, {}) for each in (left, right))
        yield from said(f"{setting.label}: {_('Prompt')}", ours.get("prompt", {}), theirs.get("prompt", {}))
        yield from listed(f"{setting.label}: {_('Say or do')}", ours.get("lines", []), theirs.get("lines", []))
        for name, words in (("captures", _("Notes")), ("not_asked", _("Notes left out"))):
            yield Row(f"{setting.label}: {words}", ", ".join(ours.get(name, [])), ", ".join(theirs.get(name, [])))
    yield Row(_("Notes"), ", ".join(left["captures"]), ", ".join(right["captures"]))
    yield Row(_("Answers"), ", ".join(left["outcomes"]), ", ".join(right["outcomes"]))


def said(field, left, right):
    for language in LANGUAGES:
        yield Row(field, left.get(language, ""), right.get(language, ""), language)


def listed(field, left, right):
    """Lists of lines: what stands opposite each other is the same line or another one in its place."""
    keys = [[line["en"] for line in lines] for lines in (left, right)]
    for _tag, begins, ends, there_begins, there_ends in SequenceMatcher(None, *keys, autojunk=False).get_opcodes():
        ours, theirs = left[begins:ends], right[there_begins:there_ends]
        for place in range(max(len(ours), len(theirs))):
            pair = [lines[place] if place < len(lines) else {} for lines in (ours, theirs)]
            yield from said(field, *pair)
            yield Row(f"{field}: {_('left out')}", *(settings_of(line) for line in pair))


def settings_of(line):
    return ", ".join(str(Setting(name).label) for name in line.get("not_in", []))
