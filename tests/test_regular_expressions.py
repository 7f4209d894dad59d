"""No regular expression of ours can take for ever: none repeats without end what already may be cut in several ways.

That is how the time of a match comes to double with each character (OWASP ASVS 5.0, 1.3.12). Read out of the code: each
pattern that is written where it is used, with what an f-string fills in taken for a letter. Alternatives that begin in
the same way without being the same are not seen, nor is what takes time by the square of a length, which fields bound.
"""

import ast
from pathlib import Path
from re import _constants as kinds
from re import _parser as parser

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
ROOMS = ["accounts", "config", "followups", "protocols", "resources", "sessions_app"]
TAKES_A_PATTERN = {"compile", "match", "search", "fullmatch", "sub", "subn", "split", "findall", "finditer"}
WITHOUT_END = 100  # times: from here on a repetition counts as one that does not end
REPEATS = {kinds.MAX_REPEAT, kinds.MIN_REPEAT}


def patterns_in(tree):
    """Every pattern that is written out in a call of `re`, with its line."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
            continue
        is_of_re = getattr(node.func.value, "id", "") == "re" and node.func.attr in TAKES_A_PATTERN
        if is_of_re and (written := text_of(node.args[0])) is not None:
            yield node.lineno, written


def text_of(node):
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else node.value.decode("latin-1")
    if isinstance(node, ast.JoinedStr):
        return "".join(each.value if isinstance(each, ast.Constant) else "x" for each in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        parts = text_of(node.left), text_of(node.right)
        return None if None in parts else "".join(parts)
    return None


def is_endless(pattern):
    """Whether something that repeats without end repeats, whole, without end again."""
    return any(nested(part) for part in walked(parser.parse(pattern)))


def nested(part):
    kind, value = part
    return kind in REPEATS and value[1] > WITHOUT_END and repeats_as_a_whole(value[2])


def repeats_as_a_whole(content):
    """Whether what is repeated may be cut in several ways: nothing in it that must be there marks where it begins."""
    parts = [each for each in content if each[0] is not kinds.AT]
    inner = [each for each in parts if may_vary(each)]
    return bool(inner) and len(inner) == len(parts)


def may_vary(part):
    kind, value = part
    if kind in REPEATS:
        return value[1] > WITHOUT_END or value[0] == 0
    if kind is kinds.SUBPATTERN:
        return repeats_as_a_whole(value[3])
    if kind is kinds.BRANCH:
        return any(repeats_as_a_whole(each) for each in value[1])
    return False


def walked(content):
    """Every part of a parsed pattern, however deep."""
    for part in content:
        yield part
        for inside in inner_of(*part):
            yield from walked(inside)


def inner_of(kind, value):
    if kind in REPEATS or kind is kinds.POSSESSIVE_REPEAT:
        return [value[2]]
    if kind is kinds.SUBPATTERN:
        return [value[3]]
    if kind is kinds.BRANCH:
        return value[1]
    if kind in {kinds.ASSERT, kinds.ASSERT_NOT}:
        return [value[1]]
    return [value] if kind is kinds.ATOMIC_GROUP else []


def test_no_pattern_takes_for_ever():
    found, wrong = 0, []
    for path in (path for room in ROOMS for path in (ROOT / room).rglob("*.py")):
        for line, pattern in patterns_in(ast.parse(path.read_text())):
            found += 1
            if is_endless(pattern):
                wrong.append(f"{path.relative_to(ROOT)}:{line} {pattern}")
    assert found > 50
    assert wrong == []


@pytest.mark.parametrize("pattern", [r"(a+)+$", r"^(\w*)*x", r"((a+)?)+c", r"x(\d+|\d+)+y", r"(\s*)+"])
def test_one_that_does_is_seen(pattern):
    assert is_endless(pattern)


@pytest.mark.parametrize("pattern", [r"(a+,)+", r"\d+(\.\d+)*", r"(?:[A-Z]\w*-)*\w+", r"(a|b)*c", r"(x{1,3})+"])
def test_one_that_does_not_is_left_alone(pattern):
    assert not is_endless(pattern)
