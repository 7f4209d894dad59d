"""The description of the HSDS API for programs: OpenAPI 3.1."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from resources.export.hsds import VERSION
from resources.export.taxonomies import LANGUAGE

SCHEMAS = "https://raw.githubusercontent.com/openreferral/specification/3.1/schema/compiled"
PAGING = {
    "page": ("integer", _("Number of the page, from 1.")),
    "per_page": ("integer", _("Entries on a page: 50 unless told, 100 at most; with minimal 5000.")),
    "search": ("string", _("Words, or digits of a number.")),
    "format": ("string", _("Only json.")),
}
FILTERS = {
    "taxonomy_id": ("string", _("Only what has a term of this taxonomy.")),
    "taxonomy_term_id": ("string", _("Only what has this term, or one below it.")),
    "organization_id": ("string", _("Only what this organization offers.")),
    "modified_after": ("string", _("Only what changed at this moment or later: 2026-11-28T09:30:00Z.")),
}
FULL = {"full": ("boolean", _("With everything inside."))}
MINIMAL = {"minimal": ("boolean", _("Only id, name, status and last_modified."))}
FULL_SERVICE = {"full_service": ("boolean", _("With all services in full."))}
#: Path: what it serves, the schema of what is in it, its parameters. Lists are pages.
LISTS = {
    "/services": (_("Services"), "service_list", PAGING | FILTERS | FULL | MINIMAL),
    "/organizations": (_("Organizations with a service"), "organization_list", PAGING | FILTERS | FULL | FULL_SERVICE),
    "/taxonomies": (_("Taxonomies"), "", PAGING),
    "/taxonomy_terms": (
        _("Terms of the taxonomies"),
        "",
        PAGING
        | {name: FILTERS[name] for name in ("taxonomy_id",)}
        | {
            "parent_id": ("string", _("Only terms below this one.")),
            "top_only": ("boolean", _("Only those below none.")),
        },
    ),
    "/service_at_locations": (
        _("Services at their places"),
        "service_at_location_list",
        PAGING | FILTERS | FULL | {"postcode": ("string", _("Only places with this postal code."))},
    ),
}
SINGLE = {
    "/services/{id}": (_("One service in full"), "service", {}),
    "/organizations/{id}": (_("One organization with its services"), "organization", FULL_SERVICE),
    "/taxonomies/{id}": (_("One taxonomy"), "", {}),
    "/taxonomy_terms/{id}": (_("One term"), "", {}),
    "/service_at_locations/{id}": (_("One service at one place in full"), "service_at_location", {}),
}
COUNTS = ["total_items", "total_pages", "page_number", "size"]
PAGE = {
    "type": "object",
    "properties": {name: {"type": "integer"} for name in COUNTS}
    | {name: {"type": "boolean"} for name in ("first_page", "last_page", "empty")},
    "required": ["empty"],
}
PROBLEM = {
    "type": "object",
    "properties": {"title": {"type": "string"}, "status": {"type": "integer"}, "detail": {"type": "string"}}
    | {"parameter": {"type": "string"}},
}


def document(server):
    """All of the API that is served at the address `server`."""
    with override(LANGUAGE):
        lists = {path: {"get": get(*facts, is_list=True)} for path, facts in LISTS.items()}
        single = {path: {"get": get(*facts, is_list=False)} for path, facts in SINGLE.items()}
    base = {"get": {"summary": "The version of HSDS", "responses": {"200": {"description": "The version of HSDS"}}}}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Directory of a Doorway",
            "version": VERSION,
            "description": "Read only. Entries that nobody has checked yet are among them, and say so.",
            "license": {"name": "Ask whoever runs this Doorway"},
        },
        "servers": [{"url": server}],
        "paths": {"/": base, **lists, **single},
        "components": {"schemas": {"Page": PAGE, "Problem": PROBLEM}},
    }


def get(summary, schema, parameters, *, is_list):
    thing = {"$ref": f"{SCHEMAS}/{schema}.json"} if schema else {"type": "object"}
    whole = {"properties": {"contents": {"type": "array", "items": thing}}}
    listed = {"allOf": [{"$ref": "#/components/schemas/Page"}, whole]}
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    refused = {"400": "A parameter cannot be read"} if parameters else {}
    refused |= {} if is_list else {"404": "There is none with this id"}
    answers = {status: {"description": words, "content": problem} for status, words in refused.items()}
    right = {"description": str(summary), "content": {"application/json": {"schema": listed if is_list else thing}}}
    own = [{"name": "id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}]
    return {
        "summary": str(summary),
        "parameters": ([] if is_list else own) + [parameter(name, *facts) for name, facts in parameters.items()],
        "responses": {"200": right, **answers},
    }


def parameter(name, kind, words):
    return {"name": name, "in": "query", "description": str(words), "schema": {"type": kind}}
