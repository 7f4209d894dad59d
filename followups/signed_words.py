"""The signed content of a report as sections to print. What is not named here as part of the chart is not shown.

The first version of the content also holds what belongs to the author and the supervisor. From the second on the
content is the chart and nothing else, whatever sections it has.
"""

from dataclasses import dataclass
from datetime import datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from sessions_app.captures import CAPTURES
from sessions_app.models.departures import Ending

LONG = 160  # characters; longer words stand under their label and not beside it
#: Of every version: what the head of the paper says, and what was never part of a chart.
NOT_A_SECTION = {"version", "departure", "author", "signed_at", "author_state", "kept_private"}
TITLES = {
    "facts": gettext_lazy("What is known"),
    "answers": gettext_lazy("The account"),
    "noted": gettext_lazy("What was noted"),
    "steps": gettext_lazy("The eleven steps"),
    "given": gettext_lazy("Resources given"),
    "timeline": gettext_lazy("What happened when"),
}
LABELS = {
    "main_reason": gettext_lazy("Main reason"),
    "account": gettext_lazy("What happened"),
    "check_in_at": gettext_lazy("Next check-in planned for"),
}
BY_TIME = {"timeline", "plan", "attempts", "standing"}
NAMES_OF_A_ROW = ["title", "label", "name", "what"]


@dataclass(frozen=True)
class Row:
    label: str
    words: str


@dataclass(frozen=True)
class Section:
    """A heading and its rows. `name` is the key it has in the content, or that of the part of the paper."""

    name: str
    title: str
    rows: tuple
    is_wide: bool = False

    @property
    def is_by_time(self):
        return self.name in BY_TIME

    @property
    def is_long(self):
        """Whether its words need the width of the page."""
        return self.is_wide or any(len(row.words) > LONG or "\n" in row.words for row in self.rows)


def sections_of(content, *, zone):
    """The chart's sections in the order they were signed in; `zone` is the wall that times are told by."""
    if content["version"] == 1:
        return list(first_version(content, zone=zone))
    rest = {name: value for name, value in content.items() if name not in NOT_A_SECTION}
    found = [section for name, value in rest.items() for section in any_sections(name, value, content, zone=zone)]
    return [section for section in found if section.rows]


def first_version(content, *, zone):
    readers = {
        "facts": pairs,
        "answers": lambda answers: answers_of(answers, zone=zone),
        "noted": pairs,
        "steps": lambda steps: [step_row(step, zone=zone) for step in steps],
        "given": lambda given: [given_row(each) for each in given],
        "timeline": lambda entries: timeline_rows(entries, content, zone=zone),
    }
    for name, read in readers.items():
        if rows := tuple(read(content[name])):
            yield Section(name, str(TITLES[name]), rows)


def pairs(rows):
    return [Row(label, words) for label, words in rows]


def answers_of(answers, *, zone):
    said = {name: answers.get(name, "") for name in LABELS}
    if said["check_in_at"]:
        said["check_in_at"] = on_the_wall(said["check_in_at"], zone)
    else:
        said.pop("check_in_at")
    return [Row(str(LABELS[name]), words or _("Not provided")) for name, words in said.items()]


def step_row(step, *, zone):
    words = ": ".join(filter(None, [step["outcome"], step.get("reason", "")]))
    at = short(step["at"], zone) if step.get("at") else ""
    return Row(f"{step['position']} {step['title']}", f"{words} ({at})" if at else words)


def given_row(given):
    ways = [each["words"] for each in given.get("contacts", []) if each.get("words")]
    return Row(given["name"], "; ".join(filter(None, [", ".join(ways), given.get("how", "")])))


def timeline_rows(entries, content, *, zone):
    """What was done with the client, by what the words begin with; what became of the report is not part of it."""
    begins = tuple(beginnings(content))
    return [Row(short(at, zone), words) for at, words in entries if words.startswith(begins)]


def beginnings(content):
    """Words of the chart's own acts, as they are signed: in English."""
    with override("en-gb"):
        labels = [*Ending.labels, *(each.label for each in CAPTURES.values() if not each.is_private)]
        acts = ["Started", "Took a break", "Gave ", "Taken back as a mistake", *map(str, labels)]
    return [*acts, *(f"{step['title']}: " for step in content.get("steps", []))]


def any_sections(name, value, content, *, zone):
    """Sections of whatever shape: pairs, rows with names, sections with rows, or one text."""
    title = title_of(name)
    if name in ("timeline", "steps", "given", "answers"):
        value = known(name, value, content, zone=zone)
    if isinstance(value, dict) and "rows" in value:
        yield Section(name, str(value.get("title") or value.get("heading") or title), tuple(rows_of(value["rows"])))
    elif isinstance(value, list) and value and all(isinstance(each, dict) and "rows" in each for each in value):
        for number, each in enumerate(value, start=1):
            yield from any_sections(f"{name}-{number}", each, content, zone=zone)
    else:
        yield Section(name, title, tuple(rows_of(value, label=title)))


def known(name, value, content, *, zone):
    """The rows of a section that the first version had as well, as long as it has its shape."""
    readers = {
        "timeline": lambda: timeline_rows(value, content, zone=zone),
        "steps": lambda: [step_row(each, zone=zone) for each in value],
        "given": lambda: [given_row(each) for each in value],
        "answers": lambda: [*answers_of(value, zone=zone), *rows_of(without(value, LABELS))],
    }
    try:
        return readers[name]()
    except (KeyError, TypeError, ValueError, AttributeError):
        return value


def without(answers, names):
    return {name: words for name, words in answers.items() if name not in names}


def rows_of(value, *, label=""):
    """Rows of a list or a mapping; of anything else one row, if there is something in it."""
    if isinstance(value, dict):
        return [Row(title_of(name), words) for name, each in value.items() if (words := words_of(each))]
    if isinstance(value, list):
        return [row for each in value if (row := row_of(each, label=label)).words]
    return [Row(label, words)] if (words := words_of(value)) else []


def row_of(value, *, label):
    if isinstance(value, Row):
        return value
    if isinstance(value, list | tuple) and value and isinstance(value[0], str):
        return Row(value[0], words_of(list(value[1:])) or _("Not provided"))
    if isinstance(value, dict):
        name = next((each for each in NAMES_OF_A_ROW if value.get(each)), None)
        if name is None:
            return Row(label, words_of(value))
        return Row(words_of(value[name]), words_of([each for key, each in value.items() if key != name]))
    return Row(label, words_of(value))


def words_of(value):
    if isinstance(value, list | tuple):
        return ", ".join(filter(None, map(words_of, value)))
    if isinstance(value, dict):
        return ", ".join(f"{title_of(name)}: {words}" for name, each in value.items() if (words := words_of(each)))
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return "" if value is None else str(value)


def title_of(name):
    known = TITLES.get(name) or LABELS.get(name)
    return str(known or name.replace("_", " ").replace("-", " ").capitalize())


def on_the_wall(moment, zone):
    """The moment on that wall, with the zone named: whoever reads it may be elsewhere."""
    return f"{short(moment, zone)} ({zone.key})"


def short(moment, zone):
    """The same in a list, whose zone stands at the head of the paper. ISO words will do for a moment."""
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    return date_format(moment.astimezone(zone), "j M Y H:i")
