"""The figures there are: each divides the same departures into values, and no figure crosses another."""

from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext_lazy as _

from protocols import editions
from protocols.models import Outcome
from sessions_app.models import Composition, Ending, Format
from sessions_app.models.reports import MainReason

#: All departures that happened, or still may. Every other figure but STAYED divides these.
DEPARTURES = "departures"
#: Departures that did not happen: counted apart, and in no other figure.
STAYED = "stayed"
STEP = "step-"
UNKNOWN = "unknown"
NOT_KNOWN = (UNKNOWN, _("Not known"))


@dataclass(frozen=True)
class Figure:
    """One figure: its `values` in the order they are shown, and the words of its sentence.

    `most` is said where more than half are one value, `often` where one is only the largest; both take %(value)s.
    """

    slug: str
    name: str
    values: tuple
    most: str = _("Most often: %(value)s")
    often: str = _("The largest number: %(value)s")
    about: str = ""

    @cached_property
    def labels(self):
        return dict(self.values)


def of_choices(choices, *more):
    return (*choices, *more)


MINUTES = (
    ("0", _("In the first 10 minutes")),
    ("10", _("From 10 to 20 minutes")),
    ("20", _("From 20 to 30 minutes")),
    ("30", _("From 30 to 40 minutes")),
    ("40", _("After 40 minutes")),
    NOT_KNOWN,
)
FIRST_ATTEMPT = (
    ("hour", _("Within an hour")),
    ("day", _("Within a day")),
    ("three_days", _("Within three days")),
    ("week", _("Within a week")),
    ("later", _("After a week")),
    ("none", _("No attempt recorded")),
)
REACHED = (
    ("in_target", _("By the time that was promised")),
    ("later", _("Later, or nothing was promised")),
    ("not_reached", _("Not reached, as far as recorded")),
)
PROMISES = (
    ("in_time", _("All closed in time")),
    ("late", _("One or more closed late")),
    ("overdue", _("One or more overdue")),
    ("waiting", _("Not due yet")),
    ("none", _("No contact promised")),
)
BACK = (("back", _("A session began within 30 days")), ("not_back", _("No session within 30 days")), NOT_KNOWN)
SOURCES = (
    ("stated", _("Stated by the client")),
    ("observed", _("Observed")),
    ("inferred", _("Inferred")),
    NOT_KNOWN,
)
RESOURCES = (
    ("taken", _("Given, and one or more taken")),
    ("not_taken", _("Given, and not taken")),
    ("not_said", _("Given, not known if taken")),
    ("none", _("None given")),
)
LEFT_AS = [(value, label) for value, label in Ending.choices if value not in ("stayed", "returned")]
STAYED_AS = [(value, label) for value, label in Ending.choices if value in ("stayed", "returned")]

WITH_ONE_BAR_EACH = [
    Figure(
        "reason",
        _("Main reason"),
        of_choices(MainReason.choices, ("unwritten", _("No signed report yet, or no reason in it"))),
        _("One reason stands behind most: %(value)s"),
        _("The reason named most: %(value)s"),
        _("The main reason of the signed report."),
    ),
    Figure(
        "source",
        _("How the reason is known"),
        SOURCES,
        _("Most reasons are known this way: %(value)s"),
        _("Reasons are known most often this way: %(value)s"),
    ),
    Figure(
        "format",
        _("Setting"),
        of_choices(Format.choices),
        _("Most were of one setting: %(value)s"),
        _("The setting met most: %(value)s"),
    ),
    Figure(
        "composition",
        _("With whom"),
        of_choices(Composition.choices),
        _("Most were of one kind of session: %(value)s"),
        _("The kind of session met most: %(value)s"),
    ),
    Figure(
        "minutes",
        _("Minutes into the session"),
        MINUTES,
        _("Most clients headed for the door at one time: %(value)s"),
        _("Clients headed for the door at this time most: %(value)s"),
        _("From the session's start to the moment the client wanted to leave."),
    ),
    Figure(
        "ending",
        _("How it ended"),
        (*LEFT_AS, ("open", _("Not ended yet"))),
        _("Most ended one way: %(value)s"),
        _("The ending met most: %(value)s"),
        _("Clients who stayed, or took a break and returned, are counted apart below."),
    ),
    Figure(
        "back",
        _("Came back within 30 days"),
        BACK,
        _("Mostly: %(value)s"),
        _("The largest part: %(value)s"),
        _("Came back means that Doorway holds a session with the client that began within 30 days."),
    ),
    Figure(
        "first_attempt",
        _("Time to the first attempt"),
        FIRST_ATTEMPT,
        _("The first attempt came mostly: %(value)s"),
        _("The first attempt came most often: %(value)s"),
        _("From the moment the client left to the first time somebody tried to reach them."),
    ),
    Figure(
        "reached",
        _("Reached"),
        REACHED,
        _("Most clients were reached, or not, this way: %(value)s"),
        _("The largest part was reached, or not, this way: %(value)s"),
        _("Measured against the first contact of the plan."),
    ),
    Figure(
        "promise",
        _("Contacts promised"),
        PROMISES,
        _("Most plans: %(value)s"),
        _("The largest part of the plans: %(value)s"),
        _("All contacts of the plan together, as they stood when they were counted."),
    ),
    Figure(
        "resources",
        _("Resources given and taken"),
        RESOURCES,
        _("Most departures: %(value)s"),
        _("The largest part: %(value)s"),
        _("Counted by departure, however many were given."),
    ),
]
APART = Figure(
    STAYED,
    _("Stayed or returned"),
    tuple(STAYED_AS),
    _("Of those who wanted to leave and did not, most: %(value)s"),
    _("Of those who wanted to leave and did not, the largest part: %(value)s"),
    _("These did not leave. They are counted here only."),
)
OUTCOMES = tuple(Outcome.choices)


def steps():
    """The figures of the eleven steps, with the titles of the edition in force. No query once it was read."""
    found = editions.steps_of(editions.in_force().pk)
    return [Figure(STEP + step.slug, step.title, OUTCOMES) for step in found]


#: Which departures' values each slug has, for what counts and releases; the eleven are permanent.
STEP_SLUGS = (
    "stay-calm",
    "check-safety",
    "express-empathy",
    "encourage-communication",
    "validate-feelings",
    "explore-reason",
    "offer-options",
    "discuss-implications",
    "provide-resources",
    "respect-decision",
    "follow-up",
)
#: figure: its values, for every figure that divides DEPARTURES.
DIVISIONS = {figure.slug: tuple(figure.labels) for figure in WITH_ONE_BAR_EACH} | {
    STEP + slug: tuple(value for value, _label in OUTCOMES) for slug in STEP_SLUGS
}
VALUES = {**DIVISIONS, STAYED: tuple(APART.labels), DEPARTURES: ("all",)}
