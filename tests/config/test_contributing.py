"""CONTRIBUTING.md leads to what is there: its picture is the contract, and each name in it is one of the code's."""

import re
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

from config.local import architecture

ROOT = Path(settings.BASE_DIR)
ROOMS = ["accounts", "config", "followups", "protocols", "resources", "sessions_app", "static", "templates", "tests"]
SOURCES = {".py", ".js", ".html", ".css", ".json"}
#: Typed into a shell, seen in an address bar, or a word of Python, git or PostgreSQL.
NOT_OURS = {".venv", ".local/demo", "NOT VALID", "_at", "_on", "_by", "is_", "has_", "update()", "locked()"}
NOT_OURS |= {"departures/<id>/steps/<slug>/", "/demo-mail/", 'hire("Lee Park", Role.THERAPIST)', "atomic = False"}
NOT_OURS |= {'signed_in(therapist).get("/")', "null=True"}


def page():
    return architecture.PAGE.read_text()


def without_blocks(text):
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


def spans(text):
    """What stands in code marks."""
    return sorted(set(re.findall(r"`([^`\n]+)`", without_blocks(text))))


def commands(text):
    """Lines of indented blocks, which people copy into a shell."""
    return re.findall(r"^    (\S.*)$", without_blocks(text), re.MULTILINE)


@cache
def targets():
    """What can be made, and the variables that are read."""
    makefile = (ROOT / "Makefile").read_text()
    variables = re.findall(r"\$\((?:if \$\()?([A-Z]+)\)", makefile)
    return set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE)), set(variables)


@cache
def words():
    """Every word of our sources but this file's; a name may have hyphens or dots in it."""
    paths = [each for room in ROOMS for each in (ROOT / room).rglob("*") if each.suffix in SOURCES]
    paths += [ROOT / "pyproject.toml"]
    texts = [each.read_text() for each in paths if each != Path(__file__)]
    return {word for text in texts for word in re.findall(r"[A-Za-z_][\w.-]*\w|\w", text)}


def defines(path, name):
    """Whether the file gives something that name: a function, class, constant, variable, or fixture."""
    pattern = rf"^\s*(?:def|class|function|async def|const|let)\s+{name}\b|^\s*{name}\s*(?:\|?=|:)|^const .*\b{name} ="
    return re.search(pattern, (ROOT / path).read_text(), re.MULTILINE) is not None


def is_a_verb(name):
    """`reports.sign`: some module `reports` has a function `sign`."""
    module, _, verb = name.rpartition(".")
    paths = [each for room in ROOMS for each in (ROOT / room).rglob(f"{module}.py")] if module else []
    return any(defines(each, verb) for each in paths)


def is_there(span):
    if span.startswith("make "):
        return is_a_target(span)
    path, _, name = span.partition("::")
    if name:
        return (ROOT / path).is_file() and defines(path, name)
    if (ROOT / span).exists() and ("/" in span or "." in span):
        return True
    if "/" in span:
        return False
    return span in words() or is_a_verb(span) or span.partition(" ")[0] == "SET"


def is_a_target(command):
    known, variables = targets()
    _, target, *rest = command.split(maxsplit=2)
    return target in known and set(re.findall(r"\b([A-Z]+)=", " ".join(rest))) <= variables


def test_each_name_in_it_is_there():
    assert len(spans(page())) > 120
    assert [each for each in spans(page()) if each not in NOT_OURS and not is_there(each)] == []


def test_each_command_in_it_can_be_typed():
    asked = commands(page())
    assert len(asked) >= 4
    for command in asked:
        if command.startswith("make "):
            assert is_a_target(command), command
        for part in re.findall(r"(?<![\w.])(?:tests|config)[/.][\w/.]+", command):
            exists = (ROOT / part).exists() or (ROOT / f"{part.replace('.', '/')}.py").exists()
            assert exists, command


@pytest.mark.parametrize(
    "span",
    [
        "sessions_app/nowhere.py",
        "sessions_app/checklist.py::recorded_by_nobody",
        "make nonsense",
        'make test NOBODY="x"',
        "checklist.recorded_by_nobody",
        "no_such_fixture",
        "templates/",
    ],
)
def test_what_is_not_there_is_seen(span):
    assert is_there(span) is (span == "templates/")


def test_each_link_in_it_leads_to_a_file():
    links = re.findall(r"\]\(([^)#]+)\)", page())
    assert links
    assert [each for each in links if not (ROOT / each).is_file()] == []


def test_every_station_of_the_two_tours_says_where():
    """A row of a tour without a file would be a story that nobody can check."""
    tours = re.findall(r"^## One (?:tap|reminder).*?(?=^## )", page(), re.MULTILINE | re.DOTALL)
    rows = [row for tour in tours for row in re.findall(r"^\| (?:[a-z]|URL|SMTP).*$", tour, re.MULTILINE)]
    assert len(rows) == 11 + 12
    assert [row for row in rows if "`" not in row.split("|")[2]] == []


# The picture ----------------------------------------------------------------------------------------------------


def contract():
    return (ROOT / "pyproject.toml").read_text()


def test_the_picture_is_what_the_contract_says():
    block = architecture.picture(architecture.layers(contract()))
    assert block in page(), "run `make architecture`"
    assert architecture.drawn_into(page(), block) == page()


def test_another_contract_is_another_picture():
    changed = contract().replace('"resources", "accounts"]\n', '"accounts", "resources"]\n')
    assert changed != contract()
    rows = architecture.layers(changed)
    assert rows[-2:] == [["accounts"], ["resources"]]
    assert architecture.picture(rows) not in page()


def test_rooms_that_share_a_row_may_not_import_each_other():
    drawn = architecture.picture([["config"], ["followups", "resources"], ["accounts"]])
    assert "config -->|may import| resources" in drawn
    assert "resources -->|may import| accounts" in drawn
    assert "followups -->|may import| resources" not in drawn


def test_a_room_without_a_question_is_not_drawn():
    with pytest.raises(KeyError):
        architecture.picture([["config"], ["utilities"]])
