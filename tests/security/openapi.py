"""Doorway as an OpenAPI description: its URL table, with the forms and ids that somebody meets on its pages."""

from django.urls import get_resolver

from tests.security.crawl import NEVER

MOST_VALUES = 4  # ids of one kind, beside whatever is made up
USUAL_QUERIES = ("q", "after", "page", "next", "country", "what", "id")
FORM = "application/x-www-form-urlencoded"
KINDS = {
    "IntConverter": {"type": "integer"},
    "UUIDConverter": {"type": "string", "format": "uuid"},
}


def described(walk, *, only=None):
    """The document for one role: every route, or those in `only`, but none that would end the session."""
    paths = {}
    for pattern, prefix in routes(get_resolver().url_patterns, ""):
        is_left_out = pattern.name in NEVER or (only is not None and pattern.name not in only)
        if is_left_out or not hasattr(pattern.pattern, "_route"):
            continue
        address = prefix + pattern.pattern._route
        for name in pattern.pattern.converters:
            address = address.replace(next(part for part in parts(address) if part.endswith(f"{name}>")), f"{{{name}}}")
        given = [parameter(name, kind, walk.values) for name, kind in pattern.pattern.converters.items()]
        paths.setdefault(f"/{address}", {}).update(operations(pattern.name, given, walk))
    return {"openapi": "3.0.3", "info": {"title": "Doorway", "version": "1"}, "paths": paths}


def routes(patterns, prefix):
    for each in patterns:
        if hasattr(each, "url_patterns"):
            yield from routes(each.url_patterns, prefix + str(each.pattern))
        else:
            yield each, prefix


def parts(address):
    """The placeholders of a route: `<int:pk>`."""
    return ["<" + each.partition(">")[0] + ">" for each in address.split("<")[1:]]


def parameter(name, converter, values):
    kind = KINDS.get(type(converter).__name__, {"type": "string", "minLength": 1})
    known = sorted(values.get(name, ()))[:MOST_VALUES]
    known = [int(each) for each in known] if kind["type"] == "integer" else known
    schema = {"anyOf": [{"type": kind["type"], "enum": known}, kind]} if known else kind
    return {"name": name, "in": "path", "required": True, "schema": schema}


def operations(route, given, walk):
    """Asking with a query, and sending each form that was found for this route; an empty one where none was."""
    asked = sorted({*USUAL_QUERIES, *walk.queries.get(route, ())})
    queries = [{"name": name, "in": "query", "schema": {"type": "string"}} for name in asked]
    forms = [form for (name, _), form in walk.forms.items() if name == route]
    fields = {name for form in forms for name in form.fields} - {"csrfmiddlewaretoken"}
    choices = {name: values for form in forms for name, values in form.choices.items()}
    properties = {name: schema_of(choices.get(name)) for name in sorted(fields)}
    body = {"type": "object", "properties": properties}
    answers = {"responses": {"default": {"description": "any"}}}
    return {
        "get": {"parameters": given + queries, **answers},
        "post": {"parameters": given, "requestBody": {"content": {FORM: {"schema": body}}}, **answers},
    }


def schema_of(choices):
    return {"anyOf": [{"type": "string", "enum": choices}, {"type": "string"}]} if choices else {"type": "string"}
