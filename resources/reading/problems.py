"""What is wrong with what was uploaded, in words, and what became of each of its rows."""

from dataclasses import dataclass, field

ERROR, WARNING, NOTE = "error", "warning", "note"

USED, WARNING_USED, DUPLICATE, BLANK = "used", "warning-used", "duplicate", "blank"
REJECTED, UNUSED = "rejected", "unused"


class Unreadable(ValueError):
    """The upload as a whole cannot be read. Its message is for people."""


@dataclass(frozen=True)
class Fault:
    """What is wrong with a value, before it is known where the value stands.

    `error`: the value was not taken. `warning`: it was, and somebody should look. `note`: good to know.
    """

    code: str
    reason: str
    fix: str = ""
    severity: str = ERROR

    def at(self, file, line, *, column="", value=""):
        return Problem(file, line, column, str(value), self.reason, self.fix, code=self.code, severity=self.severity)


@dataclass(frozen=True)
class Problem:
    """One fault at one place. `line` is the line of the file, the row of the sheet, or the number of the record."""

    file: str
    line: int
    column: str
    value: str
    reason: str
    fix: str = ""
    code: str = ""
    severity: str = ERROR


@dataclass(frozen=True)
class RowOutcome:
    """What became of one row of the upload. `cells` are its words as they stood there, for giving it back.

    `offer_keys` name the offers it went into; `first_line` is the earlier row that a duplicate repeats.
    """

    file: str
    line: int
    outcome: str
    offer_keys: tuple = ()
    reason: str = ""
    problems: tuple = ()
    cells: tuple = ()
    first_line: int | None = None


@dataclass(slots=True, eq=False)
class Row:
    """One row while it is being read. `values` are its cells under the names this package uses."""

    file: str
    line: int
    values: dict
    kind: str = ""
    cells: tuple = ()
    names: dict = field(default_factory=dict)  # this package's name of a column -> the file's
    numeric: frozenset = (
        frozenset()
    )  # columns whose cell was a number in a workbook: names, or positions of unnamed ones
    owner: "Row | None" = None  # the record of a JSON document that this is a part of
    outcome: str = ""
    reason: str = ""
    offer_keys: dict = field(default_factory=dict)
    problems: list = field(default_factory=list)
    first_line: int | None = None

    def get(self, column):
        return self.values.get(column, "")

    def add(self, fault, column="", value=None):
        """Note `fault`; parts of a record note it at their record."""
        value = self.get(column) if value is None else value
        name = self.names.get(column, column)
        if self.owner:
            self.owner.add(fault, f"{self.kind}.{name}" if name else self.kind, value)
        else:
            problem = fault.at(self.file, self.line, column=name, value=value)
            if problem not in self.problems:  # documents repeat the same object in many places
                self.problems.append(problem)

    def reject(self, fault, column="", value=None):
        """Note `fault` and take nothing from this row."""
        self.add(fault, column, value)
        self.outcome, self.reason = REJECTED, fault.reason

    def leave(self, reason):
        """Say why this row is of no use, unless it is already told or has been used."""
        if not self.outcome and not self.offer_keys:
            self.outcome, self.reason = UNUSED, reason

    def use(self, *offer_keys):
        self.offer_keys.update(dict.fromkeys(offer_keys))
        if self.owner:
            self.owner.use(*offer_keys)

    @property
    def is_out(self):
        return self.outcome in (REJECTED, DUPLICATE, BLANK)

    def told(self):
        """The outcome of this row, once everything has been read."""
        outcome = self.outcome
        if not outcome or (self.offer_keys and not self.is_out):
            has_warnings = any(problem.severity != NOTE for problem in self.problems)
            outcome = (WARNING_USED if has_warnings else USED) if self.offer_keys else UNUSED
        reason = self.reason or (self.problems[0].reason if self.problems else "")
        return RowOutcome(
            self.file, self.line, outcome, tuple(self.offer_keys), reason if outcome != USED else "",
            tuple(self.problems), self.cells, self.first_line,
        )  # fmt: skip
