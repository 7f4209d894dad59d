"""Cards to print, in large letters, as one page that needs no server: for when Doorway cannot be reached."""

import re

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language, override

from resources.export import hsds, leaving
from resources.models import ContactPoint, Resource

#: What such a card says is read by whoever finds it: it names a number and nothing of what it is for.
NEUTRAL = {"child-protection", "domestic-violence", "safety-planning", "sexual-violence", "trafficking"}
DIALLED = [ContactPoint.Kind.VOICE, ContactPoint.Kind.SMS, ContactPoint.Kind.TTY, ContactPoint.Kind.WHATSAPP]
TEMPLATE = "resources/export_cards.html"
ORDER = ("country", "-is_crisis_line", "name", "pk")


def written(entries):
    """The page in pieces of text, in the language of whoever asks. Only what may be given is on it."""
    language = get_language()
    giveable = Resource.objects.giveable()
    yield part("head", language, now=timezone.now())
    country = None
    for entry in leaving.each(entries.filter(pk__in=giveable.values("pk")), order=ORDER):
        made = card(entry)
        if made["ways"]:
            yield part("card", language, **made, begins_country=entry.country != country)
            country = entry.country
    yield part("foot", language)


def part(name, language, **context):
    with override(language):
        return render_to_string(f"{TEMPLATE}#{name}", context)


def card(resource):
    """What a card shows. A neutral one has numbers, hours and languages: no names, no pages, no addresses."""
    is_neutral = bool(NEUTRAL & set(resource.categories))
    ways = [contact for contact in resource.contacts if contact.kind in DIALLED or not is_neutral]
    places = [] if is_neutral else [location for location in resource.locations.all() if location.lines]
    doubt = hsds.VERIFICATION[hsds.verification(resource)]
    if is_neutral:
        for contact in ways:
            contact.display = digits_shown(contact)
    return {"resource": resource, "is_neutral": is_neutral, "ways": ways, "places": places, "doubt": doubt}


def digits_shown(contact):
    """The number without the word that some spell with it: “1800 737 732 (1800RESPECT)” says what it is for."""
    shown = re.sub(r"\s*\([^)]*[^\W\d_][^)]*\)", "", contact.display)
    return contact.dial if re.search(r"[^\W\d_]", shown) else shown
