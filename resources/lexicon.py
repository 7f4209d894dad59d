"""Misspelt words become the nearest words of the directory: words are corrected, entries are not compared."""

from dataclasses import replace

from django.db import connection

#: So many letters may be wrong in a word of up to that length.
LETTERS_WRONG = ((4, 1), (7, 2), (60, 3))

NEAREST = """
    SELECT asked.typed, asked.word,
      EXISTS (SELECT FROM resources_searchword AS known WHERE known.word LIKE asked.word || '%%'),
      ARRAY(
        SELECT known.word || ' ' || levenshtein(known.word, asked.word) FROM resources_searchword AS known
        WHERE known.word %% asked.word
        ORDER BY levenshtein(known.word, asked.word), similarity(known.word, asked.word) DESC, known.word LIMIT 4
      )
    FROM (SELECT typed, unaccent(typed) AS word FROM unnest(%s::text[]) AS typed) AS asked
"""
#: For short words, of which a slip leaves no three letters in a row: same first letter, about as long.
SHORT = """
    SELECT known.word || ' ' || levenshtein(known.word, asked.word) FROM resources_searchword AS known,
      (SELECT unaccent(%s) AS word) AS asked
    WHERE known.word LIKE left(asked.word, 1) || '%%'
      AND length(known.word) BETWEEN length(asked.word) - 1 AND length(asked.word) + 1
      AND levenshtein_less_equal(known.word, asked.word, 2) <= 2
    ORDER BY levenshtein(known.word, asked.word), known.word LIMIT 4
"""


def corrected(question):
    """The same question with words nobody has written replaced by the nearest that somebody has.

    A word that begins another counts as right: it is still being typed. One that is near to nothing stays as it is.
    """
    typed = question.words()
    if not typed:
        return question
    with connection.cursor() as cursor:
        cursor.execute(NEAREST, [typed])
        asked = cursor.fetchall()
        slips = {word: distances(word, found) for word, _plain, _is_known, found in asked}
        unknown = [word for word, _plain, is_known, _found in asked if not is_known]
        near = {word: nearest(slips[word]) or nearest(distances(word, short(cursor, word))) for word in unknown}
    near = {word: words for word, words in near.items() if words}
    return replace(
        question,
        terms=instead(question.terms, near),
        near_terms=instead(question.terms, {word: (word, *known) for word, known in slips.items()}),
        corrected={word: words[0] for word, words in near.items()},
        slips=slips,
    )


def instead(terms, words):
    """The terms with each single word of `words` replaced by the alternatives it stands for."""
    return tuple(tuple((word,) for word in words.get(term[0][0], ())) or term for term in terms)


def short(cursor, word):
    """Candidates for a short word, or none for a long one: in those, three letters in a row survive a slip."""
    if len(word) > LETTERS_WRONG[1][0] - 1:
        return []
    cursor.execute(SHORT, [word])
    return [found for (found,) in cursor.fetchall()]


def nearest(near):
    """Of words that are near (word → wrong letters), those with the fewest wrong."""
    fewest = min(near.values(), default=0)
    return tuple(known for known, wrong in near.items() if wrong == fewest)


def distances(word, found):
    """The candidates that are near enough for a slip of the hand, with how many letters are then wrong."""
    most = next(wrong for length, wrong in LETTERS_WRONG if len(word) <= length or length == LETTERS_WRONG[-1][0])
    pairs = ((known, int(wrong)) for known, wrong in (each.rsplit(" ", 1) for each in found))
    return {known: wrong for known, wrong in pairs if wrong <= most}
