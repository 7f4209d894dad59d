"""What is left when the application is down: a page of checked crisis lines per country, as a file of its own.

It needs no server, no network and no script; it can be opened from a shared folder, or printed and put on the wall.
"""

import os
import tempfile
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import Site
from resources import emergency, ways
from resources.models import Resource
from resources.places import country_name

TRUSTED_FOR = timedelta(days=7)  # product default; the page says so itself
TEMPLATE = "resources/crisis_page.html"
READABLE_BY_ALL = 0o644


class CannotWrite(Exception):
    """The folder is not there or takes nothing. What was written there before still stands."""


def write_where_set():
    """Write to CRISIS_PAGE_FOLDER. Nothing where that is empty."""
    return write(Path(settings.CRISIS_PAGE_FOLDER)) if settings.CRISIS_PAGE_FOLDER else []


def write(folder):
    """Write one page for each country that has a site; returns their paths. Raises CannotWrite.

    Each replaces its forerunner whole or not at all. One that cannot be written keeps no other from it.
    """
    if not folder.is_dir():
        raise CannotWrite(_("There is no folder %(folder)s.") % {"folder": folder})
    written, problems = [], []
    for country, zone in zones().items():
        path = folder / f"crisis-lines-{country.lower()}.html"
        try:
            put(path, page_for(country, today=timezone.localdate(timezone=zone)))
            written.append(path)
        except OSError as problem:
            problems.append(f"{path}: {problem.strerror or type(problem).__name__}")
    if problems:
        raise CannotWrite(_("Not written: %(files)s.") % {"files": "; ".join(problems)})
    return written


def zones():
    """The countries that have a site, and the zone whose day counts there."""
    sites = Site.objects.order_by("country", "-pk")
    return {site.country: site.zone for site in sites}


def page_for(country, *, today):
    """The page in the organisation's own language. Nothing on it that nobody has checked."""
    facts = {
        "country": country_name(country),
        "emergency_numbers": emergency_numbers(country),
        "lines": [(line, ways.of(line, country=country)) for line in lines_in(country)],
        "written_on": today,
        "trusted_until": today + TRUSTED_FOR,
        "days": TRUSTED_FOR.days,
    }
    with translation.override(settings.LANGUAGE_CODE):
        return render_to_string(TEMPLATE, facts)


def lines_in(country):
    """The crisis lines that were found working, in the order to offer them."""
    found = Resource.objects.giveable().for_country(country).filter(is_crisis_line=True).with_contacts()
    return [line for line in found if line.is_verified]


def emergency_numbers(country):
    """What the sites there dial, each number once."""
    chosen = Site.objects.filter(country=country).order_by("pk").values_list("emergency_number", flat=True)
    return list(dict.fromkeys(chosen)) or emergency.numbers_in(country)


def put(path, text):
    """Write `path` anew. Whoever opens it meanwhile has the old one or the new one, never half of one."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(READABLE_BY_ALL)
        os.replace(name, path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
