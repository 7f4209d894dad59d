"""Which rows belong together: services with their organisations, places, numbers and hours, tied by keys."""

import re
from collections import defaultdict

from django.utils.translation import gettext_lazy as _

from resources.reading.problems import DUPLICATE, ERROR, REJECTED, WARNING, Fault

#: Tables whose rows have a key of their own that others refer to.
KEYED = (
    "organization",
    "location",
    "program",
    "service",
    "contact",
    "taxonomy_term",
    "taxonomy",
    "service_at_location",
)
TIED = ("phone", "contact", "schedule", "holiday_schedule", "address", "postal_address", "language", "service_area",
        "cost_option", "eligibility", "required_document", "attribute")  # fmt: skip
#: A key column and the table it points to, nearest to the service first.
PARENTS = {
    "service_id": "service",
    "service_at_location_id": "service_at_location",
    "contact_id": "contact",
    "phone_id": "phone",
    "location_id": "location",
    "organization_id": "organization",
}
WORDS = {
    "organization": _("organisation"), "location": _("location"), "program": _("programme"), "service": _("service"),
    "contact": _("contact"), "taxonomy_term": _("category"), "service_at_location": _("service at a location"),
    "phone": _("number"),
}  # fmt: skip
#: What is said of a row that names nothing it belongs to.
ORPHANS = {
    "phone": _("The number belongs to nothing: no service, location, organisation or contact is named."),
    "contact": _("The contact belongs to nothing: no service, location or organisation is named."),
    "schedule": _("The hours belong to nothing: neither a service nor a location is named."),
    "holiday_schedule": _("The holiday belongs to nothing: neither a service nor a location is named."),
    "program": _("The programme belongs to no organisation: none is named."),
    "address": _("The address belongs to no location: none is named."),
    "postal_address": _("The mail address belongs to no location: none is named."),
    "language": _("The language belongs to nothing: no service, location or number is named."),
    "service_area": _("The area belongs to no service: none is named."),
}
NAME_IT = _("Write the id of the row it belongs to.")


def ids(text):
    """Keys in a cell; some programs put several into one."""
    return [part.strip() for part in re.split(r"[,;|]", str(text)) if part.strip() and part.strip().lower() != "null"]


class Relations:
    """All rows of an upload by table and key. `children(kind, table, key)` are the rows that name that key.

    Ties to rows that are not there are noted at the row that has them.
    """

    def __init__(self, rows):
        self.rows = rows
        self.of_kind = defaultdict(list)
        self.by_id = {kind: {} for kind in (*KEYED, "phone")}
        self.children_of = defaultdict(list)
        for row in rows:
            if not row.is_out or row.kind == "service":
                self.of_kind[row.kind].append(row)
        self.twins = defaultdict(list)  # key of a service -> what other rows with that key say differently
        self.present = {kind for kind, found in self.of_kind.items() if found}
        for kind in (*KEYED, "phone"):
            self.index(kind)
        for row in rows:
            if row.kind in TIED and not row.is_out:
                self.tie(row)
            elif row.outcome == REJECTED and row.kind in TIED:
                self.note_lost(row)
        self.tie_services()

    def index(self, kind):
        """The rows of `kind` by key. Another row with the same key adds nothing; where they differ is noted."""
        found = self.by_id[kind]
        for row in self.of_kind[kind]:
            key = str(row.get("id"))
            if not key or row.is_out:
                continue
            if key in found and kind in ("organization", "location", "service", "program", "taxonomy_term"):
                self.note_twin(row, found[key])
            found.setdefault(key, row)

    def note_twin(self, row, first):
        """A second row with a key that was there already: the first one counts."""
        if row.owner:
            return
        differing = [column for column in row.names if row.get(column) != first.get(column)]
        row.first_line = first.line
        where = {"line": first.line, "file": first.file}
        if not differing:
            row.outcome = DUPLICATE
            row.reason = _("It repeats line %(line)s of %(file)s.") % where
            return
        facts = {"line": first.line, "columns": ", ".join(row.names[column] for column in differing)}
        reason = _("Line %(line)s has the same id; they differ in: %(columns)s. The first one was taken.") % facts
        fix = _("Keep the row that is right and take the other out.")
        row.add(Fault("same-id", reason, fix, WARNING), differing[0])
        if row.kind == "service":
            self.twins[str(row.get("id"))].append(row.problems[-1])

    def tie(self, row):
        """Put `row` under the nearest row it names."""
        named, found = False, []
        for column, kind in self.ties_of(row):
            keys = ids(row.get(column))
            named = named or bool(keys)
            known = [key for key in keys if key in self.by_id[kind] and self.by_id[kind][key] is not row]
            found.append((column, kind, known, [key for key in keys if key not in self.by_id[kind]]))
        nearest = next(((kind, known) for _column, kind, known, _lost in found if known), None)
        for column, kind, _known, lost in found:
            if lost and not (nearest and kind not in self.present):
                severity = WARNING if nearest else ERROR
                row.add(dangling(kind, lost, severity, is_there=kind in self.present), column, ", ".join(lost))
        if nearest:
            for key in nearest[1]:
                self.children_of[row.kind, nearest[0], key].append(row)
        elif named:
            row.outcome, row.reason = REJECTED, (row.problems or row.owner.problems)[-1].reason
        elif row.kind in ORPHANS and not self.is_listed(row):
            row.reject(Fault("orphan", ORPHANS[row.kind], NAME_IT))

    def note_lost(self, row):
        """Keys of a row that is out already, where they lead nowhere: whoever mends it should know."""
        for column, kind in self.ties_of(row):
            lost = [key for key in ids(row.get(column)) if key not in self.by_id[kind]]
            if lost:
                row.add(dangling(kind, lost, ERROR, is_there=kind in self.present), column, ", ".join(lost))

    def ties_of(self, row):
        if row.kind == "attribute" and row.get("link_id") and not row.get("service_id"):
            return [("link_id", "service")] if row.get("link_entity") in ("", "service", "link_entity") else []
        return [(column, kind) for column, kind in PARENTS.items() if row.get(column)]

    def is_listed(self, row):
        """Whether services list the row by its key (ORServices) instead of the row naming its service."""
        column = {"phone": "phone_ids", "schedule": "schedule_ids", "address": "address_ids"}.get(row.kind)
        return bool(column) and any(service.get(column) for service in self.of_kind["service"])

    def tie_services(self):
        """Where each service is given: named by itself, or through a row of service_at_location."""
        self.places_of, self.places_by_service = defaultdict(dict), defaultdict(list)
        for row in self.of_kind["service"]:
            if not row.is_out:
                for key in self.known(row, "location_ids", "location"):
                    self.places_of[str(row.get("id"))][key] = None
        for row in self.of_kind["service_at_location"]:
            service, location = (self.known(row, column, kind) for column, kind in
                                 (("service_id", "service"), ("location_id", "location")))  # fmt: skip
            for key in service:
                row.use(key)
                self.places_by_service[key].append(str(row.get("id")))
                for place in location:
                    self.places_of[key][place] = None
            if not service and not row.outcome:
                row.outcome, row.reason = REJECTED, _("The service it names is in none of the files.")
        self.listed = {column: self.by_key(kind) for column, kind in
                       (("phone_ids", "phone"), ("schedule_ids", "schedule"), ("address_ids", "address"))}  # fmt: skip

    def by_key(self, kind):
        found = defaultdict(list)
        for row in self.of_kind[kind]:
            if row.get("id") and not row.is_out:
                found[str(row.get("id"))].append(row)
        return found

    def known(self, row, column, kind):
        """The keys in `column` that there are rows for; the others are noted."""
        keys = ids(row.get(column))
        lost = [key for key in keys if key not in self.by_id[kind]]
        if lost:
            row.add(dangling(kind, lost, WARNING, is_there=kind in self.present), column, ", ".join(lost))
        return [key for key in keys if key not in lost]

    def children(self, kind, table, key):
        return self.children_of.get((kind, table, str(key)), [])

    def of_service_at_location(self, kind, service):
        """The rows of `kind` that hang on the service at one of its places."""
        return [row for key in self.places_by_service.get(str(service.get("id")), ())
                for row in self.children(kind, "service_at_location", key)]  # fmt: skip

    def organisation_of(self, service):
        """The organisation of a service: its own, that of its programme or of its first place. Or None."""
        for key in self.known(service, "organization_id", "organization"):
            return self.by_id["organization"][key]
        for key in self.known(service, "program_id", "program"):
            program = self.by_id["program"][key]
            if owner := self.by_id["organization"].get(str(program.get("organization_id"))):
                program.use(str(service.get("id")))
                return owner
        for key in self.places_of.get(str(service.get("id")), ()):
            place = self.by_id["location"][key]
            for owner in ids(place.get("organization_id")):
                if owner in self.by_id["organization"]:
                    return self.by_id["organization"][owner]
        return None


def dangling(kind, keys, severity, *, is_there=True):
    """A key that leads nowhere; `is_there` tells whether any row of that table was uploaded."""
    facts = {"what": WORDS[kind], "keys": ", ".join(keys)}
    if not is_there:
        reason = _("It names the %(what)s %(keys)s, and no file with rows of that kind was uploaded.") % facts
        return Fault("dangling", reason, _("Upload the files together, in one zip."), severity)
    reason = _("It names the %(what)s %(keys)s, which is in none of the files.") % facts
    return Fault("dangling", reason, _("Add that row, or name one that is there."), severity)


def check_ties(relations):
    """Note keys of places, programmes and categories that lead nowhere."""
    for kind in ("location", "program"):
        for row in relations.of_kind[kind]:
            if row.is_out:
                continue
            if kind == "program" and not row.get("organization_id") and not row.owner:
                row.reject(Fault("orphan", ORPHANS[kind], NAME_IT), "organization_id")
            lost = [key for key in ids(row.get("organization_id")) if key not in relations.by_id["organization"]]
            if lost:
                fault = dangling("organization", lost, WARNING, is_there="organization" in relations.present)
                row.add(fault, "organization_id", ", ".join(lost))
    for row in relations.of_kind["taxonomy_term"]:
        for key in ids(row.get("parent_id")):
            if key not in relations.by_id["taxonomy_term"] and not row.owner:
                reason = _("Its parent category %(key)s is in none of the files.") % {"key": key}
                row.add(Fault("dangling", reason, _("Add it, or leave the parent empty."), WARNING), "parent_id")
