"""What the tests said about each target, and the table made of it. As pytest's plugin it writes down what it hears."""

import json
import os
from pathlib import Path

from tests.ux.targets import TARGETS

RESULTS = "UX_RESULTS"  # the environment variable that names the file to write to
LINE = "{:<12}{:<57}{:<17}{:<16}{}"


class Listener:
    """Writes down what each test measured and how it ended; a test may run in another process."""

    def __init__(self):
        self.heard = []

    def pytest_runtest_logreport(self, report):
        facts = {"targets": [each for name, each in report.user_properties if name == "target"]}
        if not facts["targets"] or (report.when != "call" and report.passed):
            return
        facts["figures"] = [each for name, each in report.user_properties if name == "figure"]
        facts["ended"], facts["why"] = report.outcome, report.longrepr[2] if report.skipped else ""
        self.heard.append(facts)

    def pytest_sessionfinish(self, session):
        if RESULTS in os.environ and not hasattr(session.config, "workerinput"):
            Path(os.environ[RESULTS]).write_text(json.dumps(self.heard))


def pytest_configure(config):
    config.pluginmanager.register(Listener(), "table of targets")


class Table:
    """Every target: its limit, what was measured, and whether it holds."""

    def __init__(self):
        self.heard = []

    def read(self, results):
        """Add what a run has written down; one that never got so far has written nothing."""
        if results.exists():
            self.heard += json.loads(results.read_text())

    def __str__(self):
        head = LINE.format("", "what", "limit", "measured", "holds")
        reasons = {facts["why"].removeprefix("Skipped: ") for facts in self.heard if facts["why"]}
        notes = [f"Not run: {why}." for why in sorted(reasons)]
        return "\n".join(["", head, *map(self.line, TARGETS), *notes])

    def line(self, number):
        target, about = TARGETS[number], number.partition(" ")[0]
        ends = [facts["ended"] for facts in self.heard if about in facts["targets"]]
        values = [value for facts in self.heard for name, value in facts["figures"] if name == number]
        worst = target.worst(values) if values else None
        measured = f"{worst:.4g}" if values else "not run"
        if target.is_kept_by_tests and ends:
            measured = f"{ends.count('passed')} of {len(ends)} tests"
        return LINE.format(number, target.what, target.limit, measured, self.verdict(target, worst, ends))

    @staticmethod
    def verdict(target, worst, ends):
        """A figure speaks for itself; where there is none, or it may hide a test that fell over, the tests do."""
        is_told = worst is not None or (target.is_kept_by_tests and "passed" in ends)
        if (worst is not None and not target.holds(worst)) or "failed" in ends:
            return "NO"
        return "yes" if is_told else "?"
