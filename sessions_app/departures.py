"""Beginning, ending and taking back a departure. Nothing is ever required before one can be saved."""

import uuid
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts import audit
from protocols import editions
from sessions_app import checklist, levels, signals
from sessions_app.models import Composition, DepartureEvent, Ending, Format, ResponseLevel, StepResponse
from sessions_app.models.departures import Kind

GONE_ADDS = [*checklist.NEEDS_THE_CLIENT, f"level-{ResponseLevel.UNABLE_TO_ASSESS}"]
ASKED_ABOUT = timedelta(days=28)  # how long Now keeps asking for a report
CLOCK_TOLERANCE = timedelta(minutes=2)  # a device's clock may run ahead by this much and still be believed


class IdBelongsToAnother(Exception):
    """The id sent by the device already names another person's departure."""


class EndsBeforeItBegan(ValueError):
    """The time given for the ending lies before the beginning."""


@transaction.atomic
def log(*, id, by, began_at=None, session=None, client=None, is_late_entry=False, kind=""):
    """Write down that a client is heading for the door; `by` is the therapist it happened to.

    Returns the departure. Saying it twice with the same `id` returns the first one and adds nothing.
    Raises IdBelongsToAnother when `id` is somebody else's. `began_at` is the moment of the tap (aware);
    missing or in the future, the server's clock stands in.
    """
    now = timezone.now()
    departure, is_new = DepartureEvent.objects.get_or_create(
        pk=id,
        defaults={
            "therapist": by,
            "site": session.site if session else by.site,
            "session": session,
            "client": client or (session and session.only_client),
            "protocol_version": editions.in_force(),
            "began_at": believable(began_at, now=now),
            "is_late_entry": is_late_entry,
            "kind": kind,
            **setting_of(session, client),
        },
    )
    if departure.therapist_id != by.pk:
        raise IdBelongsToAnother
    if is_new:
        audit.record("logged", departure, by=by, session=session and session.pk)
        signals.departure_logged.send(DepartureEvent, departure=departure, by=by)
    return departure


def believable(moment, *, now):
    """The moment the device gave, unless it lies in the future; then the server's clock."""
    return moment if moment and moment <= now + CLOCK_TOLERANCE else now


def setting_of(session, client):
    """Format, composition and age band the departure starts from; the therapist may change them."""
    who = client or (session and session.only_client)
    return {
        "format": session.format if session else Format.IN_PERSON,
        "composition": session.composition if session else Composition.INDIVIDUAL,
        **({"age_band": who.age_band} if who else {}),
    }


@transaction.atomic
def choose_client(departure, *, client, by):
    """Say who it was. May be done at any time, and changed."""
    departure = locked(departure)
    departure.client = client
    departure.age_band = client.age_band
    departure.save(update_fields=["client", "age_band"])
    audit.record("client_chosen", departure, by=by, client=client.pk)
    signals.client_chosen.send(DepartureEvent, departure=departure, by=by)
    return departure


@transaction.atomic
def change_setting(departure, *, format, composition, age_band, by):
    """Correct how and with whom the session takes place. The words change; every answer stands as it was given."""
    departure = locked(departure)
    departure.format, departure.composition, departure.age_band = format, composition, age_band
    departure.save(update_fields=["format", "composition", "age_band"])
    audit.record("setting_changed", departure, by=by, format=format, composition=composition, age_band=age_band)
    return departure


@transaction.atomic
def take_break(departure, *, by, at=None):
    """The client steps out and means to come back. Saying it again, or once it has ended, changes nothing."""
    departure = locked(departure)
    if not departure.is_open or departure.is_on_break:
        return departure
    departure.break_began_at = max(believable(at, now=timezone.now()), departure.began_at)
    departure.save(update_fields=["break_began_at"])
    audit.record("break_began", departure, by=by)
    return departure


@transaction.atomic
def came_back(departure, *, by, at=None):
    """The client is back from the break: it ends as a departure that did not happen. Only during a break."""
    departure = locked(departure)
    if not departure.is_on_break:
        return departure
    at = max(believable(at, now=timezone.now()), departure.break_began_at)
    return end(departure, ending=Ending.RETURNED, at=at, by=by)


@transaction.atomic
def they_have_gone(departure, *, op_id, by, at=None, clock_off_by=None):
    """The client is gone: fill in honestly what could not happen any more.

    Afterwards the departure has ended, steps 3 to 8 without an answer are *not possible: client had left*,
    safety without an answer is *unable to assess*, and steps 1, 2, 9, 10 and 11 are as they were. A level
    opens a follow-up plan. Saying it again, or once it has ended, changes nothing. `undo_gone` takes it back.
    """
    departure = locked(departure)
    if not departure.is_open or checklist.is_known(op_id, GONE_ADDS):
        return departure
    at = believable(at, now=timezone.now())
    departure.ended_at = max(at, departure.began_at)
    departure.ending = Ending.DISCONNECTED if departure.is_remote else Ending.LEFT
    departure.kind = departure.kind or (Kind.DURING_BREAK if departure.break_began_at else "")
    departure.save(update_fields=["ended_at", "ending", "kind"])
    checklist.fill_in_gone(departure, op_id=op_id, at=departure.ended_at, clock_off_by=clock_off_by, by=by)
    audit.record("gone", departure, by=by)
    if not departure.response_level:
        unable = {"level": ResponseLevel.UNABLE_TO_ASSESS, "clock_off_by": clock_off_by}
        levels.set_level(departure, op_id=op_id, at=at, by=by, **unable)
    return departure


@transaction.atomic
def undo_gone(departure, *, by, at=None):
    """The client is still here after all: what *they have gone* filled in is taken back, nothing is erased."""
    departure = locked(departure)
    if departure.is_open or departure.is_voided:
        return departure
    departure.ended_at, departure.ending, departure.break_began_at = None, "", None
    departure.kind = "" if departure.kind == Kind.DURING_BREAK else departure.kind
    departure.save(update_fields=["ended_at", "ending", "break_began_at", "kind"])
    still_here(departure, by=by, at=at)
    return departure


def still_here(departure, *, by, at=None):
    """Take back the answers, and the level, that stood only because the client was thought to be gone."""
    taken_back = checklist.take_back_gone(departure, by=by, at=at)
    audit.record("gone_taken_back", departure, by=by)
    if levels.SAFETY in taken_back:
        levels.take_back_level(departure, op_id=uuid.uuid4(), by=by, at=at)


@transaction.atomic
def end(departure, *, ending, by, at=None, kind=""):
    """Write down how it ended, `stayed` and `returned` included; may be corrected later.

    A correction to `stayed` or `returned` takes back what *they have gone* had filled in. Raises
    EndsBeforeItBegan when `at` lies before the beginning.
    """
    departure = locked(departure)
    at = at or departure.ended_at or timezone.now()
    if at < departure.began_at:
        raise EndsBeforeItBegan
    if ending in (Ending.STAYED, Ending.RETURNED) and departure.ended_at:
        still_here(departure, by=by)
    departure.ended_at, departure.ending, departure.kind = at, ending, kind or departure.kind
    departure.save(update_fields=["ended_at", "ending", "kind"])
    audit.record("ended", departure, by=by, ending=ending)
    return departure


@transaction.atomic
def void(departure, *, reason, by):
    """Take back a departure that was started by mistake. It is kept, marked, and counts nowhere."""
    departure = locked(departure)
    if departure.is_voided:
        return departure
    departure.voided_at, departure.voided_by, departure.void_reason = timezone.now(), by, reason
    departure.save(update_fields=["voided_at", "voided_by", "void_reason"])
    audit.record("voided", departure, by=by)
    signals.departure_voided.send(DepartureEvent, departure=departure, by=by)
    return departure


def locked(departure):
    """The departure's row, held until the transaction ends, so that two deeds at once follow each other."""
    return DepartureEvent.objects.locked().for_page().get(pk=departure.pk)


def unwritten_of(therapist):
    """Departures of the last weeks in which the client did leave and no report was begun, newest first."""
    lately = timezone.now() - ASKED_ABOUT
    left = DepartureEvent.objects.of(therapist).standing().filter(report=None, began_at__gte=lately)
    ended = left.exclude(ending__in=["", Ending.STAYED, Ending.RETURNED])
    return list(ended.select_related("client").order_by("-began_at")[:5])


def open_of(therapist):
    """The therapist's open departures, newest first."""
    return (
        DepartureEvent.objects.of(therapist)
        .open()
        .select_related("client")
        .annotate(steps_recorded=StepResponse.objects.count_per_departure())
        .order_by(F("began_at").desc())
    )
