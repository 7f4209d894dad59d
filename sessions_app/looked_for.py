"""What a reader of a record looks for: what, why, where it can be noted, and when it is not there."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from sessions_app import reasons
from sessions_app.models import ResponseLevel
from sessions_app.models.departures import AgeBand
from sessions_app.models.reports import MainReason

URGENT = [ResponseLevel.IMMEDIATE, ResponseLevel.ELEVATED]
CONCERNED = [*URGENT, ResponseLevel.SOME_CONCERN]
TOLD_OUTSIDE = {"emergency_call", "emergency_contact", "crisis_line"}
OPTIONS = ["options-accepted", "options-declined", "options-considering", "alternatives-named"]


@dataclass(frozen=True)
class Gap:
    """One thing to look for. `place` is a URL name with its anchor, or a step and what it notes, or the report."""

    code: str
    element: str
    what: str
    why: str
    place: str
    is_open: Callable


def lacks(name):
    """Nobody noted it. What is not asked in this setting is not missed either."""
    return lambda record: name not in record.noted and record.is_asked(name)


def lacks_at(name, slug):
    """The same, unless the step says that it could not be."""
    return lambda record: lacks(name)(record) and not record.is_settled(slug)


def has_gone(record):
    return bool(record.departure.ended_at and record.departure.has_happened)


def has_no_source(record):
    """A reason stands there, of the report or of step 6, and nobody said how it is known."""
    report = record.report
    named = {each: source for each, source in reasons.noted_in(record.noted).items() if each != report.main_reason}
    named[report.main_reason] = report.main_reason_source
    return any(each not in ("", MainReason.NOT_KNOWN) and not source for each, source in named.items())


def has_no_basis(record):
    return lacks_at("basis", "check-safety")(record) and bool(record.departure.response_level)


def has_no_concern(record):
    return lacks("concerns")(record) and record.departure.response_level in CONCERNED


def has_no_words(record):
    heard = {"presentation", "quote", "client-words"}
    return not record.report.account and not heard & set(record.noted)


def has_no_quote(record):
    return not {"quote", "client-words"} & set(record.noted) and not record.is_settled("encourage-communication")


def has_no_option(record):
    return not set(OPTIONS) & set(record.noted) and not record.is_settled("offer-options")


def has_no_resource(record):
    return not record.given and not record.is_settled("provide-resources")


def has_no_action(record):
    return lacks("actions-taken")(record) and record.departure.response_level in URGENT


def has_no_legal_basis(record):
    told = TOLD_OUTSIDE & set(record.noted.get("actions-taken", []))
    return bool(told) and lacks("actions-basis")(record)


def has_no_impairment(record):
    return lacks("impairment-seen")(record) and record.noted.get("left-how") == "driving"


def has_no_plan(record):
    return has_gone(record) and not record.follows["plan"] and not record.follows["attempts"]


def is_minor_and_lacks(name):
    return lambda record: record.departure.age_band != AgeBand.ADULT and lacks(name)(record)


GAPS = [
    Gap(
        "client",
        "times",
        _("Which client it was"),
        _("The record belongs to somebody."),
        "choose-client",
        lambda record: not record.departure.client_id,
    ),
    Gap(
        "session",
        "times",
        _("When the session began"),
        _("The minutes of service are counted from it."),
        "report#id_account",
        lambda record: not record.departure.session_id,
    ),
    Gap(
        "words",
        "said",
        _("What you saw and heard"),
        _("A reader wants to know what happened, in order."),
        "report#id_account",
        has_no_words,
    ),
    Gap(
        "quote",
        "said",
        _("The client's own words"),
        _("A short quote says more than a summary, and judges nobody."),
        "encourage-communication client-words",
        has_no_quote,
    ),
    Gap(
        "response-level",
        "safety",
        _("How soon we must act"),
        _("It shows that safety was asked about, or why not."),
        "departure#check-safety",
        lambda record: not record.departure.response_level,
    ),
    Gap(
        "basis",
        "safety",
        _("What the level rests on"),
        _("What was said, seen or known before: a level alone shows no reason."),
        "check-safety basis",
        has_no_basis,
    ),
    Gap(
        "concerns",
        "safety",
        _("What the concern is about"),
        _("The plan has to fit the concern."),
        "check-safety concerns",
        has_no_concern,
    ),
    Gap(
        "address",
        "safety",
        _("If the address was checked"),
        _("Help has to find the client where they are."),
        "check-safety address-checked",
        lacks("address-checked"),
    ),
    Gap(
        "capacity",
        "capacity",
        _("Capacity to decide"),
        _("A reader asks whether the choice was the client's own."),
        "check-safety capacity",
        lacks("capacity"),
    ),
    Gap(
        "concerns-told",
        "concerns",
        _("Concerns you told the client"),
        _("A choice is informed when it knew of them."),
        "discuss-implications concerns-told",
        lacks_at("concerns-told", "discuss-implications"),
    ),
    Gap(
        "understanding",
        "concerns",
        _("If the client said it back"),
        _("It shows that the concerns were understood."),
        "discuss-implications understanding",
        lambda record: "concerns-told" in record.noted and lacks("understanding")(record),
    ),
    Gap(
        "alternatives",
        "alternatives",
        _("Other ways you offered"),
        _("It shows that leaving was not the only way open."),
        "offer-options options-accepted",
        has_no_option,
    ),
    Gap(
        "resources",
        "resources",
        _("Resources you gave"),
        _("It shows that the client knew whom to call."),
        "give-resources",
        has_no_resource,
    ),
    Gap(
        "reason",
        "decision",
        _("The main reason"),
        _("What could change next time depends on it."),
        "report#id_main_reason",
        lambda record: not record.report.main_reason and not record.noted.get("reasons"),
    ),
    Gap(
        "source",
        "decision",
        _("How the reason is known"),
        _("What the client said and what you concluded are not the same."),
        "report#id_main_reason_source",
        has_no_source,
    ),
    Gap(
        "scope",
        "decision",
        _("If they left today, or ended therapy"),
        _("As long as it is not clear, the duty of care goes on."),
        "discuss-implications decision-scope",
        lacks_at("decision-scope", "discuss-implications"),
    ),
    Gap(
        "ending",
        "leaving",
        _("How it ended"),
        _("It shows whether care went on."),
        "end-departure",
        lambda record: not record.departure.ending,
    ),
    Gap(
        "left-how",
        "leaving",
        _("How they left"),
        _("It matters for the way home."),
        "respect-decision left-how",
        lacks("left-how"),
    ),
    Gap(
        "left-with",
        "leaving",
        _("Alone or with someone"),
        _("It matters who was with them."),
        "respect-decision left-with",
        lambda record: has_gone(record) and lacks("left-with")(record),
    ),
    Gap(
        "impairment",
        "leaving",
        _("If they seemed able to drive"),
        _("Somebody who drove off may have been a danger on the road."),
        "respect-decision impairment-seen",
        has_no_impairment,
    ),
    Gap(
        "ended-by",
        "leaving",
        _("Who ended the call"),
        _("A lost line is not the client's choice."),
        "respect-decision ended-by",
        lacks("ended-by"),
    ),
    Gap(
        "handed-to",
        "leaving",
        _("Who took over the young person"),
        _("A child is not left alone."),
        "respect-decision handed-to",
        lambda record: has_gone(record) and is_minor_and_lacks("handed-to")(record),
    ),
    Gap(
        "guardian",
        "told",
        _("If the responsible adult was told"),
        _("They answer for the young person from here."),
        "check-safety guardian-told",
        is_minor_and_lacks("guardian-told"),
    ),
    Gap(
        "safeguarding",
        "told",
        _("If the safeguarding lead was told"),
        _("Somebody looks whether this is part of a pattern."),
        "check-safety safeguarding-told",
        is_minor_and_lacks("safeguarding-told"),
    ),
    Gap(
        "actions",
        "told",
        _("What was done, and who was asked"),
        _("At this level a reader looks for a colleague's advice and for what was done."),
        "check-safety actions-taken",
        has_no_action,
    ),
    Gap(
        "legal-basis",
        "told",
        _("On what basis somebody was told"),
        _("Telling somebody outside needs a reason in law."),
        "check-safety actions-basis",
        has_no_legal_basis,
    ),
    Gap(
        "plan",
        "plan",
        _("The follow-up plan"),
        _("It shows that somebody gets back to the client."),
        "departure#plan",
        has_no_plan,
    ),
]
