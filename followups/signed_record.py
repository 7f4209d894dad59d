"""The second version of the signed content: the record in its twelve elements, each fact of it once.

What is signed holds the same facts more than once: by element, and beside that as plain lists for other programs.
Paper shows them by element, and after that the eleven steps and what happened when.
"""

from django.utils.translation import gettext as _

from followups.signed_words import TITLES, Row, Section, step_row, timeline_rows
from followups.signed_words import sections_of as any_version
from sessions_app import elements

OF_THE_RECORD = "record-"


def sections_of(content, *, zone, has_attempts=True):
    """The chart's sections in the order they are read; `zone` is the wall that times are told by.

    Without `has_attempts`, nothing says whether and how anybody tried to reach the client.
    """
    if not content.get("record"):
        return any_version(without_attempts(content, has_attempts), zone=zone)
    found = [element_section(each, content, has_attempts=has_attempts) for each in content["record"]]
    steps = tuple(step_row(each, zone=zone) for each in content.get("steps", []))
    when = tuple(timeline_rows(content.get("timeline", []), content, zone=zone))
    found += [Section("steps", str(TITLES["steps"]), steps), Section("timeline", str(TITLES["timeline"]), when)]
    return [section for section in found if section.rows]


def without_attempts(content, has_attempts):
    return content if has_attempts else {name: said for name, said in content.items() if name != "attempts"}


def element_section(element, content, *, has_attempts):
    name = element["element"]
    rows = element["rows"] if has_attempts else rows_without_attempts(name, element["rows"], content)
    title = elements.TITLES.get(name, element["title"])
    return Section(f"{OF_THE_RECORD}{name}", str(title), tuple(map(row_of, rows)))


def row_of(row):
    """The words, and how that is known where they do not say so themselves."""
    words, source = row["words"], row.get("source", "").lower()
    if source and f"({source})" not in words:
        words = _("%(words)s (%(source)s)") % {"words": words, "source": source}
    return Row(row["label"], words)


def rows_without_attempts(name, rows, content):
    """Attempts stand in two elements, at places that the plain lists tell: see `sessions_app.elements`."""
    attempts = content.get("attempts", [])
    if name == "told":
        return rows[sum(each["is_third_party"] for each in attempts) :]
    if name == "plan":
        start = bool(content["answers"]["check_in_at"]) + len(content.get("plan", []))
        return rows[:start] + rows[start + len(attempts) :]
    return rows
