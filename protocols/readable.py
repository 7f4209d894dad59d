"""Files that people can read, whatever they hold: taken apart, and looked through with every doubt by its place."""

import json

from django.utils.translation import gettext as _

MOST_BYTES = 300_000  # an edition is about 40,000
MOST_PROBLEMS = 50  # told at once; nobody reads more
LONGEST_TITLE = 80


class Unreadable(ValueError):
    """It is no such file. `problems` says what is wrong, as (place in the file, words)."""

    def __init__(self, problems):
        super().__init__(str(len(problems)))
        self.problems = problems[:MOST_PROBLEMS]


def parse(raw):
    """The JSON of a file, however it was made. Raises Unreadable."""
    if len(raw) > MOST_BYTES:
        raise Unreadable([("", _("The file is too large: at most 300 kB."))])
    try:
        return json.loads(raw.decode("utf-8-sig"), object_pairs_hook=once_each, parse_constant=no_number)
    except UnicodeDecodeError as error:
        raise Unreadable([("", _("The file is not text in UTF-8."))]) from error
    except RecursionError as error:
        raise Unreadable([("", _("The file is nested too deeply."))]) from error
    except json.JSONDecodeError as error:
        place = _("line %(line)s, sign %(column)s") % {"line": error.lineno, "column": error.colno}
        raise Unreadable([(place, _("That is not JSON."))]) from error
    except ValueError as error:  # a number too long to be one, or a name that comes twice
        raise Unreadable([("", _("That is not JSON: a name twice, or a number that is none."))]) from error


def written(about, content):
    """The file, as text; the same content always becomes the same text. `about` says first what it is."""
    return json.dumps(about | content, ensure_ascii=False, indent=2) + "\n"


def once_each(pairs):
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError
    return found


def no_number(name):
    raise ValueError(name)


class Look:
    """One look through a file: what is of the wrong kind is noted with its place, and stands as nothing."""

    def __init__(self):
        self.problems = []

    def wrong(self, place, words):
        self.problems.append((place, words))

    def is_of(self, value, form, *, otherwise):
        """Whether a file says that it is of this form; `otherwise` says what it is not."""
        is_so = all(value.get(name) == wanted for name, wanted in form.items())
        if not is_so:
            self.wrong("format", otherwise)
        return is_so

    def title(self, value):
        title = self.text(value.get("title"), "title")
        if not title or len(title) > LONGEST_TITLE or not title.isprintable():
            self.wrong("title", _("A title has one line of at most 80 letters."))
        return title

    def table(self, value, place, *, known):
        """An object with no other names than the known ones."""
        if not isinstance(value, dict):
            self.wrong(place, _("Here should be an object: {…}."))
            return {}
        for name in [name for name in value if name not in known][:5]:
            self.wrong(f"{place}.{name[:40]}", _("Nothing of that name is known here."))
        return value

    def rows(self, value, place, *, most):
        if not isinstance(value, list):
            self.wrong(place, _("Here should be a list: […]."))
            return []
        if len(value) > most:
            self.wrong(place, _("At most %(most)s of these.") % {"most": most})
        return value[:most]

    def text(self, value, place):
        if not isinstance(value, str):
            self.wrong(place, _("Here should be words in quotation marks."))
            return ""
        return value.strip()

    def codes(self, value, place, *, known, most=60):
        found = [self.text(each, place) for each in self.rows(value, place, most=most)]
        for each in [each for each in found if each not in known][:5]:
            self.wrong(place, _("“%(code)s” is not known here.") % {"code": each[:40]})
        if len(set(found)) < len(found):
            self.wrong(place, _("The same one twice."))
        return found

    def finish(self, found):
        """What was found, if nothing is wrong with it. Raises Unreadable."""
        if self.problems:
            raise Unreadable(self.problems)
        return found
