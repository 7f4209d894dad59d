"""What git runs before a commit is what `make lint` runs, all of it from here."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
HOOKS = ROOT / ".pre-commit-config.yaml"
COMMIT = ["-c", "user.name=Somebody", "-c", "user.email=somebody@clinic.example", "commit", "-q", "-m", "a change"]


def hooks():
    return [hook for repo in yaml.safe_load(HOOKS.read_text())["repos"] for hook in repo["hooks"]]


def test_nothing_is_fetched():
    assert {repo["repo"] for repo in yaml.safe_load(HOOKS.read_text())["repos"]} == {"local"}
    assert {hook["language"] for hook in hooks()} == {"system"}
    assert "://" not in HOOKS.read_text()


def test_they_are_the_checks_of_make_lint():
    makefile = (ROOT / "Makefile").read_text().replace("$(RUN)", ".venv/bin/python")
    lint = re.search(r"^lint:.*?\n((?:\t.*\n)+)", makefile, re.MULTILINE).group(1)
    said = [line.removeprefix("\t@").removesuffix(" .") for line in lint.splitlines()]
    assert [hook["entry"].replace(" --force-exclude", "") for hook in hooks()] == said


@pytest.fixture
def fresh_clone(tmp_path):
    """A repository with one hook of ours in it, installed as `make hooks` does it."""
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    (tmp_path / ".venv").symlink_to(ROOT / ".venv")
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text())
    kept = {"repos": [{"repo": "local", "hooks": [hook for hook in hooks() if hook["id"] == "ruff"]}]}
    (tmp_path / HOOKS.name).write_text(yaml.safe_dump(kept))
    subprocess.run([".venv/bin/pre-commit", "install"], cwd=tmp_path, check=True, capture_output=True)
    return tmp_path


@pytest.mark.skipif(not shutil.which("git"), reason="git is not here")
@pytest.mark.parametrize(("code", "is_taken"), [("import os, sys\n", False), ("NUMBER = 1\n", True)])
def test_a_commit_with_a_mistake_is_refused(fresh_clone, code, is_taken):
    (fresh_clone / "new.py").write_text(code)
    subprocess.run(["git", "add", "new.py", HOOKS.name], cwd=fresh_clone, check=True)
    env = {"PATH": f"{Path(shutil.which('git')).parent}:/usr/bin:/bin", "HOME": str(fresh_clone)}
    done = subprocess.run(["git", *COMMIT], cwd=fresh_clone, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode == 0) is is_taken, done.stdout + done.stderr
    assert ("code style" in done.stdout + done.stderr) is True
