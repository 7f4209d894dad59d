"""Entries as HSDS 3.1 services: https://docs.openreferral.org. What the standard has no field for is in attributes."""

from uuid import uuid5

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from resources.export import changes, contacts, facts, taxonomies, whereabouts
from resources.export.leaving import STAYS
from resources.hours import ALWAYS, Hours, hours_or_unknown
from resources.hours_to_hsds import to_hsds
from resources.models import Resource
from resources.models.shelves import last_day_shown

VERSION = "3.1"
PROFILE = "https://docs.openreferral.org/en/3.1/hsds/"
Status = Resource.Status
STATUSES = {
    Status.IN_REVIEW: "active",
    Status.VERIFIED: "active",
    Status.TEMPORARILY_CLOSED: "temporarily closed",
    Status.RETIRED: "defunct",
}
KNOWN = ["slug", "description", "country", "region", "language_note", "hours_text", "hours", "is_always_open"]
KNOWN += ["is_crisis_line", "is_free", "is_anonymous", "is_answered_by_people", "is_open_to_everybody"]
KNOWN += ["may_act_without_consent", "check_days", "url", "status", "status_reason"]
CONSENT = {
    True: _("May call the police or an ambulance without asking."),
    False: _("Does not call the police or an ambulance without asking."),
}


def organisation_id(name):
    """The same for the same name everywhere: two Doorways that list one organisation agree on it."""
    return uuid5(taxonomies.DOORWAY, f"organisation:{name}")


def organisation(row):
    """The fields of an organisation. HSDS asks for a description, which nobody wrote: its name stands there."""
    made = {"id": str(organisation_id(row.name)), "name": row.name, "description": row.name}
    return made | ({"website": contacts.uri(row.url)} if row.url else {})


def services(resources, *, with_changes=True):
    """Full documents of entries that came with `leaving.with_parts`, in two or three more queries for all of them."""
    metadata = changes.of(resources) if with_changes else {}
    for resource in resources:
        yield changes.hang(service(resource), metadata.get(resource.pk, {}))


def service(resource):
    """One entry as a full service document in English. Without what changed in it."""
    with override(taxonomies.LANGUAGE):
        made = row(resource) | {
            "organization": organisation(resource.organisation),
            **contacts.parts(resource),
            "schedules": schedules(resource),
            "service_areas": whereabouts.service_areas(resource),
            "service_at_locations": whereabouts.service_at_locations(resource),
            "languages": contacts.languages(resource.languages, resource.pk, "service_id"),
            "attributes": [*facts.attributes(resource.pk, "service", said(resource)), *categories(resource)],
        }
    made["additional_urls"] += evidence(resource)
    return {name: value for name, value in made.items() if value != []}


def listed(resource):
    """One entry as it stands in a list: its own fields and its organisation."""
    return row(resource) | {"organization": organisation(resource.organisation)}


def minimal(resource):
    """What it takes to keep a copy in step: HSDS asks for id and last_modified, its schema for name and status too."""
    return {
        "id": str(resource.pk),
        "name": resource.name,
        "status": status(resource),
        "last_modified": resource.last_modified.isoformat(),
    }


def row(resource):
    """The fields of the service itself; empty ones are left out, because the standard refuses null."""
    with override(taxonomies.LANGUAGE):
        made = {
            "id": str(resource.pk),
            "organization_id": str(organisation_id(resource.organisation.name)),
            "name": resource.name,
            "alternate_name": "; ".join(alias.words for alias in names(resource)),
            "description": description(resource),
            "url": contacts.uri(resource.url),
            "email": next((mail[1] for each in resource.contacts if (mail := contacts.MAIL.fullmatch(each.url))), ""),
            "status": status(resource),
            "interpretation_services": resource.language_note,
            "fees_description": resource.cost,
            "eligibility_description": "; ".join(resource.audience),
            "minimum_age": resource.age_min,
            "maximum_age": resource.age_max,
            "assured_date": resource.checked_on and resource.checked_on.isoformat(),
            "alert": alert(resource),
            "last_modified": resource.last_modified.isoformat(),
        }
    return {name: value for name, value in made.items() if value not in (None, "")}


def names(resource):
    return [alias for alias in resource.aliases.all() if alias.kind != "former_number"]


def status(resource):
    """Checked too long ago to be given is inactive: nobody is sent there until it is checked again."""
    is_hidden = resource.check_due_on is not None and resource.check_due_on < last_day_shown()
    known = STATUSES[resource.status]
    return "inactive" if known == "active" and is_hidden else known


def description(resource):
    """The entry's own words, and what its fields say that a reader without our attributes would miss."""
    more = [*resource.caveats, CONSENT.get(resource.may_act_without_consent, "")]
    return "\n\n".join(text for text in (resource.description, *map(str, more)) if text)


def alert(resource):
    """What to know at once: whether it is checked, closed, retired, replaced."""
    said = [resource.get_status_display() if STATUSES[resource.status] != "active" else ""]
    said += [resource.status_reason]
    if resource.closed_until:
        said.append(_("Closed until %(day)s") % {"day": resource.closed_until.isoformat()})
    if successor := leaves(resource.successor):
        said.append(_("Replaced by %(name)s") % {"name": successor.name})
    said.append(VERIFICATION[verification(resource)])
    return ". ".join(str(each).rstrip(".") for each in said if each)


VERIFICATION = {
    "checked": "",
    "overdue": _("The last check is too old to rely on"),
    "unverified": _("Not checked by us yet"),
    "in doubt": _("Reported as not working, or found so"),
}


def verification(resource):
    if resource.is_in_doubt:
        return "in doubt"
    if resource.is_overdue:
        return "overdue"
    return "checked" if resource.is_verified else "unverified"


def leaves(other):
    """Another entry that this one points at, or None where it may not leave: its name would leave with this one."""
    return other if other and other.status not in STAYS else None


def said(resource):
    """What goes into the attributes of the service."""
    successor, variant_of = leaves(resource.successor), leaves(resource.variant_of)
    return {name: getattr(resource, name) for name in KNOWN} | {
        "audience": list(resource.audience),
        "caveat": list(resource.caveats),
        **aliases(resource),
        "closed_until": resource.closed_until and resource.closed_until.isoformat(),
        "successor": successor and str(successor.pk),
        "successor_name": successor and successor.name,
        "variant_of": variant_of and str(variant_of.pk),
        "verification": verification(resource),
        "checked_by": changes.CURATOR if resource.is_verified else None,
        "organisation_url": resource.organisation.url,
    }


def aliases(resource):
    found = {"also": [], "former": [], "former_number": [], "alias_digits": []}
    for alias in resource.aliases.all():
        found[alias.kind].append(alias.words)
        if alias.digits:
            found["alias_digits"].append(f"{alias.kind} {alias.digits} {alias.words}")
    return found


def categories(resource):
    """Each category as an attribute that names its term."""
    for number, code in enumerate(resource.categories):
        made = facts.attribute(resource.pk, "service", "category", code, number)
        term = taxonomies.term(code)
        yield made | {"taxonomy_term_id": term["id"], "taxonomy_term": term}


def schedules(resource):
    """The entry's hours; where they are known in words only, a schedule that says those."""
    hours = hours_or_unknown(resource.hours)
    if resource.is_always_open and not resource.hours:
        hours = Hours(ALWAYS)
    rows = to_hsds(hours) or ([{"description": resource.hours_text}] if resource.hours_text else [])
    return [
        {"id": str(uuid5(resource.pk, f"schedule:{number}")), "service_id": str(resource.pk), **each}
        for number, each in enumerate(rows)
    ]


def evidence(resource):
    """The pages on which its facts were seen."""
    for page in resource.evidence.all():
        own_id = uuid5(resource.pk, f"evidence:{page.pk}")
        known = {
            "evidence_kind": page.kind,
            "seen_on": page.seen_on.isoformat(),
            "dated_on": page.dated_on and page.dated_on.isoformat(),
            "url": page.url,
        }
        yield {
            "id": str(own_id),
            "service_id": str(resource.pk),
            "label": "Where this was seen",
            "url": contacts.uri(page.url),
            "attributes": facts.attributes(own_id, "url", known),
        }
