"""Prints every target with its limit beside what was measured: a plugin of pytest, `-p tests.ux.table`."""

from collections import defaultdict

from tests.ux.targets import TARGETS

FIGURE, ABOUT = "figure", "target"
COLUMNS = "  {:<12}{:<55}{:<17}{:<18}{}"


class Table:
    """What the tests of each target came to. A test may run in another process; its report comes here."""

    def __init__(self):
        self.values, self.remarks = defaultdict(list), {}
        self.outcomes = defaultdict(lambda: defaultdict(int))

    def pytest_runtest_logreport(self, report):
        facts = [(name, each) for name, each in report.user_properties if name in (FIGURE, ABOUT)]
        if report.when == "call" or report.outcome != "passed":
            for number in {each for name, each in facts if name == ABOUT}:
                self.outcomes[number][report.outcome] += 1
                if report.skipped:
                    self.remarks[number] = report.longrepr[2].removeprefix("Skipped: ")
        if report.when == "call":
            for number, value in (each for name, each in facts if name == FIGURE):
                self.values[number].append(value)

    def pytest_terminal_summary(self, terminalreporter):
        write = terminalreporter.write_line
        terminalreporter.section("what was promised")
        write(COLUMNS.format("number", "what", "limit", "measured", "holds"))
        for number, target in TARGETS.items():
            write(COLUMNS.format(number, target.what, target.limit, self.measured(number), self.verdict(number)))
        for why in sorted(set(self.remarks.values())):
            write(f"  Not run: {why}")

    def measured(self, number):
        values, outcomes = self.values[number], self.outcomes[number.partition(" ")[0]]
        if values:
            return f"{TARGETS[number].worst(values):.4g}"
        if outcomes["passed"] + outcomes["failed"] and TARGETS[number].at_most is None:
            return f"{outcomes['passed']} of {outcomes['passed'] + outcomes['failed']} tests"
        return "not run"

    def verdict(self, number):
        values, outcomes = self.values[number], self.outcomes[number.partition(" ")[0]]
        if self.measured(number) == "not run":
            return "NO" if outcomes["failed"] else "?"
        is_so = not values or TARGETS[number].holds(TARGETS[number].worst(values))
        if values and number != number.partition(" ")[0]:
            return "yes" if is_so else "NO"  # its figure alone; the tests count for the promise itself
        return "yes" if is_so and not outcomes["failed"] else "NO"


def pytest_configure(config):
    config.pluginmanager.register(Table(), "table of targets")
