"""What is read before a report is signed: the record as it will stand, what a reader will miss, words to weigh."""

from django.urls import reverse

from protocols import editions
from sessions_app import captures, record, wording


def what_is_checked(report):
    """The context of the page. `report.departure` needs `for_page()`."""
    made, rules = record.Record(report.departure, report), wording.in_force()
    return {
        "facts": record.facts_of(report.departure),
        "elements": made.elements,
        "missing": made.missing,
        "steps": record.steps_of(report.departure, states=made.states.values()),
        "suggestions": wording.weigh(report.account, kept=report.words_kept, rules=rules),
        "of_notes": list(of_notes(made, rules)),
    }


def of_notes(made, rules):
    """Words to weigh in what was noted at the steps, as (label, address, suggestion); the client's own never."""
    for step in editions.steps_of(made.departure.protocol_version_id):
        for name in step.every_capture:
            capture = captures.CAPTURES.get(name)
            if capture and capture.kind == "text" and not capture.source and name in made.noted:
                address = reverse("note-details", args=[made.departure.pk, step.slug])
                for each in wording.weigh(made.noted[name], kept=made.report.words_kept, rules=rules):
                    yield capture.label, f"{address}?from=report#id_{step.slug}-{name}", each
