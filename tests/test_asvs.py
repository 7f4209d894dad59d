"""config/security/asvs.csv: each requirement of OWASP ASVS 5.0 that is in scope leads to something that is there.

What a row says is for people to judge. This looks whether what it points to exists: a test that no mark skips, a rule
that is switched on, a section, a setting, a check of `make security`. A test that skips itself while it runs (a browser
is missing) is seen by `pytest_sessionfinish` in tests/conftest.py, where CI is set.
"""

import ast
import csv
import re
import tomllib
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
TABLE = ROOT / "config" / "security" / "asvs.csv"
STUDY = ROOT.parent / "shared" / "security" / "asvs_tailoring.csv"
IN_SCOPE = 234
KINDS = ["test", "rule", "document", "operator", "not met"]
#: What bears each kind: at least one pointer of a row must be of these.
BEARERS = {"test": {"tests"}, "rule": {"ruff", "bandit", "semgrep", "check"}, "document": {"doc"}}
SHORTEST_REASON = 40  # letters: what an operator must do, or what is missing and what would meet it


def pointed_to():
    """The ids of all tests that the table points to."""
    return {each for row in rows() for each in pointers(row) if kind_of(each) == "tests"}


def rows():
    with TABLE.open(newline="") as file:
        return list(csv.DictReader(file))


def pointers(row):
    return [each.strip() for each in row["pointers"].split(" ; ") if each.strip()]


def kind_of(pointer):
    return "tests" if pointer.startswith("tests/") else pointer.partition(" ")[0]


@cache
def names_in(path):
    """{name: whether a mark skips it} of a file, read and not imported."""
    module = ast.parse((ROOT / path).read_text())
    whole = any(
        isinstance(each, ast.Assign) and "pytestmark" in ast.dump(each) and is_skipping(each.value)
        for each in module.body
    )
    found = [each for each in ast.walk(module) if isinstance(each, ast.FunctionDef) and each.name.startswith("test_")]
    return {each.name: whole or any(is_skipping(mark) for mark in each.decorator_list) for each in found}


def is_skipping(mark):
    return re.search(r"\b(skip|skipif|xfail)\b", ast.unparse(mark)) is not None


def is_a_test(pointer):
    path, _, name = pointer.partition("::")
    return (ROOT / path).is_file() and names_in(path).get(name) is False


def ruff_has(code):
    chosen = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["ruff"]["lint"]
    return any(code.startswith(each) and code[len(each) :].isdigit() for each in chosen["select"]) and not any(
        code.startswith(each) for each in chosen["ignore"]
    )


def bandit_has(code):
    from bandit.core.extension_loader import MANAGER

    return MANAGER.check_id(code)


def semgrep_has(name):
    return f"- id: {name}\n" in (ROOT / "tests" / "security" / "rules.yml").read_text()


def check_is_there(name):
    return any(f'\nNAME = "{name}"\n' in path.read_text() for path in (ROOT / "tests" / "security").glob("*.py"))


@cache
def sections_of(path):
    """The anchors that a reader on the web gets for the headings of a document."""
    text = re.sub(r"^(```|    ).*$", "", (ROOT / path).read_text(), flags=re.MULTILINE)
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).strip().replace(" ", "-") for each in headings}


def section_is_there(pointer):
    path, _, anchor = pointer.partition("#")
    return (ROOT / path).is_file() and anchor in {re.sub("-+", "-", each) for each in sections_of(path)}


def setting_is_there(name):
    return re.search(rf"^{name}=", (ROOT / ".env.example").read_text(), re.MULTILINE) is not None


LOOK = {"ruff": ruff_has, "bandit": bandit_has, "semgrep": semgrep_has, "check": check_is_there}
LOOK |= {"doc": section_is_there, "setting": setting_is_there}


def is_there(pointer):
    kind = kind_of(pointer)
    return is_a_test(pointer) if kind == "tests" else LOOK[kind](pointer.partition(" ")[2])


def faults(row):
    kind, found = row["proof"], pointers(row)
    if kind not in KINDS:
        return [f"{row['id']}: {kind!r} is no kind of proof"]
    wrong = [f"{row['id']}: not there: {each}" for each in found if not is_there(each)]
    if kind in BEARERS and not {kind_of(each) for each in found} & BEARERS[kind]:
        wrong.append(f"{row['id']}: nothing bears it")
    if kind not in BEARERS and len(row["note"]) < SHORTEST_REASON:
        wrong.append(f"{row['id']}: says too little about what is to be done")
    return wrong


def test_each_row_leads_to_something_that_is_there():
    assert [fault for row in rows() for fault in faults(row)] == []


def test_no_requirement_stands_there_twice_or_is_left_out():
    ids = [row["id"] for row in rows()]
    assert len(ids) == len(set(ids)) == IN_SCOPE
    assert all(re.fullmatch(r"V\d+\.\d+\.\d+", each) for each in ids)
    assert all(row["what must be true, in our words"] for row in rows())


def test_the_rows_are_those_that_were_chosen():
    if not STUDY.exists():
        pytest.skip("the list that the rows were chosen from lies beside the project where it was chosen, and not here")
    with STUDY.open(newline="") as file:
        chosen = {each["req_id"]: each["level"] for each in csv.DictReader(file) if each["status"] == "in scope"}
    assert {row["id"]: row["level"] for row in rows()} == chosen


def test_what_is_said_of_the_rows_is_counted_right():
    counts = {kind: sum(row["proof"] == kind for row in rows()) for kind in KINDS}
    said = (ROOT / "SECURITY.md").read_text()
    for kind, number in counts.items():
        assert re.search(rf"^\| {kind} \| {number} \|", said, re.MULTILINE), f"{kind}: {number}"
    not_claimed = said.partition("## What is not claimed")[2].partition("\n## ")[0]
    not_met = {row["id"] for row in rows() if row["proof"] == "not met"}
    assert set(re.findall(r"V\d+\.\d+\.\d+", not_claimed)) == not_met


def test_what_the_documents_name_is_there():
    """Every test and every section that the pages about security lead to."""
    have = {name for path in (ROOT / "tests").rglob("test_*.py") for name in names_in(path.relative_to(ROOT))}
    have |= {path.stem for path in (ROOT / "tests").rglob("test_*.py")}
    for page in (ROOT / "SECURITY.md", *sorted((ROOT / "config" / "security").glob("*.md"))):
        text = page.read_text()
        assert set(re.findall(r"\b(test_\w+)\b", text)) <= have, page.name
        for link in re.findall(r"\]\(([^):]+)\)", text):
            path = (page.parent / link.partition("#")[0]).resolve().relative_to(ROOT)
            assert (ROOT / path).exists(), link
            assert "#" not in link or section_is_there(f"{path}#{link.partition('#')[2]}"), link


def test_each_citation_of_hipaa_has_its_file():
    """45 CFR 164.312(a) to (e): standards and implementation specifications."""
    wanted = {"a_1", "a_2_i", "a_2_ii", "a_2_iii", "a_2_iv", "b", "c_1", "c_2", "d", "e_1", "e_2_i", "e_2_ii"}
    files = {path.stem.removeprefix("test_164_312_"): path for path in (ROOT / "tests" / "hipaa").glob("test_*.py")}
    assert {re.match(r"[a-e](_[12])?(_i[iv]*)?(?=_|$)", each)[0] for each in files} == wanted
    assert len(files) == len(wanted)
    assert all(names_in(path.relative_to(ROOT)) for path in files.values())


@pytest.mark.parametrize(
    "pointer",
    [
        "tests/test_asvs.py::test_that_nobody_wrote",
        "tests/nowhere.py::test_x",
        "ruff T201",
        "ruff PLC0415",
        "bandit B999",
        "semgrep no-such-rule",
        "check no-such-check",
        "doc SECURITY.md#no-such-section",
        "setting NO_SUCH_SETTING",
    ],
)
def test_what_is_not_there_is_seen(pointer):
    row = {"id": "V0.0.0", "proof": "operator", "pointers": pointer, "note": "x" * SHORTEST_REASON}
    assert faults(row) == [f"V0.0.0: not there: {pointer}"]


def test_a_test_that_a_mark_skips_is_no_proof(tmp_path, monkeypatch):
    monkeypatch.setattr("tests.test_asvs.ROOT", tmp_path)
    (tmp_path / "test_a.py").write_text(
        "import pytest\n@pytest.mark.skip(reason='later')\ndef test_one(): ...\ndef test_two(): ...\n"
    )
    (tmp_path / "test_b.py").write_text("import pytest\npytestmark = [pytest.mark.skipif(True)]\ndef test_one(): ...\n")
    wanted = {"test_a.py::test_one": False, "test_a.py::test_two": True, "test_b.py::test_one": False}
    assert {each: is_a_test(each) for each in wanted} == wanted


def test_a_row_that_nothing_bears_is_seen():
    empty = {"id": "V0.0.0", "pointers": "", "note": ""}
    assert faults(empty | {"proof": "test"}) == ["V0.0.0: nothing bears it"]
    assert faults(empty | {"proof": "rule", "pointers": "setting DATA_KEYS"}) == ["V0.0.0: nothing bears it"]
    assert faults(empty | {"proof": "not met"}) == ["V0.0.0: says too little about what is to be done"]
    assert faults(empty | {"proof": "later"}) == ["V0.0.0: 'later' is no kind of proof"]
