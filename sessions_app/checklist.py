"""Answering the eleven steps. Answers are added, never edited; the newest stands."""

import uuid
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Case, Q, When
from django.utils import timezone

from accounts import audit, row_security
from protocols import editions
from protocols.models import Outcome, Phase, ProtocolStep
from resources import snapshots
from resources.models import Resource
from sessions_app import signals
from sessions_app.captures import CAPTURES
from sessions_app.models import CapturedFact, DepartureEvent, GivenResource, StepResponse
from sessions_app.models.departures import Kind
from sessions_app.models.responses import ReasonNotPossible

#: What cannot happen any more once the client has gone (steps 3 to 8).
NEEDS_THE_CLIENT = [
    "express-empathy",
    "encourage-communication",
    "validate-feelings",
    "explore-reason",
    "offer-options",
    "discuss-implications",
]

#: Phases whose steps flow into each other, so that they may be ticked together (steps 3 to 6).
IN_ONE_GESTURE = {Phase.CONNECT}

CLOCKS_DIFFER_BY = timedelta(minutes=10)  # at most, between a device and the server, or two devices


class OperationBelongsElsewhere(Exception):
    """The operation id was used before: by somebody else, for another departure or step, or to say something else."""


@transaction.atomic
def record(departure, *, slug, outcome, by, op_id, reason="", note="", at=None, clock_off_by=None, is_new=False):
    """Write down the answer to one step.

    Answers are never edited: changing your mind adds a newer one. Saying the same thing twice (a double
    tap, a replayed request) adds nothing; the standing answer comes back, `is_repeat` if `op_id` was heard. Raises
    OperationBelongsElsewhere when `op_id` was used for something else, ProtocolStep.DoesNotExist for an
    unknown slug. `at` is the moment of the tap (aware, UTC), the server's clock when missing; see `following`.
    `clock_off_by`: by how much `at` had to be corrected, see `accounts.devices`.
    `is_new`: the same words mean something else this time (another level), so that they are added.
    """
    # Two taps at once: the second waits here for the first, then sees its answer.
    DepartureEvent.objects.locked().only("pk").get(pk=departure.pk)
    said = {"outcome": outcome, "reason": reason, "note": note}
    return add(departure, said, slug=slug, by=by, op_id=op_id, at=at, clock_off_by=clock_off_by, is_new=is_new)


@transaction.atomic
def record_held(departure, *, slug, outcome, by, op_id, reason="", note="", at=None, clock_off_by=None):
    """As `record`, for a caller who read the departure with `locked()` in this transaction: one statement less."""
    said = {"outcome": outcome, "reason": reason, "note": note}
    return add(departure, said, slug=slug, by=by, op_id=op_id, at=at, clock_off_by=clock_off_by)


def add(departure, said, *, slug, by, op_id, at, clock_off_by, is_new=False):
    step = editions.step_of(departure.protocol_version_id, slug)
    standing = heard_or_standing(departure, step, op_id)
    if is_repeated(standing, op_id, departure=departure, step=step, by=by):
        if not says_the_same(standing, said):
            raise OperationBelongsElsewhere
        standing.is_repeat = True
        return standing
    if says_the_same(standing, said) and not is_new:
        return standing
    occurred_at = following(standing, at or timezone.now())
    facts = {"departure": departure, "step": step, "by": by, "occurred_at": occurred_at, "clock_off_by": clock_off_by}
    with row_security.unless_hidden(OperationBelongsElsewhere()):
        response = StepResponse.objects.create(op_id=op_id, **facts, **said)
    audit.record("step_recorded", departure, by=by, step=slug, outcome=said["outcome"])
    return response


def heard_or_standing(departure, step, op_id):
    """The answer that carries `op_id`, whatever it answers; else the newest to the step; else None. One row is read."""
    known = StepResponse.objects.filter(Q(op_id=op_id) | Q(departure=departure, step=step))
    return known.order_by(Case(When(op_id=op_id, then=0), default=1), "-occurred_at", "-pk").first()


def is_repeated(answer, op_id, *, departure, step, by):
    """Whether `answer` is what `op_id` said; raises when that was said about something else, or by somebody else."""
    if answer is None or answer.op_id != op_id:
        return False
    if (answer.departure_id, answer.step_id, answer.by_id) != (departure.pk, step.pk, by.pk):
        raise OperationBelongsElsewhere
    return True


def is_standing(response):
    """Whether nothing newer was said at its step: a tap that was long on its way may come after a newer one."""
    return not StepResponse.objects.filter(
        Q(occurred_at__gt=response.occurred_at) | Q(occurred_at=response.occurred_at, pk__gt=response.pk),
        departure=response.departure_id,
        step=response.step_id,
    ).exists()


def says_the_same(standing, said):
    if standing is None:
        return said["outcome"] == Outcome.NOT_RECORDED  # nothing to take back
    return all(getattr(standing, name) == value for name, value in said.items())


def following(standing, moment):
    """The moment to keep for what arrives after `standing` (an answer, a fact, or None).

    Clocks differ: what is a little older by its own clock takes the standing one's moment, so that arrival decides
    and nobody's *Undo* is lost. What is older than that was long on its way, and does not overturn the newer one.
    """
    if standing and timedelta(0) < standing.occurred_at - moment <= CLOCKS_DIFFER_BY:
        return standing.occurred_at
    return moment


def take_back(departure, *, slug, by, op_id, at=None, clock_off_by=None, note=""):
    """Undo: the step is not recorded any more. The earlier answer stays in the history."""
    taken_back = {"outcome": Outcome.NOT_RECORDED, "clock_off_by": clock_off_by, "note": note}
    return record(departure, slug=slug, by=by, op_id=op_id, at=at, **taken_back)


@transaction.atomic
def record_phase(departure, *, phase, op_id, by, at=None, clock_off_by=None):
    """Mark each step of a phase that has no answer as done, in one gesture. Returns the slugs that were."""
    DepartureEvent.objects.locked().only("pk").get(pk=departure.pk)
    steps = [step for step in editions.steps_of(departure.protocol_version_id) if step.phase == phase]
    answered = set(departure.step_responses.standing().values_list("step__slug", flat=True))
    slugs = [step.slug for step in steps if step.slug not in answered]
    if is_known(op_id, [step.slug for step in steps]):
        return []
    for slug in slugs:
        tick = {"outcome": Outcome.DONE, "op_id": derived(op_id, slug), "clock_off_by": clock_off_by}
        record(departure, slug=slug, at=at, by=by, **tick)
    return slugs


def derived(op_id, what):
    """One operation of the device may add several rows; each gets an id that a repeat finds again."""
    return uuid.uuid5(op_id, what)


@transaction.atomic
def fill_in_gone(departure, *, op_id, at, by, clock_off_by=None):
    """Mark each of steps 3 to 8 that has no answer as not possible, because the client had left."""
    answered = set(departure.step_responses.standing().values_list("step__slug", flat=True))
    for slug in NEEDS_THE_CLIENT:
        if slug not in answered:
            record(
                departure,
                slug=slug,
                outcome=Outcome.NOT_POSSIBLE,
                reason=reason_unable(departure),
                op_id=derived(op_id, slug),
                at=at,
                clock_off_by=clock_off_by,
                by=by,
            )


@transaction.atomic
def take_back_gone(departure, *, by, at=None):
    """Take back every standing *not possible: client had left*. Returns the slugs of those steps."""
    gone = departure.step_responses.standing().filter(
        outcome=Outcome.NOT_POSSIBLE,
        reason__in=[ReasonNotPossible.CLIENT_HAD_LEFT, ReasonNotPossible.CONNECTION_LOST],
    )
    slugs = list(gone.values_list("step__slug", flat=True))
    for slug in slugs:
        take_back(departure, slug=slug, by=by, op_id=uuid.uuid4(), at=at)
    return slugs


def is_known(op_id, whats):
    """Whether an operation that adds several rows has been here before."""
    return StepResponse.objects.filter(op_id__in=[derived(op_id, what) for what in whats]).exists()


def reason_unable(departure):
    """Why the client could not be asked: gone, or cut off."""
    if departure.kind == Kind.CONNECTION_LOST:
        return ReasonNotPossible.CONNECTION_LOST
    return ReasonNotPossible.CLIENT_HAD_LEFT if departure.ending else ReasonNotPossible.OTHER


@transaction.atomic
def note(departure, *, slug, facts, op_id, by, at=None):
    """Write down what was noticed at a step; only what changed adds a row. Returns the added rows.

    `facts` maps capture names to values; names the step captures in no setting are
    refused with KeyError: what was noted before the setting was changed is still true.
    """
    DepartureEvent.objects.locked().only("pk").get(pk=departure.pk)
    if CapturedFact.objects.filter(op_id=op_id).exists():
        return []
    step = editions.step_of(departure.protocol_version_id, slug)
    if unknown := set(facts) - set(step.every_capture):
        raise KeyError(f"Step {slug} does not capture {sorted(unknown)}.")
    before = {fact.name: fact for fact in departure.captured_facts.filter(step=step).current()}
    added = [
        CapturedFact(
            op_id=op_id,
            departure=departure,
            step=step,
            name=name,
            value=value,
            by=by,
            occurred_at=following(before.get(name), at or timezone.now()),
        )
        for name, value in facts.items()
        if value != (before[name].value if name in before else empty_like(value))
    ]
    with row_security.unless_hidden(OperationBelongsElsewhere()):
        CapturedFact.objects.bulk_create(added)
    if added:
        audit.record("details_noted", departure, by=by, names=[fact.name for fact in added])
        signals.situation_changed.send(DepartureEvent, departure=departure, by=by)
    return added


def facts_noted(departure, step):
    """What stands noted at a step, as {name: value}."""
    return {fact.name: fact.value for fact in departure.captured_facts.filter(step=step).current()}


def empty_like(value):
    return type(value)() if isinstance(value, list | dict) else ""


@transaction.atomic
def give(departure, *, resources, way, taken, op_id, by, safe_at_home=GivenResource.Safe.NOT_ASKED):
    """Write down which directory entries the client was given; the exact words and numbers are kept.

    `safe_at_home` is what the client said to “Is it safe to take this home?”. Returns the added rows;
    the same `op_id` again adds nothing.
    """
    DepartureEvent.objects.locked().only("pk").get(pk=departure.pk)
    if GivenResource.objects.filter(op_id=op_id).exists():
        return []
    keys = list(dict.fromkeys(resource.pk for resource in resources))
    entries = Resource.objects.with_contacts().in_bulk(keys)
    about = {"departure": departure, "way": way, "taken": taken, "safe_at_home": safe_at_home, "by": by}
    with row_security.unless_hidden(OperationBelongsElsewhere()):
        given = GivenResource.objects.bulk_create(
            GivenResource(
                op_id=op_id,
                resource=entries[key],
                snapshot=snapshots.take(entries[key], country=departure.country),
                **about,
            )
            for key in keys
        )
    audit.record("resources_given", departure, by=by, resources=[str(key) for key in keys])
    record(departure, slug="provide-resources", outcome=Outcome.DONE, op_id=derived(op_id, "given"), by=by)
    return given


@dataclass
class StepState:
    """One step as the live page shows it."""

    step: ProtocolStep
    departure: DepartureEvent
    response: StepResponse | None = None
    is_next: bool = False

    @property
    def new_op_id(self):
        """A fresh id for each form on the page: two forms must never be taken for one tap."""
        return uuid.uuid4()

    @property
    def is_recorded(self):
        return self.response is not None

    @property
    def is_done(self):
        return self.is_recorded and self.response.outcome == Outcome.DONE

    @property
    def is_safety(self):
        return self.step.slug == "check-safety"

    @property
    def is_wished(self):
        """Whether a lower level was tapped here that still lacks its reason."""
        return self.is_safety and bool(self.departure.level_wished)

    @property
    def is_resources(self):
        return self.step.slug == "provide-resources"

    @property
    def prompt(self):
        return self.step.prompt_for(self.departure.setting)

    @property
    def lines(self):
        """What to say or do in the setting, the lines that only it needs last."""
        return self.step.lines_for(self.departure.setting)

    @property
    def words_for_setting(self):
        return self.step.words_for(self.departure.setting)

    @property
    def other_outcomes(self):
        """The rarer answers, each one tap inside the opened step."""
        return [Outcome(name) for name in self.step.outcomes if name in (Outcome.PARTLY, Outcome.DECLINED)]

    @property
    def may_be_not_possible(self):
        return Outcome.NOT_POSSIBLE in self.step.outcomes

    @property
    def may_be_not_needed(self):
        return Outcome.NOT_APPLICABLE in self.step.outcomes


def states(departure):
    """The eleven steps with their standing answers, the next open one marked. One query."""
    newest = departure.step_responses.latest_per_step()
    answers = {answer.step_id: answer for answer in newest if answer.outcome != Outcome.NOT_RECORDED}
    steps = [
        StepState(step, departure, answers.get(step.pk)) for step in editions.steps_of(departure.protocol_version_id)
    ]
    for state in steps:
        if not state.is_recorded:
            state.is_next = True
            break
    return steps


def by_phase(steps):
    """The same states in the four groups of the page, in order, as (phase, states)."""
    return [(phase, [state for state in steps if state.step.phase == phase]) for phase in Phase]


def asked_at(step, departure):
    """What the step captures in the setting of this departure, by name."""
    return [name for name in step.captures_for(departure.setting) if name in CAPTURES]


def is_asked(name, departure):
    """Whether any step of the departure's edition captures this in its setting."""
    return any(name in asked_at(step, departure) for step in editions.steps_of(departure.protocol_version_id))
