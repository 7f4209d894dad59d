"""The description of the HSDS API for programs: OpenAPI 3.1."""

from resources.export.hsds import VERSION

SCHEMAS = "https://raw.githubusercontent.com/openreferral/specification/3.1/schema/compiled"
PAGING = {
    "page": ("integer", "Number of the page, from 1."),
    "per_page": ("integer", "Entries on a page: 50 unless told, 100 at most; with minimal 5000."),
    "search": ("string", "Words, or digits of a number."),
    "format": ("string", "Only json."),
}
FILTERS = {
    "taxonomy_id": ("string", "Only what has a term of this taxonomy."),
    "taxonomy_term_id": ("string", "Only what has this term, or one below it."),
    "organization_id": ("string", "Only what this organization offers."),
    "modified_after": ("string", "Only what changed at this moment or later: 2026-11-28T09:30:00Z."),
}
FULL = {"full": ("boolean", "With everything inside.")}
MINIMAL = {"minimal": ("boolean", "Only id, name, status and last_modified.")}
FULL_SERVICE = {"full_service": ("boolean", "With all services in full.")}
#: Path: what it serves, the schema of what is in it, its parameters. Lists are pages.
LISTS = {
    "/services": ("Services", "service_list", PAGING | FILTERS | FULL | MINIMAL),
    "/organizations": ("Organizations with a service", "organization_list", PAGING | FILTERS | FULL | FULL_SERVICE),
    "/taxonomies": ("Taxonomies", "", PAGING),
    "/taxonomy_terms": (
        "Terms of the taxonomies",
        "",
        PAGING
        | {name: FILTERS[name] for name in ("taxonomy_id",)}
        | {"parent_id": ("string", "Only terms below this one."), "top_only": ("boolean", "Only those below none.")},
    ),
    "/service_at_locations": (
        "Services at their places",
        "service_at_location_list",
        PAGING | FILTERS | FULL | {"postcode": ("string", "Only places with this postal code.")},
    ),
}
SINGLE = {
    "/services/{id}": ("One service in full", "service", {}),
    "/organizations/{id}": ("One organization with its services", "organization", FULL_SERVICE),
    "/taxonomies/{id}": ("One taxonomy", "", {}),
    "/taxonomy_terms/{id}": ("One term", "", {}),
    "/service_at_locations/{id}": ("One service at one place in full", "service_at_location", {}),
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
    lists = {path: {"get": get(path, *facts, is_list=True)} for path, facts in LISTS.items()}
    single = {path: {"get": get(path, *facts, is_list=False)} for path, facts in SINGLE.items()}
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


def get(path, summary, schema, parameters, *, is_list):
    thing = {"$ref": f"{SCHEMAS}/{schema}.json"} if schema else {"type": "object"}
    whole = {"properties": {"contents": {"type": "array", "items": thing}}}
    listed = {"allOf": [{"$ref": "#/components/schemas/Page"}, whole]}
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    refused = {"400": "A parameter cannot be read"} if parameters else {}
    refused |= {} if is_list else {"404": "There is none with this id"}
    answers = {status: {"description": words, "content": problem} for status, words in refused.items()}
    right = {"description": summary, "content": {"application/json": {"schema": listed if is_list else thing}}}
    own = [{"name": "id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}]
    return {
        "summary": summary,
        "parameters": ([] if is_list else own) + [parameter(name, *facts) for name, facts in parameters.items()],
        "responses": {"200": right, **answers},
    }


def parameter(name, kind, words):
    return {"name": name, "in": "query", "description": words, "schema": {"type": kind}}
