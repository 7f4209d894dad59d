"""What a reader of the record will look for and not find: what, why, and where it can be noted.

A list, never a score: nothing here is counted, and nothing is required. "Not provided" is an answer like any other;
it is kept with the report and stands in what is signed. What a step says could not be, or was not needed, is no gap.
"""

from dataclasses import dataclass

from django.urls import reverse

from sessions_app.looked_for import GAPS

CODES = {gap.code for gap in GAPS}


@dataclass(frozen=True)
class Missing:
    code: str
    element: str
    what: str
    why: str
    address: str
    is_said: bool  # the author said "not provided"


def of(record):
    """What is missing of a `record.Record`, in the order of the record."""
    said = set(record.report.not_provided)
    found = [gap for gap in GAPS if gap.is_open(record)]
    return [
        Missing(
            gap.code, gap.element, gap.what, gap.why, address_of(gap.place, record.departure), is_said=gap.code in said
        )
        for gap in found
    ]


def address_of(place, departure):
    """Where it can be noted, down to the field. Notes lead back to the report."""
    step, _space, name = place.partition(" ")
    if name:
        return f"{reverse('note-details', args=[departure.pk, step])}?from=report#id_{step}-{name}"
    page, hash_sign, anchor = place.partition("#")
    return f"{reverse(page, args=[departure.pk])}{hash_sign}{anchor}"
