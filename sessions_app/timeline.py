"""What happened, in order, in words that describe acts and not people."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from protocols import editions
from protocols.models import Outcome
from sessions_app import own_tasks, reasons
from sessions_app.captures import CAPTURES


@dataclass(frozen=True)
class Entry:
    at: datetime
    words: str


def of(departure):
    """What the chart holds of the departure, oldest first; what stays private is not of it. Five queries, however much
    there is.
    """
    titles = {step.pk: step.title for step in editions.steps_of(departure.protocol_version_id)}
    of_the_chart = {name for name, capture in CAPTURES.items() if not capture.is_private}
    tasks = own_tasks.of_edition(departure.protocol_version_id)
    every_fact = list(departure.captured_facts.all())
    facts = [each for each in every_fact if each.name in of_the_chart]
    sources = next((each.value for each in reversed(facts) if each.name == "reasons-source"), {})
    entries = [
        *beginning_and_end(departure),
        *(Entry(each.occurred_at, answered(each, titles[each.step_id])) for each in departure.step_responses.all()),
        *(noted(each, sources=sources) for each in facts if not is_told_beside(each, facts)),
        *(Entry(each.occurred_at, own_tasks.told(each, tasks)) for each in every_fact if each.name in tasks),
        *(Entry(each.at, given(each)) for each in departure.given_resources.all()),
        *written(departure),
    ]
    return sorted(entries, key=lambda entry: entry.at)


def beginning_and_end(departure):
    words = _("Started, written down later") if departure.is_late_entry else _("Started")
    yield Entry(departure.began_at, words)
    if departure.break_began_at:
        yield Entry(departure.break_began_at, _("Took a break"))
    if departure.ended_at:
        yield Entry(departure.ended_at, departure.get_ending_display())
    if departure.voided_at:
        yield Entry(departure.voided_at, _("Taken back as a mistake"))


def answered(response, title):
    """What was answered; with a word of caution where the moment was worked out from a clock that was wrong."""
    words = answer_of(response, title)
    return _("%(words)s (about this time)") % {"words": words} if response.is_time_approximate else words


def answer_of(response, title):
    if response.outcome == Outcome.NOT_RECORDED:
        return _("%(step)s: answer taken back") % {"step": title}
    words, why = f"{title}: {response.get_outcome_display().lower()}", response.why
    return f"{words}, {why.lower()}" if response.reason else f"{words}, {why}" if why else words


def is_told_beside(fact, facts):
    """Whether it says how reasons are known that were noted with it: they carry it in their own line."""
    return fact.name == "reasons-source" and any(each.op_id == fact.op_id for each in facts if each.name == "reasons")


def noted(fact, *, sources):
    """What was noted; a reason always with how it is known, as that stands now."""
    capture = CAPTURES[fact.name]
    taken_back = _("%(what)s: taken back") % {"what": capture.label}
    said = {"reasons": fact.value, "reasons-source": sources} if fact.name == "reasons" else None
    value = reasons.in_words(said) if said else capture.words(fact.value)
    words = f"{capture.label} {value}" if fact.value else taken_back
    return Entry(fact.occurred_at, words)


def given(resource):
    words = {"name": resource.snapshot["name"], "how": resource.how}
    return _("Gave %(name)s, %(how)s") % words


def written(departure):
    """The report's own history, when there is one. What a supervisor said of it is not of the chart."""
    report = getattr(departure, "report", None)
    if report is None or not report.is_signed:
        return
    yield Entry(report.signed_at, _("Report signed"))
    for addendum in report.addenda.all():
        yield Entry(addendum.at, _("Late entry written") if addendum.is_late else _("Addendum written"))
