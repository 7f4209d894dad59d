"""The record of a departure: what was captured on the way, put together so that it stands up. Chart only.

It follows the twelve elements of a defensible record: times, what was said and seen, the safety inquiry, capacity,
concerns told, alternatives offered, resources given, the decision, how they left, who was consulted or told, the plan
with every attempt, and who wrote it when. How the author is, and what stays between author and supervisor, is not
asked for here: it belongs to other compartments.
"""

from dataclasses import dataclass, field
from functools import cached_property

from django.utils.translation import gettext as _
from django.utils.translation import override

from protocols.models import Outcome
from sessions_app import captures, checklist, elements, missing_facts, own_tasks, reasons, signals, timeline
from sessions_app.models import DepartureEvent, DepartureReport

#: What `signals.what_follows` is answered with where no room above keeps plans.
NOTHING_FOLLOWS = {"plan": [], "attempts": []}
WRITTEN_IN = "en-gb"  # what is signed reads the same for ever, whoever signed it
SETTLED = {Outcome.NOT_POSSIBLE, Outcome.NOT_APPLICABLE}  # nothing to look for: the step says why


@dataclass
class Record:
    """Everything known of one departure, each read once. `departure` needs `for_page()`."""

    departure: DepartureEvent
    report: DepartureReport
    signed_at: object = None
    given: list = field(default_factory=list)

    def __post_init__(self):
        self.given = list(self.departure.given_resources.all())

    @cached_property
    def noted(self):
        """What stands noted, as {name: value}, without what stays private."""
        known = captures.values(self.departure)
        return {name: value for name, value in known.items() if not captures.CAPTURES[name].is_private}

    @cached_property
    def states(self):
        return {state.step.slug: state for state in checklist.states(self.departure)}

    @cached_property
    def follows(self):
        answers = signals.what_follows.send(DepartureEvent, departure=self.departure)
        return next((answer for _receiver, answer in answers if answer), NOTHING_FOLLOWS)

    @cached_property
    def missing(self):
        return missing_facts.of(self)

    @cached_property
    def elements(self):
        """The twelve, as plain rows. What a reader will not find is a row as well."""
        return elements.of(self)

    def is_settled(self, slug):
        """Whether a step says that what belongs to it could not be, or was not needed."""
        state = self.states.get(slug)
        return bool(state and state.is_recorded and state.response.outcome in SETTLED)

    def is_asked(self, name):
        return checklist.is_asked(name, self.departure)


def content_of(report, *, signed_at):
    """What is signed, as plain data and in English words: it needs no code, table or translation to be read."""
    departure = DepartureEvent.objects.for_page().get(pk=report.departure_id)
    with override(WRITTEN_IN):
        record = Record(departure, report, signed_at=signed_at)
        return {
            "version": 2,
            "departure": str(departure.pk),
            "author": report.author.name,
            "signed_at": signed_at.isoformat(),
            "is_late_entry": departure.is_late_entry,
            "answers": answers_of(report),
            "facts": [[str(label), str(words)] for label, words in facts_of(departure)],
            "record": record.elements,
            "not_provided": [each.code for each in record.missing if each.is_said],
            "steps": steps_of(departure, states=record.states.values()),
            "noted": [[str(label), str(words)] for label, words in noted_of(departure)],
            "given": [given_row(each) for each in record.given],
            **record.follows,
            "timeline": [[entry.at.isoformat(), str(entry.words)] for entry in timeline.of(departure)],
        }


def noted_of(departure):
    return [*captures.describe(departure), *own_tasks.described(departure)]


def answers_of(report):
    """What the author answered; the reason carries how it is known in its words, so that nobody can read past it."""
    return {
        "main_reason": reasons.sourced(report.main_reason, report.main_reason_source),
        "main_reason_code": report.main_reason,
        "main_reason_source": report.main_reason_source,
        "account": report.account,
        "check_in_at": report.check_in_at.isoformat() if report.check_in_at else "",
    }


def given_row(given):
    """A directory entry in the words of the moment it was given."""
    how = {"way": given.way, "taken": given.taken, "safe_at_home": given.safe_at_home, "how": given.how}
    return given.snapshot | how


def facts_of(departure):
    """The facts at the head of a report, as (label, words); what is not known says so. Needs `for_page()`."""
    unknown = _("Not provided")
    minutes = departure.minutes_of_service
    others = [(_("Others in the group"), str(departure.others))] if departure.is_of_a_group else []
    return [
        (_("Started"), elements.at_the_site(departure.began_at, departure.site)),
        (_("Client"), departure.client.reference if departure.client else unknown),
        (_("Setting"), elements.setting_of(departure)),
        *others,
        (_("Kind"), departure.get_kind_display() or unknown),
        (_("Response level"), departure.get_response_level_display() or unknown),
        (_("Ending"), departure.get_ending_display() or unknown),
        (_("Ended"), elements.at_the_site(departure.ended_at, departure.site) if departure.ended_at else unknown),
        (_("Minutes of service"), str(minutes) if minutes is not None else unknown),
    ]


def steps_of(departure, *, states=None):
    """The eleven with their standing answers, as plain rows."""
    return [
        {
            "position": state.step.position,
            "title": state.step.title,
            "outcome": str(state.response.get_outcome_display()) if state.is_recorded else _("Not recorded"),
            "reason": state.response.why if state.is_recorded else "",
            "at": state.response.occurred_at.isoformat() if state.is_recorded else "",
        }
        for state in (checklist.states(departure) if states is None else states)
    ]
