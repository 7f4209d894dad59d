"""Finding entries: what was typed is corrected, then looked up among words, digits and former names."""

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import Case, F, Q, Value, When
from django.utils import timezone
from django.utils.functional import cached_property

from resources import hours_now, lexicon, questions
from resources.models import Resource
from resources.subjects import SPECIAL

#: So many entries are looked at for one search. Counts beyond it are told as "or more".
MOST_LOOKED_AT = 1000
MOST_WRONG = 4  # more than any slip that is forgiven
OF_THE_SEARCH = {"hours_keys", "ways", "other_names"}
IN_NAMES_ONLY, EVERYWHERE = [0.0, 0.0, 0.0, 1.0], [0.1, 0.2, 0.5, 1.0]


class Row(NamedTuple):
    """What filters, counts and the order need of an entry that was found."""

    pk: object
    name: str
    country: str
    region: str
    is_crisis_line: bool
    categories: list
    languages: list
    age_min: int | None
    age_max: int | None
    is_free: bool | None
    may_act_without_consent: bool | None
    status: str
    all_checked_on: date | None
    check_due_on: date | None
    is_always_open: bool | None
    hours_keys: list
    ways: list
    other_names: str
    in_names: float
    rank: float


@dataclass(frozen=True)
class Found:
    """Rows in the order in which to offer them, and how the question was understood."""

    rows: list
    question: questions.Question
    states: dict
    is_loose: bool
    is_cut: bool

    @cached_property
    def other_names(self):
        return {row.pk: row.other_names for row in self.rows if row.other_names}

    def name_typed(self, entry):
        """The former or other name of an entry that was typed, where its name has none of the words; else empty."""
        words = [word for term in self.question.terms for alternative in term for word in alternative]
        names = self.other_names.get(entry.pk, "").splitlines()
        if any(word in entry.name.casefold() for word in words):
            return ""
        said = (name for name in names if any(word in name.casefold() for word in words))
        return next(said, "") or next((name for name in names if self.has_digits(name)), "")

    def has_digits(self, name):
        digits = re.sub(r"\D", "", name)
        return any(number in digits for number in self.question.numbers)


def find(entries, text, *, home, at=None):
    """The rows of `entries` (a queryset in some order) that answer `text`; all of them when it is empty.

    Every word and number must occur; where no entry has them all, those with words near to them are offered, and then
    those that have some. First come the entries of `home` (ISO code), then those whose name was typed, crisis lines,
    lines for everybody, what is open now, what was checked. How often an entry was given plays no part.
    """
    question, is_loose = questions.read(text), False
    rows = look(entries, question, home=home, joined="&")
    if not rows:
        question = lexicon.corrected(question)
        rows = corrected_rows(entries, question, home=home)
    if not rows and len(question.terms) + len(question.numbers) > 1:
        rows, is_loose = look(entries, question, home=home, joined="|"), True
    states = hours_now.states({key for row in rows for key in row.hours_keys}, at=at or timezone.now())
    return Found(
        rows=sorted(rows, key=lambda row: order_of(row, question, states, home=home)),
        question=question,
        states=states,
        is_loose=is_loose,
        is_cut=len(rows) >= MOST_LOOKED_AT,
    )


def corrected_rows(entries, question, *, home):
    """What answers the nearest words, or else any words that are near."""
    rows = look(entries, question, home=home, joined="&") if question.corrected else []
    if not rows and question.near_terms:
        rows = look(entries, replace(question, terms=question.near_terms), home=home, joined="&")
    return rows


def look(entries, question, *, home, joined):
    """The entries that answer, at most MOST_LOOKED_AT, those first which are likely to be wanted."""
    entries = entries.filter(condition(question, joined=joined)) if not question.is_empty else entries
    words = search_query(question.terms, joined=joined)
    if words is None or question.is_a_start:
        entries = entries.annotate(in_names=Value(0.0), rank=Value(0.0))
    else:
        words_found = F("search_entry__words")
        entries = entries.annotate(
            in_names=SearchRank(words_found, words, weights=IN_NAMES_ONLY, normalization=Value(1)),
            rank=SearchRank(words_found, words, weights=EVERYWHERE, normalization=Value(1)),
        ).order_by(Case(When(country=home, then=0), default=1), "-in_names", "-rank", "pk")
    fields = [f"search_entry__{name}" if name in OF_THE_SEARCH else name for name in Row._fields]
    return [Row._make(values) for values in entries.values_list(*fields)[:MOST_LOOKED_AT]]


def condition(question, *, joined):
    """What an entry must have, as a filter on the directory."""
    parts = [Q(search_entry__digits__contains=digits) for digits in question.numbers]
    if (words := search_query(question.terms, joined=joined)) is not None:
        parts.append(Q(search_entry__words=words))
    whole = parts[0]
    for part in parts[1:]:
        whole = whole & part if joined == "&" else whole | part
    return whole


def search_query(terms, *, joined):
    """The words as PostgreSQL asks for them; each may go on, because it may still be being typed."""
    if not terms:
        return None
    alternatives = (" | ".join(all_of(words) for words in term) for term in terms)
    raw = f" {joined} ".join(f"({each})" for each in alternatives)
    return SearchQuery(raw, search_type="raw", config="doorway")


def all_of(words):
    """Few letters are looked for in names only: they begin something almost everywhere else."""
    return "(" + " & ".join(f"'{word}':*{'A' if len(word) < questions.FEWEST_LETTERS else ''}" for word in words) + ")"


def order_of(row, question, states, *, home):
    """Smaller comes first. What was typed counts before what we think of the entry."""
    return (
        row.country != home,
        letters_wrong(row.name, question),
        -round(row.in_names, 3),
        not row.is_crisis_line,
        bool(set(row.categories) & set(SPECIAL)),
        row.region != "",
        hours_now.PLACE_IN_ORDER[hours_now.of(row, states)],
        row.status != Resource.Status.VERIFIED,
        -row.rank,
        row.name,
    )


def letters_wrong(name, question):
    """How many letters of what was typed are wrong if this name was meant; none where nothing was corrected."""
    if not question.slips:
        return 0
    words = questions.WORD.findall(name.casefold())
    return sum(
        min(
            (wrong for known, wrong in near.items() if any(word.startswith(known) for word in words)),
            default=MOST_WRONG,
        )
        for near in question.slips.values()
    )
