"""`make ux`: runs the tests of every target, then prints each promise with its limit beside what was measured."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.ux.table import RESULTS, Table

PYTEST = [sys.executable, "-m", "pytest", "-p", "tests.ux.table", "--no-header", "-q"]
RUNS = [
    ["-n", "2", "--dist", "loadgroup", "-m", "target and not clock"],
    ["-m", "target and clock"],  # alone: what it measures is time
]


def main(arguments):
    table, codes = Table(), []
    with tempfile.TemporaryDirectory(prefix="doorway-ux-") as folder:
        for number, run in enumerate(RUNS):
            results = Path(folder) / f"{number}.json"
            command = [*PYTEST, *run, *arguments]
            env = os.environ | {RESULTS: str(results)}
            codes.append(subprocess.run(command, env=env, check=False).returncode)
            table.read(results)
    print(table)
    return max(codes)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
