"""Practice: made-up clients, real pages. The hand learns in the same place where it will be needed.

Everything works as in earnest but for one thing: nobody else sees, hears or counts any of it. An exercise that has
ended stays as it is; one can go through it again, which makes another one.
"""

import uuid
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts import audit, row_security
from sessions_app import caseload, departures, levels, signals
from sessions_app.models import Client, DepartureEvent, Exercise, TherapySession

#: Numbers that their countries keep for stories: nobody has them.
OF_STORIES = {"GB": "+44 7700 900142", "IE": "+353 20 915 4321", "AU": "+61 491 570 156"}
ELSEWHERE = "+1 202 555 0142"
LONGEST_NOTE = 1_000


class IdBelongsToAnother(Exception):
    """The id sent by the device already names somebody else's exercise."""


@transaction.atomic
def begin(script, *, id, by, at=None):
    """Start an exercise: made-up clients, their session, and the departure that it is about. Returns the exercise.

    Scripts that only look at pages make nothing up. The same `id` again returns the first one and adds nothing; raises
    IdBelongsToAnother when it is somebody else's. `at` is the moment of the tap (aware).
    """
    with row_security.unless_hidden(IdBelongsToAnother()):
        exercise, is_new = Exercise.objects.get_or_create(pk=id, defaults={"slug": script.slug, "person": by})
    if exercise.person_id != by.pk:
        raise IdBelongsToAnother
    if is_new:
        audit.record("exercise_begun", exercise, by=by, slug=script.slug)
        if script.makes_a_record:
            exercise.session = session_for(exercise, script, by=by)
            exercise.save(update_fields=["session"])
            depart(exercise, script, at=at, by=by)
    return exercise


def session_for(exercise, script, *, by):
    """The made-up session, running since as many minutes as the story says, with those who take part."""
    facts = {name: script.setting[name] for name in ("format", "composition")}
    ago = timedelta(days=script.setting.get("days_ago", 0), minutes=script.setting["minutes_in"])
    if script.setting.get("is_elsewhere"):
        facts |= {"address_today": "12 Example Street", "callback_number": number_of_stories(by.site.country)}
    made = TherapySession.objects.create(
        therapist=by, site=by.site, starts_at=timezone.now() - ago, is_practice=True, **facts
    )
    made.clients.set([person(exercise, who, place, by=by) for place, who in enumerate(script.clients, start=1)])
    return made


def person(exercise, who, place, *, by):
    """Somebody made up, with a reference that says so and what they allow."""
    made = Client.objects.create(
        reference=f"PRACTICE-{exercise.pk.hex[:8]}-{place}",
        preferred_name=who["name"],
        age_band=who["age_band"],
        therapist=by,
        team=by.team,
        is_practice=True,
    )
    number = number_of_stories(by.site.country)
    addresses = {"email": "nobody@example.org", "letter": "12 Example Street"}
    allowed = {
        channel: {"scope": scope, "address": addresses.get(channel, number)}
        for channel, scope in who["permissions"].items()
    }
    caseload.permit(made, permissions=allowed, by=by)
    return made


def number_of_stories(country):
    return OF_STORIES.get(country, ELSEWHERE)


def depart(exercise, script, *, at, by):
    """The tap. In a story that begins before today it is written down as it was, and over."""
    session = exercise.session
    if not script.begun:
        return departures.log(id=uuid.uuid4(), by=by, began_at=at, session=session)
    began_at = session.starts_at + timedelta(minutes=script.setting["minutes_in"])
    departure = departures.log(id=uuid.uuid4(), by=by, began_at=began_at, session=session, is_late_entry=True)
    gone_at = began_at + timedelta(minutes=script.begun["gone_after"])
    if level := script.begun.get("level"):
        levels.set_level(departure, level=level, op_id=uuid.uuid4(), at=began_at, by=by)
    departure = departures.they_have_gone(departure, op_id=uuid.uuid4(), at=gone_at, by=by)
    signals.exercise_begun.send(Exercise, departure=departure, attempts=script.attempts, by=by)
    return departure


def departures_of(exercise):
    """What was recorded in it, the first record first; none where one only looked."""
    if exercise.session_id is None:
        return []
    return list(
        DepartureEvent.objects.filter(session=exercise.session_id).for_page().order_by("began_at", "received_at")
    )


def running_of(person):
    """The exercise this person is in, or None; of several the newest."""
    return Exercise.objects.visible_to(person).running().newest_first().first()


@transaction.atomic
def ask_for_help(departure, *, by, at=None):
    """They tapped for help in an exercise. The first tap is written down, and nobody is told."""
    exercise = Exercise.objects.get(session=departure.session_id)
    moment = departures.believable(at, now=timezone.now())
    if Exercise.objects.filter(pk=exercise.pk, help_asked_at=None).update(help_asked_at=moment):
        audit.record("exercise_help_asked", exercise, by=by)


@transaction.atomic
def note(exercise, *, noted, by):
    """Write down what was found, as {key: words}, in place of what was written before."""
    exercise.noted = noted
    exercise.save(update_fields=["noted"])
    audit.record("exercise_noted", exercise, by=by)


@transaction.atomic
def end(exercise, *, by):
    """It is over, and kept apart. What a device still sends of it arrives; saying it again changes nothing."""
    if Exercise.objects.running().filter(pk=exercise.pk).update(ended_at=timezone.now()):
        audit.record("exercise_ended", exercise, by=by)
