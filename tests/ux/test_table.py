"""The table says NO when something does not hold, and says so when it was not looked at."""

import json

import pytest

from tests.ux.table import Table
from tests.ux.targets import TARGETS


@pytest.fixture
def line_of(tmp_path):
    """The words of one target's line after these tests: `line_of("T9", ("passed", [2172]))`."""

    def read(number, *tests):
        about = number.partition(" ")[0]
        heard = [
            {"targets": [about], "figures": [[number, value] for value in values], "ended": ended, "why": ""}
            for ended, values in tests
        ]
        results = tmp_path / "results.json"
        results.write_text(json.dumps(heard))
        table = Table()
        table.read(results)
        return table.line(number).rsplit("  ", 1)[-1].strip(), table.line(number)

    return read


@pytest.mark.parametrize(
    ("number", "tests", "verdict"),
    [
        ("T9", [("passed", [2172])], "yes"),
        ("T9", [("passed", [2172]), ("failed", [2251])], "NO"),
        ("T9", [("failed", [])], "NO"),
        ("T11", [("passed", [6.1]), ("passed", [4.4])], "NO"),
        ("T16", [("passed", []), ("passed", [])], "yes"),
        ("T16", [("passed", []), ("failed", [])], "NO"),
        ("T19 speed", [("skipped", [])], "?"),
        ("T3 4G", [("passed", [2600])], "NO"),
        ("T1", [], "?"),
    ],
)
def test_each_line_says_whether_it_holds(line_of, number, tests, verdict):
    assert line_of(number, *tests)[0] == verdict


def test_the_worst_of_many_is_shown(line_of):
    assert "2200" in line_of("T9", ("passed", [2172]), ("passed", [2200]))[1]
    assert "6.1" in line_of("T11", ("passed", [8]), ("passed", [6.1]))[1]


def test_why_something_was_not_run_is_told(tmp_path):
    results = tmp_path / "results.json"
    results.write_text('[{"targets": ["T19"], "figures": [], "ended": "skipped", "why": "Skipped: Node is not here"}]')
    table = Table()
    table.read(results)
    assert str(table).endswith("Not run: Node is not here.")


def test_a_run_that_never_got_so_far_leaves_questions(tmp_path):
    table = Table()
    table.read(tmp_path / "nothing")
    assert all(table.line(number).endswith("?") for number in TARGETS)
