"""Two policies side by side, row by row: what is the same, changed, added or removed, in words."""

from difflib import SequenceMatcher

from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext as _

from followups.models import PolicyEscalation, PolicyOverlay, PolicyTask, Situation
from followups.policy_content import COLUMNS
from protocols.comparing import Change, Row
from sessions_app.models import ResponseLevel

#: What tells a row from its neighbours: rows that agree in it stand opposite each other.
SAME = {PolicyTask: ["title"], PolicyOverlay: ["title"], PolicyEscalation: ["step", "told"]}


def differences(left, right):
    """What differs between two policies, as ((anchor, title), rows); the policy's own title has no anchor."""
    found = [(("", ""), [Row(_("Title"), left["title"], right["title"])])]
    for level in ResponseLevel:
        ours, theirs = left["levels"][level], right["levels"][level]
        tasks = rows_of(_("Task"), PolicyTask, ours["tasks"], theirs["tasks"])
        ladder = rows_of(_("If nobody answers"), PolicyEscalation, ours["ladder"], theirs["ladder"])
        found.append(((level.value, level.label), [*tasks, *ladder]))
    for each in Situation:
        ours, theirs = (side["situations"].get(each, []) for side in (left, right))
        found.append(((each.value, each.label), rows_of(_("Row"), PolicyOverlay, ours, theirs)))
    changed = [(about, [row for row in rows if row.change != Change.SAME]) for about, rows in found]
    return [(about, rows) for about, rows in changed if rows]


def rows_of(field, model, left, right):
    """Lists of rows: what stands opposite each other is the same row or another one in its place."""
    keys = [[tuple(row[name] for name in SAME[model]) for row in rows] for rows in (left, right)]
    for _tag, begins, ends, there_begins, there_ends in SequenceMatcher(None, *keys, autojunk=False).get_opcodes():
        ours, theirs = left[begins:ends], right[there_begins:there_ends]
        for place in range(max(len(ours), len(theirs))):
            pair = [in_words(model, rows[place]) if place < len(rows) else "" for rows in (ours, theirs)]
            yield Row(field, *pair)


def in_words(model, row):
    """A row as one line: every column that says something, by its name."""
    said = [(model._meta.get_field(name), row[name]) for name in COLUMNS[model] if row[name] not in ("", None, [], 0)]
    return " · ".join(f"{field.verbose_name}: {value_of(field, value)}" for field, value in said)


def value_of(field, value):
    if isinstance(value, list):
        names = dict(field.base_field.choices)
        return pgettext("between names in a list", ", ").join(str(names[each]) for each in value)
    if field.choices:
        return str(dict(field.choices)[value])
    return gettext(value) if isinstance(value, str) else str(value)
