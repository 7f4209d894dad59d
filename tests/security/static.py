"""bandit and detect-secrets: static analysis without network, in `make lint` and in `make security`."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.security import Result

NAME = "static"
ORDER = 1
PROJECT = Path(__file__).resolve().parent.parent.parent
ROOMS = ["accounts", "config", "followups", "protocols", "resources", "sessions_app", "manage.py"]
#: Made here, found by each tool, kept nowhere.
BROKEN = """import subprocess
subprocess.call("ls " + input(), shell=True)
def find(cursor, name):
    cursor.execute("SELECT * FROM people WHERE name = '" + name + "'")
"""
SECRET = 'AWS_KEY = "AKIA{}"\npassword = "{}"\n'


def run(target):
    """bandit on our code and detect-secrets on every file; each finds its canary first"""
    with tempfile.TemporaryDirectory() as folder:
        return attempt(Path(folder))


def attempt(folder):
    (folder / "broken.py").write_text(BROKEN)
    (folder / "leaky.py").write_text(SECRET.format("IOSFODNN7EXAMPLE", "hunter2-Kx9v!Qz31"))
    known = {each["test_id"] for each in bandit([folder / "broken.py"])} & {"B602", "B608"}
    secrets = {each["type"] for each in secrets_in(["leaky.py"], cwd=folder)} & {"AWS Access Key", "Secret Keyword"}
    files = tracked()
    faults = bandit([PROJECT / each for each in ROOMS])
    kept = secrets_in([each for each in files if not each.startswith("tests/")], cwd=PROJECT)
    kept += secrets_in([each for each in files if each.startswith("tests/")], "Keyword", "BasicAuth", cwd=PROJECT)
    found = [f"{place(each['filename'])}:{each['line_number']} {each['test_id']}" for each in faults]
    found += [f"{each['filename']}:{each['line_number']} {each['type']}" for each in kept]
    return Result(f"bandit on {len(ROOMS)} rooms, detect-secrets on {len(files)} files",
                  canary=(len(known) + len(secrets), 4), found=found)  # fmt: skip


def bandit(paths):
    """Findings of medium severity and more; what is meant carries `# nosec` with its number and a reason."""
    words = [sys.executable, "-m", "bandit", "-q", "-r", *map(str, paths), "-ll", "-f", "json"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return json.loads(done.stdout)["results"]


def tracked():
    """Every file of the project that git knows, but lists of hashes, translations and pictures."""
    listed = subprocess.run(["git", "ls-files"], cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    return [each for each in listed.splitlines() if not each.endswith((".txt", ".po", ".mo", ".png", ".webp", ".svg"))]


def secrets_in(files, *without, cwd):
    """Lines that hold a key or a password. In tests every password is one in the open, so those kinds are left out."""
    words = [sys.executable, "-m", "detect_secrets", "scan", "--no-verify", *files]
    words += [word for each in without for word in ("--disable-plugin", f"{each}Detector")]
    done = subprocess.run(words, cwd=cwd, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)["results"]
    return [each for results in found.values() for each in results]


def place(path):
    return str(Path(path).resolve()).removeprefix(f"{PROJECT}/")


if __name__ == "__main__":
    result = run(None)
    print(*result.found, sep="\n", end="\n" if result.found else "")
    sys.exit(not result.is_clean and f"static: {len(result.found)} found, canary {result.canary}")
