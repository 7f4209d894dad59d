"""Beginning, ending and taking back a departure. Nothing is ever required before one can be saved."""

import uuid
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Count, F, Q
from django.utils import timezone

from accounts import audit, row_security
from protocols import editions
from sessions_app import checklist, levels, rehearsal, review_tasks, signals
from sessions_app.models import Composition, DepartureEvent, Ending, Format, ResponseLevel, StepResponse
from sessions_app.models.departures import DID_NOT_HAPPEN, FILLED_IN, Kind

GONE_ADDS = [*checklist.NEEDS_THE_CLIENT, f"level-{ResponseLevel.UNABLE_TO_ASSESS}"]
ASKED_ABOUT = timedelta(days=28)  # how long Now keeps asking for a report
REMEMBERED = timedelta(days=2)  # how long Now asks to tick what was done: memory fades
STEPS = 11
CLOCK_TOLERANCE = timedelta(minutes=2)  # a device's clock may run ahead by this much and still be believed


class IdBelongsToAnother(Exception):
    """The id sent by the device already names another person's departure."""


class EndsBeforeItBegan(ValueError):
    """The time given for the ending lies before the beginning."""


@transaction.atomic
def log(*, id, by, began_at=None, session=None, client=None, is_late_entry=False, kind="", alongside=None):
    """Write down that a client is heading for the door; `by` is the therapist it happened to.

    With `alongside`, the record is about somebody who was there when that departure began (`participants`).
    Returns the departure. Saying it twice with the same `id` returns the first one and adds nothing.
    Raises IdBelongsToAnother when `id` is somebody else's. `began_at` is the moment of the tap (aware);
    missing or in the future, the server's clock stands in. In a session made up for an exercise it is an exercise;
    until the installation is adopted it is practice (`rehearsal`).
    """
    if alongside is None:
        session, client = rehearsal.settled(id, session=session, client=client, by=by)
    facts = {
        "therapist": by,
        "site": session.site if session else by.site,
        "session": session,
        "is_practice": bool(session and session.is_practice),
        "client": client or (session and session.only_client),
        "protocol_version": editions.in_force(),
        "began_at": believable(began_at, now=timezone.now()),
        "is_late_entry": is_late_entry,
        "kind": kind,
        "alongside": alongside,
        **setting_of(alongside or session, client),
        **whereabouts_in(session),
    }
    with row_security.unless_hidden(IdBelongsToAnother()):
        departure, is_new = DepartureEvent.objects.get_or_create(pk=id, defaults=facts)
    if departure.therapist_id != by.pk:
        raise IdBelongsToAnother
    if is_new:
        audit.record("logged", departure, by=by, session=session and session.pk)
        signals.departure_logged.send(DepartureEvent, departure=departure, by=by)
    return departure


def believable(moment, *, now):
    """The moment the device gave, unless it lies in the future; then the server's clock."""
    return moment if moment and moment <= now + CLOCK_TOLERANCE else now


def setting_of(like, client):
    """Format, composition and age band the departure starts from; the therapist may change them.

    `like` is the session, or the record of whoever headed for the door first, whose setting may have been corrected.
    """
    who = client or getattr(like, "only_client", None)
    return {
        "format": like.format if like else Format.IN_PERSON,
        "composition": like.composition if like else Composition.INDIVIDUAL,
        **({"age_band": who.age_band} if who else {}),
    }


WHEREABOUTS = ["address_today", "callback_number", "country_today"]


def whereabouts_in(session):
    """Where the client is today, as far as the session knows; from then on each person's record has its own."""
    return {name: getattr(session, name) for name in WHEREABOUTS} if session else {}


@transaction.atomic
def change_whereabouts(departure, *, by, **facts):
    """Correct where this person is today: address, call-back number and country, of this record alone."""
    departure = locked(departure)
    for name in WHEREABOUTS:
        setattr(departure, name, facts[name])
    departure.save(update_fields=WHEREABOUTS)
    audit.record("whereabouts_changed", departure, by=by)
    return departure


class HasARecordAlready(ValueError):
    """This person has a record of their own in the same session."""


@transaction.atomic
def choose_client(departure, *, client, by):
    """Say who it was. May be done at any time, and changed.

    Raises HasARecordAlready when another record of the same session is about this client: two people's safety must
    never come to stand in one record, nor one person's in two.
    """
    departure = locked(departure)
    if of_the_same_session(departure).filter(client=client).exists():
        raise HasARecordAlready
    departure.client = client
    departure.age_band = client.age_band
    departure.save(update_fields=["client", "age_band"])
    review_tasks.note_client(departure)
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
    signals.situation_changed.send(DepartureEvent, departure=departure, by=by)
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
    """The client is back, from a break or on the line: it ends as a departure that did not happen.

    Only during a break, or after the line dropped or the call was ended; else nothing changes. What had been filled
    in as not possible any more is taken back; a level that somebody set stands, with its plan.
    """
    departure = locked(departure)
    if not (departure.is_on_break or departure.has_dropped) or departure.is_voided:
        return departure
    left_at = departure.ended_at or departure.break_began_at
    return end(departure, ending=Ending.RETURNED, at=max(believable(at, now=timezone.now()), left_at), by=by)


@transaction.atomic
def stay(departure, *, by, at=None):
    """The client stays: it ends as a departure that did not happen. Once it has ended, nothing changes."""
    departure = locked(departure)
    if not departure.is_open:
        return departure
    return end(departure, ending=Ending.STAYED, at=max(believable(at, now=timezone.now()), departure.began_at), by=by)


@transaction.atomic
def they_have_gone(departure, *, op_id, by, at=None, clock_off_by=None, has_hung_up=False):
    """The client is gone, or cut off: fill in honestly what could not happen any more.

    Afterwards the departure has ended, steps 3 to 8 without an answer are *not possible: client had left*,
    safety without an answer is *unable to assess*, and steps 1, 2, 9, 10 and 11 are as they were. A level
    opens a follow-up plan. On video and phone it is a connection that was lost, unless the therapist says that the
    client has hung up: what is not known is never written down as the client's choice. Saying it again, or once it
    has ended, changes nothing. `undo_gone` takes it back, and so does `came_back` once the client is on the line.
    """
    departure = locked(departure)
    if not departure.is_open or checklist.is_known(op_id, GONE_ADDS):
        return departure
    at = believable(at, now=timezone.now())
    departure.ended_at = max(at, departure.began_at)
    departure.ending = Ending.DISCONNECTED if departure.is_remote else Ending.LEFT
    departure.kind = departure.kind or kind_of_going(departure, has_hung_up=has_hung_up)
    departure.save(update_fields=["ended_at", "ending", "kind"])
    checklist.fill_in_gone(departure, op_id=op_id, at=departure.ended_at, clock_off_by=clock_off_by, by=by)
    audit.record("gone", departure, by=by)
    if not departure.response_level:
        unable = {"level": ResponseLevel.UNABLE_TO_ASSESS, "clock_off_by": clock_off_by}
        levels.set_level(departure, op_id=op_id, at=at, by=by, **unable)
    signals.situation_changed.send(DepartureEvent, departure=departure, by=by)
    return departure


def kind_of_going(departure, *, has_hung_up):
    """What leaving says of itself, as far as that is known."""
    if has_hung_up:
        return Kind.DISCONNECTED
    if departure.break_began_at:
        return Kind.DURING_BREAK
    return Kind.CONNECTION_LOST if departure.is_remote else ""


@transaction.atomic
def undo_gone(departure, *, by, at=None):
    """The client is still here after all: what *they have gone* filled in is taken back, nothing is erased."""
    departure = locked(departure)
    if departure.is_open or departure.is_voided:
        return departure
    departure.ended_at, departure.ending, departure.break_began_at = None, "", None
    departure.kind = "" if departure.kind in FILLED_IN else departure.kind
    departure.save(update_fields=["ended_at", "ending", "break_began_at", "kind"])
    still_here(departure, by=by, at=at)
    signals.situation_changed.send(DepartureEvent, departure=departure, by=by)
    return departure


def still_here(departure, *, by, at=None):
    """Take back the answers, and the level, that stood only because the client was thought to be gone."""
    taken_back = checklist.take_back_gone(departure, by=by, at=at)
    audit.record("gone_taken_back", departure, by=by)
    if levels.SAFETY in taken_back:
        levels.take_back_level(departure, op_id=uuid.uuid4(), by=by, at=at, is_client_here=True)


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
    if ending in DID_NOT_HAPPEN and departure.ended_at:
        still_here(departure, by=by)
    departure.ended_at, departure.ending, departure.kind = at, ending, kind or departure.kind
    departure.save(update_fields=["ended_at", "ending", "kind"])
    audit.record("ended", departure, by=by, ending=ending)
    signals.situation_changed.send(DepartureEvent, departure=departure, by=by)
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
    review_tasks.withdraw(departure)
    signals.departure_voided.send(DepartureEvent, departure=departure, by=by)
    return departure


def locked(departure):
    """The departure's row, held until the transaction ends, so that two deeds at once follow each other."""
    return DepartureEvent.objects.locked().for_page().get(pk=departure.pk)


def of_the_same_session(departure):
    """The other records of the same happening: of the people who were there as well. Voided ones do not count."""
    root = departure.alongside_id or departure.pk
    together = DepartureEvent.objects.standing().filter(Q(pk=root) | Q(alongside=root))
    return together.exclude(pk=departure.pk)


def unfinished_of(therapist):
    """Departures of the last weeks that still want something of the therapist, newest first.

    Those of the last two days in which a step has no answer (`steps_open` of them), to be ticked from memory as long
    as there is one and no report is signed; and those in which the client did leave and no report was begun.
    """
    now = timezone.now()
    is_unwritten = Q(report=None) & ~Q(ending__in=DID_NOT_HAPPEN)
    is_fresh = Q(therapist=therapist, ended_at__gte=now - REMEMBERED, report__signed_at=None, steps_recorded__lt=STEPS)
    real = DepartureEvent.objects.happened_to(therapist).in_use().standing()
    ended = real.filter(began_at__gte=now - ASKED_ABOUT).exclude(ending="")
    counted = ended.annotate(steps_recorded=StepResponse.objects.count_per_departure())
    found = counted.filter(is_unwritten | is_fresh).select_related("client", "report").order_by("-began_at")[:5]
    return [
        Unfinished(each, is_fresh=each.therapist_id == therapist.pk and each.ended_at >= now - REMEMBERED)
        for each in found
    ]


@dataclass(frozen=True)
class Unfinished:
    """One departure and what it still wants."""

    departure: DepartureEvent
    is_fresh: bool

    @property
    def steps_open(self):
        """How many steps to tick from memory; none once it is long ago."""
        return STEPS - self.departure.steps_recorded if self.is_fresh else 0

    @property
    def is_unwritten(self):
        """Whether the client left and no report was begun. One that was begun stands among the reports."""
        return self.departure.has_happened and not hasattr(self.departure, "report")


def counted(standing):
    """How many did happen, or still may, and apart from them how many ended with staying. One query."""
    did_not = Q(ending__in=DID_NOT_HAPPEN)
    return standing.aggregate(happened=Count("pk", filter=~did_not), did_not_happen=Count("pk", filter=did_not))


def open_of(therapist):
    """The therapist's open departures, newest first; exercises have a page of their own."""
    return (
        DepartureEvent.objects.writable_by(therapist)
        .in_use()
        .open()
        .select_related("client")
        .annotate(steps_recorded=StepResponse.objects.count_per_departure())
        .order_by(F("began_at").desc())
    )
