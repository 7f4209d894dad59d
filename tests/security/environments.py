"""Where the outside tools live: each in an environment of its own below `.local/security`, pinned and hashed.

They are never installed into Doorway's own environment: their requirements are none of ours, and some contradict ours.
`requirements-<tool>.in` names the tool, `requirements-<tool>.txt` pins all it needs. To renew one (needs uv):

    cd tests/security && uv pip compile --quiet --universal --python-version 3.11 --upgrade --generate-hashes \
        --no-emit-index-url requirements-wapiti.in -o requirements-wapiti.txt
"""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from config.local import browser
from tests.security import CannotRun

HERE = Path(__file__).resolve().parent
PLACE = HERE.parent.parent / ".local" / "security"
PATIENCE = 900  # seconds for an installation


def python_tool(name):
    """The folder of programs of the tool's own environment, made when it is missing or its requirements changed."""
    wanted = HERE / f"requirements-{name}.txt"
    folder = PLACE / name
    mark = folder / f"ready-{hashlib.sha256(wanted.read_bytes()).hexdigest()[:16]}"
    if not mark.exists():
        shutil.rmtree(folder, ignore_errors=True)
        install(name, folder, wanted)
        mark.touch()
    return folder / "bin"


def install(name, folder, wanted):
    print(f"   Installing {name} into {folder.relative_to(PLACE.parent.parent)} …", flush=True)
    pip = [folder / "bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    for command in ([sys.executable, "-m", "venv", folder], [*pip, "--require-hashes", "-r", wanted]):
        done = run(command, seconds=PATIENCE)
        if done.returncode:
            shutil.rmtree(folder, ignore_errors=True)
            last = (done.stderr or done.stdout).strip().splitlines()[-1:]
            raise CannotRun(f"{name} could not be installed: {' '.join(last)[:160]}")


def debian_tool(program, package):
    """The path of a program of Debian's, installed where that is allowed."""
    if not shutil.which(program):
        browser.install([package], what="make security")
    found = shutil.which(program)
    if not found:
        raise CannotRun(f"{program} is missing. On Debian: apt-get install {package}")
    return found


def run(command, *, seconds, **more):
    """A program to its end, with what it said; one that takes too long is killed and is a failure."""
    words = [str(each) for each in command]
    return subprocess.run(words, capture_output=True, text=True, timeout=seconds, check=False, **more)
