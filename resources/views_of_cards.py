"""Cards to print: one entry, or several on a sheet."""

from uuid import UUID

from django.conf import settings
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from accounts.access import allow
from resources import cards
from resources.models import Resource
from resources.places import is_country


@require_safe
@allow()
def resource_card(request, resource_id):
    """The card of one entry, in large type."""
    found = get_object_or_404(Resource.objects.readable().with_contacts(), pk=resource_id)
    return sheet(request, [found])


@require_safe
@allow()
def resource_cards(request):
    """Up to six entries on one sheet, in the order they were asked for: `?r=…&r=…`."""
    keys = list(dict.fromkeys(key for key in map(key_of, request.GET.getlist("r")) if key))
    entries = Resource.objects.readable().with_contacts().in_bulk(keys[: cards.MOST])
    found = [entries[key] for key in keys[: cards.MOST] if key in entries]
    return sheet(request, found, are_too_many=len(keys) > cards.MOST)


def sheet(request, resources, *, are_too_many=False):
    """The page. What cannot be read of country, language or names is left as it is usual."""
    asked = request.GET.get("country", "")
    country = asked if is_country(asked) else request.user.site.country
    language = request.GET.get("lang")
    languages = dict(settings.LANGUAGES)
    is_named = {"yes": True, "no": False}.get(request.GET.get("names"))
    made = [(each, cards.of(each, country=country, is_named=is_named)) for each in resources]
    context = {
        "is_practice": request.GET.get("practice") == "yes",
        "cards": [card for _resource, card in made if card],
        "refused": [resource for resource, card in made if not card],
        "are_too_many": are_too_many,
        "most": cards.MOST,
        "language_of_card": language if language in languages else get_language(),
        "choices": choices(request, languages),
        "asks_first": any(card.is_unsafe_if_found for _resource, card in made if card),
    }
    return render(request, "resources/cards.html", context)


def choices(request, languages):
    """Links to the same sheet in another language, and with or without names, as (query, words)."""
    return {
        "languages": [(with_query(request, lang=code), name) for code, name in languages.items()],
        "named": with_query(request, names="yes"),
        "nameless": with_query(request, names="no"),
    }


def with_query(request, **changed):
    query = request.GET.copy()
    for name, value in changed.items():
        query[name] = value
    return query.urlencode()


def key_of(text):
    """The key that was asked for, or None where it is none."""
    try:
        return UUID(text)
    except ValueError:
        return None
