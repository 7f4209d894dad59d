"""A policy as a file that people can read: written, and read back with every doubt named by its place.

A file from elsewhere is not believed: columns, codes, times and words are looked at, and what is not known is refused.
"""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from followups.models import PolicyEscalation, PolicyOverlay, PolicyTask, Situation
from followups.policy_content import COLUMNS
from followups.policy_forms import LONGEST, MOST_WORKING_DAYS
from protocols import red_lines
from protocols.readable import Look, written
from sessions_app.models import ResponseLevel

FORM = {"format": "doorway-follow-up-policy", "format_version": 1}
MOST_ROWS = 40
WORDS = ("title", "script", "source")
MAY_BE_NOTHING = ("least_days", "least_channels")
MOST_MINUTES = LONGEST.total_seconds() / 60


def write(content, *, number=None):
    """The file of a policy, as text."""
    return written(FORM | {"number": number}, content)


def read(found):
    """The policy in a parsed file, as `policy_content` has it. Raises Unreadable."""
    look = PolicyLook()
    return look.finish(look.policy(found))


class PolicyLook(Look):
    """One look through the file of a policy."""

    def policy(self, value):
        value = self.table(value, "file", known=["format", "format_version", "number", "title", "levels", "situations"])
        if not self.is_of(value, FORM, otherwise=_("This is no follow-up policy that Doorway can read.")):
            return {}
        title = self.title(value)
        levels = self.table(value.get("levels"), "levels", known=ResponseLevel.values)
        situations = self.table(value.get("situations", {}), "situations", known=Situation.values)
        return {
            "title": title,
            "levels": {name: self.level(levels.get(name), f"levels.{name}") for name in ResponseLevel.values},
            "situations": {
                name: self.listed(PolicyOverlay, situations[name], f"situations.{name}")
                for name in Situation.values
                if situations.get(name)
            },
        }

    def level(self, value, place):
        value = self.table(value, place, known=["tasks", "ladder"])
        ladder = self.listed(PolicyEscalation, value.get("ladder"), f"{place}.ladder")
        if value.get("ladder") == []:
            self.wrong(f"{place}.ladder", _("Somebody has to be told when nobody answers."))
        told = [(row.get("step"), row.get("told")) for row in ladder]
        if len(set(told)) < len(told):
            self.wrong(f"{place}.ladder", _("The same one twice."))
        return {"tasks": self.listed(PolicyTask, value.get("tasks"), f"{place}.tasks"), "ladder": ladder}

    def listed(self, model, value, place):
        rows = self.rows(value, place, most=MOST_ROWS)
        return [self.row(model, row, f"{place}.{number}") for number, row in enumerate(rows, start=1)]

    def row(self, model, value, place):
        """A row with every column of its kind, each of which its table would take."""
        value = self.table(value, place, known=COLUMNS[model])
        found = {name: self.column(model, name, value, f"{place}.{name}") for name in COLUMNS[model]}
        found = {name: each for name, each in found.items() if each is not None or name in MAY_BE_NOTHING}
        for name, words in whole(model, found):
            self.wrong(f"{place}.{name}", words)
        return found

    def column(self, model, name, value, place):
        """One value, or None where it is none that could stand."""
        field, given = model._meta.get_field(name), value.get(name)
        if given is None:
            if name not in MAY_BE_NOTHING or name not in value:
                self.wrong(place, _("This is missing."))
            return None
        kind = type(field.get_default()) if name == "levels" else (int if field.get_internal_type() in NUMBERS else str)
        if type(given) is not kind:
            self.wrong(place, TOLD[kind]())
            return None
        try:
            given = field.clean(given.strip() if kind is str else given, None)
        except ValidationError as error:
            self.wrong(place, " ".join(error.messages))
            return None
        if name in WORDS and any(red_lines.advises(given, language) for language in red_lines.ADVICE):
            self.wrong(place, str(red_lines.ADVISES))
        return given


NUMBERS = ("PositiveIntegerField", "PositiveSmallIntegerField")
TOLD = {
    int: lambda: _("Here should be a whole number."),
    str: lambda: _("Here should be words in quotation marks."),
    list: lambda: _("Here should be a list: […]."),
}


def whole(model, row):
    """What is wrong with the columns of a row together, as (column, words)."""
    minutes, days = row.get("after_minutes", 0), row.get("after_working_days", 0)
    if any(not row.get(name, "").isprintable() for name in ("title", "source")):
        yield "title", _("One line, without signs that cannot be printed.")
    if model is PolicyEscalation:
        if (minutes > 0) == (days > 0):
            yield "after_minutes", _("Either minutes or working days, and more than none.")
        if days > MOST_WORKING_DAYS or minutes > MOST_WORKING_DAYS * 1440:
            yield "after_minutes", _("That is too long for somebody to wait.")
        if row.get("step") == 0:
            yield "step", _("Steps count from 1.")
    elif minutes > MOST_MINUTES:
        yield "after_minutes", _("That is more than a year.")
    if row.get("effect", "rule") != "rule" and (row.get("least_days") or row.get("least_channels")):
        yield "effect", _("Only a rule has limits.")
