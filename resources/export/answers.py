"""What the HSDS API answers: pages of lists, and single documents by their ids. Statements do not grow with rows."""

from uuid import uuid5

from resources import finding
from resources.export import hsds, leaving, pages, taxonomies, whereabouts
from resources.models import Location, Organisation

OF_A_SERVICE_THERE = ["service_at_locations"]  # what a service does not repeat when it is told inside one of its places


def narrowed(question):
    """The entries that answer all filters of a question but its search."""
    found = leaving.entries()
    if question.modified_after:
        found = leaving.changed_since(found, question.modified_after)
    if question.organization_id:
        found = found.filter(organisation__name=organisation_name(question.organization_id))
    if question.taxonomy_term_id:
        found = found.filter(categories__overlap=taxonomies.meant_by(question.taxonomy_term_id))
    if question.taxonomy_id:
        found = found.exclude(categories=[]) if is_subjects(question.taxonomy_id) else found.none()
    return found


def is_subjects(taxonomy_id):
    return str(taxonomy_id) == taxonomies.SUBJECTS["id"]


def organisation_name(asked):
    """The name of the organisation with that id, or None. One statement."""
    names = Organisation.objects.values_list("name", flat=True)
    return next((name for name in names if hsds.organisation_id(name) == asked), None)


def keys(question):
    """The keys of all entries that answer, in the order in which to tell them."""
    found = narrowed(question)
    if question.search:
        return [row.pk for row in finding.find(found, question.search, home="").rows]
    return list(found.order_by("pk").values_list("pk", flat=True))


def services(question):
    found = keys(question)
    asked = found[question.span]
    if question.is_minimal:
        contents = [hsds.minimal(row) for row in leaving.of_keys(asked, is_whole=False)]
    else:
        rows = leaving.of_keys(asked)
        contents = list(hsds.services(rows)) if question.is_full else [hsds.listed(row) for row in rows]
    return page(contents, question, total=len(found))


def page(contents, question, *, total):
    return pages.page(contents, number=question.page, size=question.per_page, total=total)


def service(asked):
    """The full document of one entry, or None."""
    return next(hsds.services(leaving.of_keys([asked])), None)


def organisations(question):
    """Organisations that have an entry which answers; searching looks at their own names too."""
    entries = narrowed(question)
    found = Organisation.objects.filter(pk__in=entries.order_by().values("organisation"))
    if question.search:
        found = found.filter(name__icontains=question.search)
    contents = list(found.order_by("name", "pk")[question.span])
    return page(with_services(contents, question), question, total=found.count())


def with_services(rows, question):
    """The organisations; where that was asked for, with what they offer."""
    if not (question.is_full or question.is_full_service):
        return [hsds.organisation(row) for row in rows]
    keys = leaving.entries().filter(organisation__in=rows).order_by("pk").values_list("pk", flat=True)
    entries = leaving.of_keys(list(keys))
    documents = list(hsds.services(entries)) if question.is_full_service else [hsds.row(entry) for entry in entries]
    offered = {row.pk: [] for row in rows}
    for entry, document in zip(entries, documents, strict=True):
        document.pop("organization", None)
        offered[entry.organisation_id].append(document)
    return [hsds.organisation(row) | {"services": offered[row.pk]} for row in rows]


def organisation(asked, question):
    """One organisation with its services, or None; also None where none of its entries may leave."""
    found = Organisation.objects.filter(name=organisation_name(asked))
    rows = list(found.filter(pk__in=leaving.entries().order_by().values("organisation")))
    return next(iter(with_services(rows, question)), None)


def terms(question):
    """Taxonomy terms that answer."""
    found = taxonomies.terms()
    if question.taxonomy_id and not is_subjects(question.taxonomy_id):
        found = []
    if question.is_top_only:
        found = [term for term in found if "parent_id" not in term]
    if question.parent_id:
        found = [term for term in found if term.get("parent_id") == str(question.parent_id)]
    return in_memory([term for term in found if is_named(term, question.search)], question)


def all_taxonomies(question):
    return in_memory([each for each in [taxonomies.SUBJECTS] if is_named(each, question.search)], question)


def is_named(thing, search):
    return search.casefold() in thing["name"].casefold()


def in_memory(found, question):
    return page(found[question.span], question, total=len(found))


def term(asked):
    return next((each for each in taxonomies.terms() if each["id"] == str(asked)), None)


def at_locations(question):
    """Places of the entries that answer."""
    found = Location.objects.filter(is_confidential=False, resource__in=keys(question)).order_by("resource", "pk")
    if question.postcode:
        found = found.filter(postal_code__iexact=question.postcode)
    return page(told_at(list(found[question.span]), is_full=question.is_full), question, total=found.count())


def told_at(locations, *, is_full):
    """Services at their places, in full or as they stand in a list."""
    entries = {entry.pk: entry for entry in leaving.of_keys([location.resource_id for location in locations])}
    shown = [location for location in locations if location.resource_id in entries]
    if not is_full:
        return [listed_at(location, hsds.listed(entries[location.resource_id])) for location in shown]
    documents = {document["id"]: document for document in hsds.services(list(entries.values()))}
    return [full_at(location, documents[str(location.resource_id)]) for location in shown]


def listed_at(location, service):
    made = whereabouts.at_location(location)
    return made | {"location": whereabouts.location_of(location), "service": service}


def full_at(location, service):
    made = whereabouts.at_location(location)
    there = next((each for each in service["service_at_locations"] if each["id"] == made["id"]), made)
    return there | {"service": {name: value for name, value in service.items() if name not in OF_A_SERVICE_THERE}}


def at_location(asked):
    """One service at one place in full, or None."""
    public = Location.objects.filter(is_confidential=False, resource__in=leaving.entries())
    rows = public.values_list("pk", "resource_id")
    found = [pk for pk, entry in rows if uuid5(entry, f"at:{pk}") == asked]
    return next(iter(told_at(list(public.filter(pk__in=found)), is_full=True)), None)
