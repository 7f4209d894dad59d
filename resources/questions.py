"""What somebody typed into the search box, taken apart: numbers, words, and what they are called elsewhere."""

import re
from dataclasses import dataclass, field

import phonenumbers

from resources.synonyms import LONGEST, SYNONYMS

#: A number however it is grouped and spelt, or a word: "116 123", "1-800-273-TALK", "HOPELINE247".
NUMBER = re.compile(r"[+(]?\d[\d\s().\-/]*(?:-[A-Za-z]{3,})?(?![\w])")
WORD = re.compile(r"\w+")
#: Words that say nothing about an entry, in the languages of the interface.
IDLE = frozenset(
    ["a", "an", "and", "de", "el", "en", "for", "from", "in", "la", "las", "los", "of", "or", "para", "por"]
)
IDLE |= {"the", "to", "with", "y"}
FEWEST_DIGITS = 2
FEWEST_LETTERS = 3


@dataclass(frozen=True)
class Question:
    """`terms` are looked for all at once; each is a list of alternatives, each of those a list of words."""

    numbers: tuple[str, ...] = ()
    terms: tuple[tuple[tuple[str, ...], ...], ...] = ()
    #: The same with every word that is near to one of those typed, for when `terms` find nothing.
    near_terms: tuple[tuple[tuple[str, ...], ...], ...] = ()
    corrected: dict[str, str] = field(default_factory=dict)
    #: For each typed word that may be misspelt, the words it may stand for and how many letters are then wrong.
    slips: dict[str, dict[str, int]] = field(default_factory=dict)

    @property
    def is_empty(self):
        return not self.numbers and not self.terms

    @property
    def is_a_start(self):
        """So few letters that they say nothing of what is meant: they filter, and do not rank."""
        return not any(len(word) >= FEWEST_LETTERS for term in self.terms for words in term for word in words)

    def words(self):
        """The words that were typed and have no other name: those that may be misspelt."""
        return [term[0][0] for term in self.terms if len(term) == 1 and len(term[0]) == 1]


def read(text):
    """Take `text` apart. Vanity letters at the end of a number are its digits; idle words are left out."""
    numbers, rest = [], text
    for match in NUMBER.finditer(text):
        digits = re.sub(r"\D", "", phonenumbers.convert_alpha_characters_in_number(match.group()))
        if len(digits) >= FEWEST_DIGITS:
            numbers.append(digits)
            rest = rest.replace(match.group(), " ")
    words = [word.casefold() for word in WORD.findall(rest)]
    telling = [word for word in words if word not in IDLE]
    return Question(numbers=tuple(numbers), terms=tuple(terms(telling or words)))


def terms(words):
    """Words one after another, the longest phrase that has other names first."""
    place = 0
    while place < len(words):
        for length in range(min(LONGEST, len(words) - place), 0, -1):
            phrase = " ".join(words[place : place + length])
            if phrase in SYNONYMS:
                yield tuple(tuple(other.split()) for other in SYNONYMS[phrase])
                break
        else:
            length = 1
            yield ((words[place],),)
        place += length
