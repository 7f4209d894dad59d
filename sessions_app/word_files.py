"""The own changes to the words to weigh: as a file, read back with every doubt by its place, and compared."""

from django.utils.translation import gettext as _

from protocols.comparing import Change, Row
from protocols.readable import Look, written
from sessions_app import wording
from sessions_app.forms.word_lists import LANGUAGES, LONGEST, MOST_ROWS, SHORTEST

FORM = {"format": "doorway-words-to-weigh", "format_version": 1}
CODES = [code for code, _name in LANGUAGES]
MOST_WORDS, LONGEST_INSTEAD = 200, 120


def write(content, *, number=None):
    """The file of a list, as text."""
    return written(FORM | {"number": number}, content)


def read(found):
    """The changes in a parsed file, as {"added", "removed"}. Raises Unreadable."""
    look = WordLook()
    return look.finish(look.word_list(found))


class WordLook(Look):
    """One look through the file of a word list."""

    def word_list(self, value):
        value = self.table(value, "file", known=["format", "format_version", "number", "added", "removed"])
        if not self.is_of(value, FORM, otherwise=_("This is no list of words that Doorway can read.")):
            return {}
        added = self.rows(value.get("added"), "added", most=MOST_ROWS)
        removed = self.table(value.get("removed", {}), "removed", known=CODES)
        return {
            "added": [self.row(each, f"added.{number}") for number, each in enumerate(added, start=1)],
            "removed": {
                code: self.codes(removed[code], f"removed.{code}", known=own_words(code), most=MOST_WORDS)
                for code in CODES
                if removed.get(code)
            },
        }

    def row(self, value, place):
        value = self.table(value, place, known=["words", "instead", "kind", "language"])
        said = [" ".join(self.text(each, f"{place}.words").split()) for each in self.words_in(value, place)]
        if not said or any(not SHORTEST <= len(each) <= LONGEST or "," in each for each in said):
            self.wrong(f"{place}.words", _("Each has 2 to 60 letters; a comma stands between them."))
        instead = self.text(value.get("instead"), f"{place}.instead")
        if not 0 < len(instead) <= LONGEST_INSTEAD or not instead.isprintable():
            self.wrong(f"{place}.instead", _("Say what could be said instead."))
        return {
            "words": said,
            "instead": instead,
            "kind": self.one_of(value, "kind", place, known=wording.KINDS),
            "language": self.one_of(value, "language", place, known=CODES),
        }

    def words_in(self, value, place):
        return self.rows(value.get("words"), f"{place}.words", most=MOST_WORDS)

    def one_of(self, value, name, place, *, known):
        found = self.codes([value.get(name)], f"{place}.{name}", known=known)
        return found[0]


def own_words(language):
    return {each for row in wording.read()[language] for each in row["words"]}


def differences(left, right):
    """What differs between two lists, as ((language, its name), rows): each wording by itself, added or taken out."""
    found = []
    for code, name in LANGUAGES:
        ours, theirs = said_in(left, code), said_in(right, code)
        rows = [Row(words, ours.get(words, ""), theirs.get(words, "")) for words in sorted({*ours, *theirs})]
        found.append(((code, name), [row for row in rows if row.change != Change.SAME]))
    return [(about, rows) for about, rows in found if rows]


def said_in(content, language):
    """What a list says of each wording in a language: {wording: in words}."""
    found = {words: str(_("Not to be weighed")) for words in content["removed"].get(language, [])}
    for row in content["added"]:
        if row["language"] == language:
            told = f"{wording.KINDS[row['kind']]} · {_('Perhaps:')} {row['instead']}"
            found |= dict.fromkeys(row["words"], told)
    return found
