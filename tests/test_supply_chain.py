"""What Doorway is made of: locked, named, within what was meant, and nothing in it by accident."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from django.conf import settings
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.security import audit

ROOT = Path(settings.BASE_DIR)
LOCKS = [ROOT / "requirements.txt", ROOT / "requirements-dev.txt"]
LOCKS += sorted((ROOT / "tests" / "security").glob("requirements-*.txt"))
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def entries(lock):
    """[(requirement, how many hashes)] of a lock file; whatever is no such entry is returned as it stands."""
    lines = [line for line in lock.read_text().splitlines() if line.strip() and not line.strip().startswith("#")]
    joined = re.sub(r"\s*\\\n\s*", " ", "\n".join(lines)).splitlines()
    return [(each.partition(" --hash")[0].strip(), len(HASH.findall(each))) for each in joined]


def pinned(lock):
    """{name: version} of everything that a lock file pins."""
    found = [Requirement(each) for each, _ in entries(lock)]
    return {canonicalize_name(each.name): Version(str(each.specifier).removeprefix("==")) for each in found}


def meant(group=None):
    """What pyproject.toml asks for, for running or for a group besides."""
    facts = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return [
        Requirement(each) for each in (facts["dependency-groups"][group] if group else facts["project"]["dependencies"])
    ]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_line_is_locked_with_hashes_and_names_no_place(lock):
    found = entries(lock)
    assert len(found) > 5
    wrong = [each for each, hashes in found if not hashes or not re.fullmatch(r"[\w.\[\],-]+==[\w.!+]+( ; .*)?", each)]
    assert wrong == []
    assert not re.search(r"https?://|--(index|extra|find|trusted|no-index)", lock.read_text()), "a place to fetch from"


def test_what_is_pinned_is_what_was_meant():
    for lock, wanted in ((LOCKS[0], meant()), (LOCKS[1], meant() + meant("dev"))):
        have = pinned(lock)
        for each in wanted:
            version = have.get(canonicalize_name(each.name))
            assert version is not None, f"{each.name} is not in {lock.name}: make requirements"
            assert each.specifier.contains(version), f"{lock.name} has {each.name} {version}: make requirements"


def test_both_locks_agree():
    running, developing = pinned(LOCKS[0]), pinned(LOCKS[1])
    assert {name: developing.get(name) for name in running} == running


def test_only_what_pages_need_is_in_the_runtime_requirements():
    tools = {canonicalize_name(each.name) for each in meant("dev")}
    assert tools & set(pinned(LOCKS[0])) == set()


def test_the_list_of_parts_names_every_pinned_library():
    """`make sbom`: CycloneDX, made without a network, of what runs where people are recorded."""
    words = [sys.executable, "-m", "cyclonedx_py", "requirements", str(LOCKS[0]), "--of", "JSON"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    parts = json.loads(done.stdout)["components"]
    assert {canonicalize_name(each["name"]): Version(each["version"]) for each in parts} == pinned(LOCKS[0])
    assert all(each.get("purl", "").startswith("pkg:pypi/") for each in parts)


def test_the_canary_of_the_audit_has_a_fault_that_is_known():
    """Its pin is older than every release without these faults; no lock of ours may hold it."""
    name, _, version = audit.CANARY.partition("==")
    for lock in LOCKS:
        assert pinned(lock).get(canonicalize_name(name), Version("9999")) > Version(version)


SAID = {"dependencies": [{"name": "a", "version": "1", "vulns": [{"id": "X-1", "fix_versions": ["2"]}]}]}


def test_a_fault_that_is_known_is_found_and_named():
    assert audit.faults_in(json.dumps(SAID)) == ["a 1: X-1, mended in 2"]
    assert audit.faults_in(json.dumps({"dependencies": [{"name": "a", "version": "1", "vulns": []}]})) == []


def test_a_library_that_was_not_looked_up_is_never_called_well():
    skipped = {"dependencies": [{"name": "a", "skip_reason": "not found"}]}
    assert audit.faults_in(json.dumps(skipped)) == ["a was not looked up: not found"]
