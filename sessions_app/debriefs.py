"""After an exercise: what a reader will look for, beside what was recorded. Facts side by side, and nothing weighed.

There is no score, no mark and no verdict: a line without a record is a question to talk about, not a fault.
"""

from collections import ChainMap
from dataclasses import dataclass

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sessions_app import captures, checklist, exercises, practice, quality, signals
from sessions_app.models import Exercise


@dataclass(frozen=True)
class Line:
    """One thing looked for, and the words of what was recorded of it: none where there is nothing."""

    what: str
    why: str
    noted: list


def of(exercise):
    """The lines of the sheet, in the order of the script."""
    script, recorded = exercises.find(exercise.slug), facts_of(exercise)
    return [Line(each.what, each.why, said_of(each.facts, recorded)) for each in script.looked_for]


def said_of(keys, recorded):
    found = [words for key in keys for words in recorded.get(key, [])]
    return list(dict.fromkeys(found))


def facts_of(exercise):
    """What was recorded, as {key: [words]}. The first record speaks; of the others only that they are there."""
    said = {f"answer:{key}": [words] for key, words in exercise.noted.items() if words}
    if exercise.help_asked_at:
        said["help"] = [_("Help asked for at %(at)s") % {"at": time_of(exercise.help_asked_at)}]
    records = practice.departures_of(exercise)
    if not records:
        return said
    first = records[0]
    from_above = [found for _receiver, found in signals.debrief_asked.send(Exercise, departure=first)]
    return ChainMap(
        said, of_departure(first), noted_in(first), of_report(first), of_others(first, records), *from_above
    )


def of_departure(departure):
    """What the record's own row says."""
    known = {
        "level": timed(departure.get_response_level_display(), departure.response_level_at),
        "ending": timed(departure.get_ending_display(), departure.ended_at),
        "kind": [departure.get_kind_display()],
        "break": timed(_("Break began"), departure.break_began_at) if departure.break_began_at else [],
        "whereabouts": [departure.address_today, departure.callback_number, departure.country_today],
        "given": [f"{each.snapshot['name']} ({each.get_way_display()})" for each in departure.given_resources.all()],
        "steps": [_("%(count)s of 11 steps recorded") % {"count": sum(recorded_steps(departure))}],
    }
    if departure.minutes_of_service is not None:
        known["minutes"] = [_("Minutes of service") + f": {departure.minutes_of_service}"]
    return {key: [words for words in said if words] for key, said in known.items()}


def recorded_steps(departure):
    return [state.is_recorded for state in checklist.states(departure)]


def noted_in(departure):
    """Every capture, as `noted:name`, with its label: these are the author's own eyes."""
    current = captures.current(departure)
    return {f"noted:{name}": [said_as(captures.CAPTURES[name], fact.value)] for name, fact in current.items()}


def said_as(capture, value):
    return f"{capture.label} {capture.words(value)}"


def of_report(departure):
    report = getattr(departure, "report", None)
    if report is None:
        return {}
    signed = [_("Signed at %(at)s") % {"at": time_of(report.signed_at)}] if report.is_signed else [_("Draft report")]
    added = ngettext("%(count)s addendum", "%(count)s addenda", report.addenda.count()) % {
        "count": report.addenda.count()
    }
    note = quality.note_of(report)
    return {
        "report": signed,
        "addenda": [added] if report.addenda.exists() else [],
        "author-state": [note.get_author_state_display()] if note.author_state else [],
    }


def of_others(departure, records):
    """Who else has a record, as a number; a wish for no contact is the client's own."""
    more, wish = len(records) - 1, departure.client and departure.client.asked_for_no_contact
    return {
        "others": [ngettext("%(count)s more record", "%(count)s more records", more) % {"count": more}] if more else [],
        "others-count": [_("Others in the group") + f": {departure.others}"],
        "wish": [_("Asked for no contact")] if wish else [],
    }


def timed(words, at):
    """The words with their time, or nothing where nothing was said."""
    return [f"{words}, {time_of(at)}"] if words and at else []


def time_of(at):
    """Day and time on the wall of whoever reads."""
    return date_format(timezone.localtime(at), "j M H:i")
