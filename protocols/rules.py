"""Whether an edition may be: what is wrong with it and where, in words for whoever writes it."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from protocols import red_lines
from protocols.content import LANGUAGES, texts
from protocols.editions import WRITTEN_IN
from protocols.models import Setting

SAFETY = "check-safety"
#: The most letters of a text, by what it is.
LONGEST = {"title": 40, "prompt": 160, "lines": 240, "own_tasks": 160}
#: The most rows, by what they are: more is not read in the minute in which it is needed.
MOST = {"lines": 10, "own_tasks": 6}
NOT_WRITTEN = gettext_lazy("Write it in English. Other languages fall back to it.")


def problems_of(data):
    """What is wrong with one step, as (path from the step, words)."""
    found = [*lengths(data), *blanks(data), *unsafe(data), *(without_safety(data) if data["slug"] == SAFETY else [])]
    return list(dict.fromkeys(found))


def problems_in(content):
    """The same for a whole edition, as (slug, path, words)."""
    return [(data["slug"], path, words) for data in content["steps"] for path, words in problems_of(data)]


def kind_of(path):
    """Title, prompt, lines or own tasks: the part of a path that says what a text is."""
    return next(part for part in path if part in LONGEST)


def lengths(data):
    for path, words, _language in texts(data):
        most = LONGEST[kind_of(path)]
        if len(words) > most:
            yield path, _("At most %(most)s letters; this has %(count)s.") % {"most": most, "count": len(words)}
        if not words.isprintable():
            yield path, _("One line, without signs that cannot be printed.")
    for path, rows in rows_of(data):
        if len(rows) > MOST[path[-1]]:
            yield path, _("At most %(most)s of these.") % {"most": MOST[path[-1]]}


def rows_of(data):
    yield ("lines",), data["lines"]
    yield ("own_tasks",), data["own_tasks"]
    for setting, own in data["settings"].items():
        yield ("settings", setting, "lines"), own.get("lines", [])


def blanks(data):
    """Each text is there in the language that the others fall back to."""
    for path in dict.fromkeys(path[:-1] for path, words, _language in texts(data) if words):
        if not at(data, path).get(WRITTEN_IN, "").strip():
            yield (*path, WRITTEN_IN), NOT_WRITTEN
    for name in ("title", "prompt"):
        if not data[name].get(WRITTEN_IN, "").strip():
            yield (name, WRITTEN_IN), NOT_WRITTEN
    if not data["lines"]:
        yield ("lines",), _("Keep at least one thing to say or do.")


def at(data, path):
    for part in path:
        data = data[part]
    return data


def unsafe(data):
    for path, words, language in texts(data):
        if red_lines.advises(words, language):
            yield path, red_lines.ADVISES


def without_safety(data):
    """What step 2 lacks as it is read in a language, in its usual words or in those of a setting."""
    for language in LANGUAGES:
        for words in red_lines.missing_from(spoken([data["prompt"], *data["lines"]], language)):
            yield ("lines",), f"{words} ({language})"
        for setting in Setting.values:
            if red_lines.lacks_emergency(lines_in(data, setting, language)):
                words = red_lines.SAFETY[language][red_lines.EMERGENCY][1]
                yield ("lines",), f"{Setting(setting).label}: {words} ({language})"


def lines_in(data, setting, language):
    usual = [line for line in data["lines"] if setting not in line["not_in"]]
    return spoken([*usual, *data["settings"].get(setting, {}).get("lines", [])], language)


def spoken(rows, language):
    """The words of each row as they are read in a language, with the language they are in: English where it lacks."""
    return [(row[language], language) if row.get(language) else (row.get(WRITTEN_IN, ""), WRITTEN_IN) for row in rows]
