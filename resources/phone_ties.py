"""Which words of a cell belong to which of its numbers."""

import re

from resources import phone_words

BRACKET = re.compile(r"[ ,;]{0,2}\(([^()]{1,200})\)|[ ,;]{0,2}\[([^\[\]]{1,200})\]")
SENTENCE = re.compile(r"\.(?: |$)|\n")
LONGEST_LABEL = 60


def tie(pieces, text):
    """Give each piece its extension, what to press, what to send, its label and its notes.

    Returns the words that belong to none: a person reads them.
    """
    leftover = []
    head = text[: pieces[0].start]
    leftover += before(pieces[0], head, text)
    for piece, following in zip(pieces, [*pieces[1:], None], strict=True):
        gap = text[piece.end : following.start if following else len(text)]
        gap = taken_off(piece, gap)
        if following is None:
            leftover += after(piece, gap, is_alone=len(pieces) == 1)
        else:
            leftover += between(piece, following, gap, text)
    return [each.strip(phone_words.EDGES) for each in leftover if phone_words.says_something(each)]


def taken_off(piece, gap):
    """`gap` without the repetition, the extension, the option, the keyword and the brackets that it begins with."""
    rest = None
    while gap != rest:
        rest = gap
        if piece.number and piece.number.e164 and (found := phone_words.EXTENSION.match(gap)):
            piece.extension, gap = piece.extension or found[1], gap[found.end() :]
        elif (found := phone_words.menu(gap)) and found[1] == 0:
            piece.menu, gap = piece.menu or found[0], gap[found[2] :]
        elif found := phone_words.KEYWORD.match(gap):
            piece.keywords, gap = piece.keywords or [found[1]], gap[found.end() :]
        elif found := BRACKET.match(gap):
            in_bracket(piece, found[1] or found[2])
            gap = gap[found.end() :]
    return gap


def in_bracket(piece, words):
    if found := phone_words.menu(words):
        piece.menu = found[0]
        noted(piece, words[: found[1]])
        noted(piece, words[found[2] :])
    else:
        noted(piece, words)


def noted(piece, words):
    """Words behind a number: how it is used, and what else is good to know."""
    words = re.sub(r"^[A-Za-z]$", "", words.strip(phone_words.EDGES))
    if not words:
        return
    piece.after += f" {words}"
    if phone_words.says_something(words):
        piece.notes.append(words)


def before(piece, words, text):
    """Make `words` the label of the piece; returns what is too much for one."""
    for pattern in (phone_words.SEND, phone_words.CAPITALS):
        found = pattern.search(words + text[piece.start : piece.start + 2])
        if found and found.end() >= len(words):
            piece.keywords = phone_words.keywords(found[1])
            *others, own = phone_words.FIRM.split(words[: found.start()])
            piece.before = own if piece.keywords else f"text {own}"
            return [*others, *([] if piece.keywords else [found[1]])]
    *others, piece.before = phone_words.FIRM.split(words)
    is_long = len(phone_words.label(piece.before)) > LONGEST_LABEL
    return [*others, *([piece.before] if is_long else [])]


def after(piece, words, *, is_alone):
    """The words behind the last number: its notes; of several numbers only up to the end of the sentence."""
    first, *rest = [words] if is_alone else SENTENCE.split(words)
    noted(piece, first)
    return [*([first] if re.search(r"\d", phone_words.without_times(first)) else []), *rest]


def between(piece, following, words, text):
    """The words between two numbers: up to a separator they are the first one's, from there the second's.

    It is the last comma or the like, or else the first “or”: labels have those inside.
    """
    sending = phone_words.SEND.search(words + text[following.start : following.start + 2])
    until = sending.start() if sending else len(words)
    firm, soft = phone_words.FIRM.finditer(words, 0, until), phone_words.AND.finditer(words, 0, until)
    separators = list(firm) or list(soft)[:1]
    if not separators:
        return before(following, words, text)
    cut, onward = separators[-1].span()
    first, *rest = SENTENCE.split(words[:cut])
    noted(piece, first)
    return [*rest, *before(following, words[onward:], text)]
