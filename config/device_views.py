"""What a device keeps: one page for the time without a connection, the script that keeps it, and a name and picture."""

import hashlib
from dataclasses import dataclass
from functools import cached_property, lru_cache
from urllib.parse import urlencode

from django.conf import settings
from django.http import JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language, get_language_bidi, override
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from accounts.access import allow_everyone
from protocols import editions
from resources import crisis
from resources.emergency import numbers_in
from resources.places import is_country
from sessions_app import levels


@dataclass(frozen=True)
class KeptPage:
    """The one page a device keeps: nobody's data, but in a language, and with the numbers of a country."""

    edition_id: int
    language: str
    country: str = ""

    @property
    def address(self):
        """Where a device asks for it, without cookies, so that it can never come with anybody's data on it.

        It changes with the page, so that a device which keeps an older one knows it.
        """
        asked = {"language": self.language, "country": self.country, "version": self.version}
        return f"{reverse('offline')}?{urlencode(asked)}"

    @cached_property
    def lines(self):
        return crisis.numbers_to_call(self.country)[self.country] if self.country else []

    @cached_property
    def context(self):
        return {
            "phases": editions.phases_of(self.edition_id),
            "levels": levels.ASKS,
            "safety": levels.SAFETY,
            "emergency_numbers": numbers_in(self.country) if self.country else [],
            "crisis_lines": self.lines,
        }

    @property
    def version(self):
        """Changes with the edition, the words, the numbers and the names of the static files."""
        numbers = tuple((line.resource.name, line.words) for line in self.lines)
        return version_of(self, (*self.context["emergency_numbers"], *numbers))


@lru_cache(maxsize=64)
def version_of(page, numbers):
    return hashlib.sha256(render_to_string("offline.html", page.context).encode()).hexdigest()[:12]


@require_safe
@cache_control(no_cache=True)
@allow_everyone
def offline(request):
    """The eleven steps for a device without a connection; it keeps this page, so nobody's data is on it."""
    asked, country = request.GET.get("language"), request.GET.get("country", "")
    language = asked if asked in dict(settings.LANGUAGES) else get_language()
    page = KeptPage(editions.in_force().pk, language, country if is_country(country) else "")
    with override(language):
        response = render(request, "offline.html", page.context)
        response.headers["Content-Language"] = language
    return response


@require_safe
@cache_control(no_cache=True)
@allow_everyone
def service_worker(request):
    """The script that keeps the offline page. It differs, so that devices fetch the page anew, when the page does."""
    country = request.user.site.country if request.user.is_authenticated else ""
    page = KeptPage(editions.in_force().pk, get_language(), country)
    return render(request, "sw.js", {"page": page}, content_type="text/javascript")


@require_safe
@cache_control(no_cache=True)
@allow_everyone
def push_worker(request):
    """The script that shows notifications, on devices where somebody switched them on."""
    return render(request, "push_worker.js", {"icon": static("icons/192.png")}, content_type="text/javascript")


@require_safe
@cache_control(max_age=24 * 3600)
@allow_everyone
def manifest(request):
    """What a device shows of Doorway once it is installed: a name and a picture that tell nobody what it is for."""
    pictures = [(size, "any") for size in (192, 512)] + [(512, "maskable")]
    return JsonResponse(
        {
            "id": "/",
            "name": "Doorway",
            "short_name": "Doorway",
            "lang": get_language(),
            "dir": "rtl" if get_language_bidi() else "ltr",
            "start_url": "/",
            "scope": "/",
            "display": "standalone",
            "background_color": "#f5f6f4",
            "theme_color": "#ffffff",
            "icons": [icon(size, purpose) for size, purpose in pictures],
        },
        content_type="application/manifest+json",
    )


def icon(size, purpose):
    name = f"icons/{size}.png" if purpose == "any" else f"icons/{size}-{purpose}.png"
    return {"src": static(name), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
