"""From a response level to a plan: who gets back to the client, when, and how."""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext_noop as _  # kept in English, shown in the language of the page

from accounts import audit
from accounts.supervision import supervisors_of
from followups import clock, due_times, follow_ups, policies, reminders
from followups.models import FollowUp, FollowUpChange, FollowUpPlan, PolicyTask
from sessions_app import no_contact
from sessions_app.models import DepartureEvent


@transaction.atomic
def open_for(departure, *, by):
    """Make the plan for the departure's level, a frozen copy of the policy in force. Returns the plan.

    Afterwards one plan stands: the same level again returns it unchanged, another level replaces what is
    still open. A client who asked for no contact gets no contact task, only a review by people.
    """
    DepartureEvent.objects.locked().only("pk").get(pk=departure.pk)
    standing = departure.plans.filter(superseded_at=None).first()
    if standing and standing.response_level == departure.response_level:
        return standing
    if standing:
        supersede(standing, by=by)
    policy = policies.in_force()
    plan = FollowUpPlan.objects.create(
        departure=departure, policy=policy, response_level=departure.response_level, opened_by=by
    )
    for task in tasks_for(departure, policy):
        promise(plan, task, since=departure.response_level_at)
    audit.record("plan_opened", departure, by=by, plan=plan.pk, level=plan.response_level)
    return plan


def tasks_for(departure, policy):
    """The policy's tasks for this level; without those that contact a client who asked for none."""
    tasks = policy.tasks.filter(response_level=departure.response_level)
    if not no_contact.is_asked(departure):
        return tasks
    return [task for task in tasks if not task.channel] or [no_contact_review(departure)]


def no_contact_review(departure):
    """What stands in for contact when the client asked for none: a person thinks about it."""
    return PolicyTask(
        position=1,
        title=_("Review: asked for no contact"),
        after_minutes=24 * 60,
        rolls=PolicyTask.Rolls.LATER,
        owner=PolicyTask.Owner.THERAPIST,
    )


def promise(plan, task, *, since):
    """Turn one task of the policy into a follow-up with its reminder.

    The time runs from `since`: the moment the level was set, also when that reached the server late.
    """
    departure, now = plan.departure, clock.now()
    hours = due_times.WorkingHours.of(departure.site)
    wanted = since + timedelta(minutes=task.after_minutes)
    due_at = due_times.rolled(wanted, rolls=task.rolls, hours=hours, now=now)
    due_on, due_wall_time = due_times.wall(due_at, hours.zone)
    follow_up = FollowUp.objects.create(
        plan=plan,
        departure=departure,
        owner=owner_of(task, departure),
        position=task.position,
        title=task.title,
        script=task.script,
        channel=task.channel,
        due_on=due_on,
        due_wall_time=due_wall_time,
        time_zone=departure.site.time_zone,
        due_at=due_times.instant(due_on, due_wall_time, hours.zone),
    )
    reminders.schedule(follow_up)
    return follow_up


def owner_of(task, departure):
    """The therapist, or the supervisor where the policy says so; without one the therapist keeps the promise."""
    if task.owner == PolicyTask.Owner.THERAPIST:
        return departure.therapist
    return next(iter(supervisors_of(departure.therapist)), departure.therapist)


def supersede(plan, *, by):
    """Close what is still open of a plan that no longer holds. Attempts stay where they are."""
    for follow_up in plan.follow_ups.open().select_for_update():
        follow_ups.close(follow_up, state=FollowUp.State.REPLACED, deed=FollowUpChange.Deed.REPLACED, by=by)
    plan.superseded_at = clock.now()
    plan.save(update_fields=["superseded_at"])


@transaction.atomic
def withdraw(departure, *, by):
    """No plan stands any more: the level was taken back, or the departure was a mistake."""
    DepartureEvent.objects.locked().only("pk").get(pk=departure.pk)
    for plan in departure.plans.filter(superseded_at=None):
        supersede(plan, by=by)
        audit.record("plan_withdrawn", departure, by=by, plan=plan.pk)


@transaction.atomic
def respect_no_contact(departure, *, by):
    """Afterwards no open task of the departure contacts the client; if none is left at all, a person thinks about it.

    Source: the client's right to confidential communication; see the policy's rule on "do not contact".
    """
    DepartureEvent.objects.locked().only("pk").get(pk=departure.pk)
    contacts = list(departure.follow_ups.open().exclude(channel="").select_for_update(of=["self"]))
    for follow_up in contacts:
        follow_ups.drop(follow_up, reason=_("The client asked for no contact"), by=by)
    plan = departure.plans.filter(superseded_at=None).first()
    if contacts and plan and not departure.follow_ups.open().exists():
        promise(plan, no_contact_review(departure), since=clock.now())


@transaction.atomic
def check_in_at(departure, *, at, by):
    """The author of the report chose another time to check in: the first open contact moves there."""
    contacts = departure.follow_ups.open().exclude(channel="").order_by("due_at", "pk").select_for_update()
    if first := contacts.first():
        follow_ups.move(first, to=at, reason=_("Chosen in the report"), by=by)
