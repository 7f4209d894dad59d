"""An edition as a therapist will see it, before anybody does: the live page's own steps, with nothing to press."""

import uuid

from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from django.views.decorators.http import require_safe

from protocols import editions
from protocols.models import Phase, Setting
from protocols.views_of_change import LANGUAGES, for_readers, language_of, of_number
from sessions_app import checklist
from sessions_app.models import AgeBand, Composition, DepartureEvent, Format
from sessions_app.views.pages import what_a_step_needs

#: A session in which exactly this setting calls for other words.
SESSIONS = {
    "": {},
    Setting.REMOTE: {"format": Format.VIDEO},
    Setting.HOME_VISIT: {"format": Format.HOME_VISIT},
    Setting.GROUP: {"composition": Composition.GROUP},
    Setting.COUPLE_OR_FAMILY: {"composition": Composition.COUPLE},
    Setting.MINOR: {"age_band": AgeBand.TEEN},
}
WIDTHS = [("phone", _("Phone")), ("laptop", _("Laptop"))]
INTERFACE = {"en": "en-gb"}  # of the page around the words, where it has another name


@require_safe
@for_readers
def preview(request, protocol_number):
    found, language = of_number(protocol_number), language_of(request)
    setting, width = request.GET.get("setting", ""), request.GET.get("width", "phone")
    setting = setting if setting in SESSIONS else ""
    context = {
        "version": found,
        "spoken": language,
        "languages": LANGUAGES,
        "settings": Setting,
        "setting": setting,
        "widths": WIDTHS,
        "width": width if width in dict(WIDTHS) else "phone",
        "steps": as_seen(request, found, language, setting),
    }
    return render(request, "sessions_app/protocol_preview.html", context)


def as_seen(request, version, language, setting):
    """The steps as the live page has them, each one open, in the words and the interface of a language."""
    departure = made_up(request.user, version, setting)
    steps = editions.steps_as_written(version.pk, language)
    states = [checklist.StepState(step, departure, is_next=True) for step in steps]
    phases = [(phase, [state for state in states if state.step.phase == phase]) for phase in Phase]
    with override(INTERFACE.get(language, language)):
        context = what_a_step_needs(request, departure) | {"phases": phases}
        return render_to_string("sessions_app/protocol_preview.html#steps", context, request)


def made_up(reader, version, setting):
    """A departure of nobody's that is never saved, as if the reader's own client were leaving."""
    now = timezone.now()
    facts = {"therapist": reader, "site": reader.site, "protocol_version_id": version.pk, "began_at": now}
    departure = DepartureEvent(id=uuid.uuid4(), **facts, **SESSIONS[setting])
    departure.present = 0
    return departure
