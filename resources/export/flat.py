"""One row for each entry, for people with a spreadsheet. Less than HSDS: it is no way to keep everything."""

import csv
from io import StringIO

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from resources.export import hsds, leaving
from resources.export.cells import neutral
from resources.export.taxonomies import LANGUAGE

MARK = "\ufeff"  # tells spreadsheets that this is UTF-8
BETWEEN = "; "
KINDS = ["voice", "sms", "chat", "email", "tty", "whatsapp"]
YES_OR_NO = {True: _("yes"), False: _("no"), None: ""}
#: The headings. They are not translated: the import knows them.
HEADINGS = ["id", "name", "organisation", "organisation_url", "description", "country", "region", *KINDS, "url"]
HEADINGS += ["hours", "languages", "language_note", "for_whom", "from_age", "to_age", "categories", "cost"]
HEADINGS += ["crisis_line", "free", "anonymous", "answered_by_people", "open_to_everybody", "may_act_without_consent"]
HEADINGS += ["addresses", "areas_served", "good_to_know", "other_names", "status", "verification", "checked_on"]
HEADINGS += ["replaced_by", "last_modified"]


def written(entries):
    """The table in pieces of text."""
    yield MARK + line(HEADINGS)
    for resource in leaving.each(entries):
        with override(LANGUAGE):
            cells = row(resource)
        yield line([cells[name] for name in HEADINGS])


def line(cells):
    text = StringIO()
    csv.writer(text, lineterminator="\r\n").writerow([neutral("" if cell is None else cell) for cell in cells])
    return text.getvalue()


def row(resource):
    successor = hsds.leaves(resource.successor)
    return {
        **{name: getattr(resource, name) for name in ("name", "description", "country", "region", "url", "cost")},
        **reached(resource),
        **flags(resource),
        **lists(resource),
        "id": str(resource.pk),
        "organisation": resource.organisation.name,
        "organisation_url": resource.organisation.url,
        "hours": resource.hours_text,
        "language_note": resource.language_note,
        "from_age": resource.age_min,
        "to_age": resource.age_max,
        "status": hsds.status(resource),
        "verification": hsds.verification(resource),
        "checked_on": resource.checked_on and resource.checked_on.isoformat(),
        "replaced_by": successor and successor.name,
        "last_modified": resource.last_modified.isoformat(),
    }


def reached(resource):
    """The ways to reach it, by kind, in the words one would say: “988, then press 1”."""
    return {kind: BETWEEN.join(str(each.words) for each in resource.contacts if each.kind == kind) for kind in KINDS}


def flags(resource):
    names = ["free", "anonymous", "answered_by_people", "open_to_everybody", "crisis_line"]
    known = {name: getattr(resource, f"is_{name}") for name in names}
    known["may_act_without_consent"] = resource.may_act_without_consent
    return {name: str(YES_OR_NO[value]) for name, value in known.items()}


def lists(resource):
    found = {
        "languages": resource.languages,
        "for_whom": resource.audience,
        "categories": resource.categories,
        "good_to_know": resource.caveats,
        "addresses": [", ".join(location.lines) for location in resource.locations.all()],
        "areas_served": [f"{row.subdivision} {row.country}".strip() for row in resource.coverage.all()],
        "other_names": [alias.words for alias in resource.aliases.all()],
    }
    return {name: BETWEEN.join(each for each in texts if each) for name, texts in found.items()}
