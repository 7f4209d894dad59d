"""What a file is made of: the rows of one departure, read once, and what was asked for."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db import models
from django.db.models import Prefetch

from followups import clock
from followups.models import Acknowledgement, ContactAttempt, FollowUp, FollowUpPlan, Situation
from followups.models.policy import Owner
from protocols import editions
from protocols.models import ProtocolStep
from sessions_app.models import DepartureEvent, DepartureReport
from sessions_app.no_contact import Wish, wish_of

AMONG_STAFF = {Situation.NO_CONTACT, Situation.UNREACHED, Situation.NO_POLICY}


class Version(models.TextChoices):
    R5 = "R5", "R5"
    R4 = "R4", "R4"


@dataclass(frozen=True)
class Asked:
    """What whoever downloads the file has chosen. Attempts and the preferred name only where somebody says so."""

    version: str = Version.R5
    has_attempts: bool = False
    has_name: bool = False

    @property
    def is_r5(self):
        return self.version == Version.R5


@dataclass(frozen=True)
class Record:
    """One departure as it may leave: see `gather`."""

    departure: DepartureEvent
    asked: Asked
    now: datetime
    steps: list[ProtocolStep]
    report: DepartureReport | None = None
    plans: list[FollowUpPlan] = field(default_factory=list)
    follow_ups: list[FollowUp] = field(default_factory=list)
    attempts: list[ContactAttempt] = field(default_factory=list)
    is_contact_unwanted: bool = False

    @property
    def is_r5(self):
        return self.asked.is_r5

    @property
    def zone(self):
        return self.departure.site.zone


def for_exchange(departures):
    """Departures with what `gather` reads of them. Three queries, however much there is."""
    wanted = departures.real().for_page().select_related("report__author")
    return wanted.prefetch_related("report__addenda__by")


def gather(departure, *, asked):
    """Everything of a departure that may leave, in a number of queries that does not grow.

    One that was taken back leaves as a mistake and nothing more: no report, no plan, no attempts.
    """
    now = clock.now()
    common = {"departure": departure, "asked": asked, "now": now}
    common["steps"] = editions.steps_of(departure.protocol_version_id, "en")
    if departure.is_voided:
        return Record(**common)
    report = getattr(departure, "report", None)
    plans = list(departure.plans.select_related("policy", "opened_by").prefetch_related(*POLICY).order_by("pk"))
    rows = departure.follow_ups.exclude(state=FollowUp.State.REPLACED).select_related("owner")
    on_it = Prefetch("acknowledgements", Acknowledgement.objects.in_force(now), to_attr="standing")
    known = {plan.pk: plan for plan in plans}
    found = rows.prefetch_related(on_it, "changes").order_by("due_at", "pk")
    attempts = departure.contact_attempts.select_related("by") if asked.has_attempts else []
    return Record(
        **common,
        report=report if report and report.is_signed else None,
        plans=plans,
        follow_ups=[each for each in found if is_for_the_client(each, known[each.plan_id])],
        attempts=list(attempts),
        is_contact_unwanted=wish_of(departure) == Wish.ASKED,
    )


POLICY = ["policy__tasks", "policy__overlays"]


def is_for_the_client(follow_up, plan):
    """Whether a promise belongs to the chart: what contacts the client, and what the policy asks of the therapist.

    What people of the house do among themselves, a supervisor's look at the report above all, is not of the chart,
    nor may the chart mention it.
    """
    if follow_up.channel:
        return True
    if plan.policy is None or follow_up.situation in AMONG_STAFF:
        return False
    asks = [each for each in rows_of(plan, follow_up.situation) if each.position == follow_up.position]
    return any(each.owner == Owner.THERAPIST and each.title == follow_up.title for each in asks)


def rows_of(plan, situation):
    """What the policy of a plan asks for because of its level, or because of a situation."""
    if situation:
        return [each for each in plan.policy.overlays.all() if each.situation == situation]
    return [each for each in plan.policy.tasks.all() if each.response_level == plan.response_level]
