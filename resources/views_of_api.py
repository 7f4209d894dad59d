"""The directory for other programs: HSDS 3.1, read only, without sign-in, and off unless DIRECTORY_API is set.

Without sign-in, because what is served here is what an organisation would print; nothing confidential is in it.
"""

import hashlib
import json
from functools import wraps

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.dateparse import parse_datetime
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import allow_everyone
from resources.export import answers, hsds, openapi, questions
from resources.export import taxonomies as all_taxonomies

PROBLEM = "application/problem+json"  # RFC 9457


@require_safe
@allow_everyone
def about(request):
    """In words, for people who connect a program."""
    context = {
        "is_on": settings.DIRECTORY_API,
        "address": address(),
        "lists": listed(openapi.LISTS),
        "single": listed(openapi.SINGLE),
        "most": questions.MOST_ON_A_PAGE,
        "usual": questions.USUAL_ON_A_PAGE,
    }
    return render(request, "resources/api.html", context)


def listed(paths):
    return [(path, words, list(parameters)) for path, (words, _schema, parameters) in paths.items()]


def address():
    return settings.PUBLIC_URL + reverse("hsds").rstrip("/")


def served(view):
    """An address of the API: what the view returns as JSON, 404 for None, 400 for a parameter that cannot be read."""

    @require_safe
    @allow_everyone
    @wraps(view)
    def door(request, **facts):
        if not settings.DIRECTORY_API:
            return problem(404, _("There is nothing here."))
        try:
            found = view(questions.read(request.GET), **facts)
        except questions.BadParameter as bad:
            return problem(400, bad.message, parameter=bad.parameter)
        return problem(404, _("There is none with this id.")) if found is None else answer(request, found)

    return door


def problem(status, detail, **facts):
    titles = {400: "Bad parameter", 404: "Not found"}
    body = {"type": "about:blank", "title": titles[status], "status": status, "detail": str(detail), **facts}
    response = HttpResponse(json.dumps(body), status=status, content_type=PROBLEM)
    response.headers["Cache-Control"] = "no-store"
    return response


def answer(request, found):
    """The JSON with its ETag; 304 for who has it already.

    `Last-Modified` is told and not compared: an entry that was taken out of a list leaves no later moment behind.
    """
    body = json.dumps(found, ensure_ascii=False).encode()
    response = HttpResponse(body, content_type="application/json")
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "public, no-cache"
    moments = [each["last_modified"] for each in found.get("contents", [found]) if "last_modified" in each]
    if moments:
        newest = max(parse_datetime(moment) for moment in moments)
        response.headers["Last-Modified"] = http_date(newest.timestamp())
    return get_conditional_response(request, etag=etag, response=response)


@served
def base(question):
    return {"version": hsds.VERSION, "profile": hsds.PROFILE, "openapi_url": f"{address()}/openapi.json"}


@served
def description(question):
    return openapi.document(address())


@served
def services(question):
    return answers.services(question)


@served
def service(question, id):
    return answers.service(id)


@served
def organisations(question):
    return answers.organisations(question)


@served
def organisation(question, id):
    return answers.organisation(id, question)


@served
def taxonomies(question):
    return answers.all_taxonomies(question)


@served
def taxonomy(question, id):
    return all_taxonomies.SUBJECTS if answers.is_subjects(id) else None


@served
def terms(question):
    return answers.terms(question)


@served
def term(question, id):
    return answers.term(id)


@served
def at_locations(question):
    return answers.at_locations(question)


@served
def at_location(question, id):
    return answers.at_location(id)
