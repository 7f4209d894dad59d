"""From a response level to a plan: who gets back to the client, when, and how."""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext_noop as _  # kept in English, shown in the language of the page

from accounts import audit
from accounts.supervision import supervisors_of
from followups import client_zones, clock, due_times, follow_ups, policies, reminders, situations
from followups.models import FollowUp, FollowUpChange, FollowUpPlan, PolicyOverlay, Situation
from followups.models.policy import Owner, Rolls
from sessions_app import departures, no_contact
from sessions_app.models import Channel, ContactPermission, DepartureEvent

UNDECIDED = _("No follow-up policy is in force: decide with your supervisor when to call")
UNDECIDED_FOR_SUPERVISOR = _("No follow-up policy is in force: decide with the therapist when to call")
AT_ONCE = _("Product default: at once, as no policy says when")


@transaction.atomic
def open_for(departure, *, by):
    """Make the plan for the departure's level, a frozen copy of the policy in force. Returns the plan.

    Afterwards one plan stands: the same level again returns it unchanged, another level replaces what is
    still open. A client who asked for no contact gets no contact task, only a review by people. While no policy is
    in force no time is made up: the plan asks people to decide, at once.
    """
    departure = departures.locked(departure)
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
        since = situations.since(task.situation, departure, known_at=departure.response_level_at)
        promise(plan, task, since=since)
    audit.record("plan_opened", departure, by=by, plan=plan.pk, level=plan.response_level)
    return plan


def tasks_for(departure, policy):
    """What the policy asks for at this level in this situation; no contact with a client who asked for none."""
    if policy is None:
        return nobody_adopted(departure)
    present, allows_letters = situations.of(departure), True
    if no_contact.is_asked(departure):
        present.append(Situation.NO_CONTACT)
        allows_letters = has_allowed_letters(departure)
    return rows_of(policy, departure.response_level, present, allows_letters=allows_letters)


def rows_of(policy, level, present, *, allows_letters=True):
    """The rows of a policy that make a plan in these situations, of which *asked for no contact* may be one.

    The soonest first: where the end of the working day moves two to the same minute, they stay in that order.
    """
    tasks = [task for task in policy.tasks.all() if task.response_level == level]
    tasks += added_by(policy, level, present)
    if Situation.NO_CONTACT in present:
        tasks = [each for each in tasks if not is_contact(each, allows_letters)] + instead_of_contact(policy, level)
    return sorted(tasks, key=lambda task: task.after_minutes)


def is_contact(task, allows_letters):
    """Whether a task, or a follow-up made from it, leads to the client. The last letter does too, unless they had
    allowed letters: then it is the one thing they may still get.
    """
    if task.situation == Situation.ENDED_BY_CLIENT and task.channel in ("", Channel.LETTER):
        return not allows_letters
    return bool(task.channel)


def has_allowed_letters(departure):
    """Whether the client of this departure once said yes to letters, whatever they asked for since."""
    letters = ContactPermission.objects.filter(client=departure.client_id, channel=Channel.LETTER)
    return letters.exclude(scope=ContactPermission.Scope.NONE).exists()


def nobody_adopted(departure):
    """What stands in for a policy where none is in force: both decide, at once. Nothing is promised to the client."""
    people = {Owner.THERAPIST: UNDECIDED, Owner.SUPERVISOR: UNDECIDED_FOR_SUPERVISOR}
    if not supervisors_of(departure.therapist):
        people.pop(Owner.SUPERVISOR)
    at_once = {"after_minutes": 0, "rolls": Rolls.NOT, "situation": Situation.NO_POLICY, "source": AT_ONCE}
    return [
        PolicyOverlay(position=position, title=title, owner=owner, **at_once)
        for position, (owner, title) in enumerate(people.items(), start=1)
    ]


def added_by(policy, level, present):
    """The tasks that these situations add at a level.

    Where the work stands has tasks whatever a policy says: one that is older than that has none, and the default's
    stand in.
    """
    overlays = list(policy.overlays.all())
    known = {each.situation for each in overlays}
    for situation in situations.OF_THE_WORK.values():
        if situation in present and situation not in known:
            overlays += policies.default_rows(situation)
    rows = [each for each in overlays if each.situation in present and each.is_for(level)]
    return [each for each in rows if each.effect == PolicyOverlay.Effect.ADDS]


def instead_of_contact(policy, level):
    """What people do in place of contact: they think about it, and none is forgotten whatever a policy says."""
    rows = [each for each in policy.overlays.all() if each.effect == PolicyOverlay.Effect.INSTEAD] if policy else []
    return [each for each in rows if each.is_for(level)] or [no_contact_review()]


def no_contact_review():
    return PolicyOverlay(
        situation=Situation.NO_CONTACT,
        position=1,
        title=_("Review: asked for no contact"),
        after_minutes=24 * 60,
        rolls=Rolls.LATER,
        owner=Owner.THERAPIST,
        source=_("Product default"),
    )


def promise(plan, task, *, since):
    """Turn one row of the policy into a follow-up with its reminder.

    The time runs from `since`: the moment the level was set, also when that reached the server late.
    """
    departure, now = plan.departure, clock.now()
    hours = due_times.WorkingHours.of(departure.site)
    wanted = since + timedelta(minutes=task.after_minutes)
    night = night_for(task, client_zones.zone_of(departure, wanted))
    due_at = due_times.placed(wanted, rolls=task.rolls, hours=hours, now=now, night=night).due_at
    due_on, due_wall_time = due_times.wall(due_at, hours.zone)
    copied = ("position", "title", "script", "channel", "source", "situation")
    follow_up = FollowUp.objects.create(
        plan=plan,
        departure=departure,
        owner=owner_of(task, departure),
        due_on=due_on,
        due_wall_time=due_wall_time,
        time_zone=departure.site.time_zone,
        due_at=due_at,
        **{name: getattr(task, name) for name in copied},
    )
    reminders.schedule(follow_up)
    return follow_up


def night_for(task, zone):
    """The hours in which no call of this task is placed, where the client's clock is known; urgent calls have none."""
    is_call = task.channel in (Channel.PHONE, Channel.VOICEMAIL, Channel.TEXT)
    return due_times.Night(zone) if zone and is_call and task.rolls == Rolls.LATER else None


@transaction.atomic
def refresh(departure, *, by):
    """The situation is another one, or may be: add what it asks for, once, and take back what it does not any more.

    Levels and due times stay; what somebody closed stays closed. Called inside the write that reveals it.
    """
    departure = departures.locked(departure)  # as it is now: what the caller holds may be older than another's tap
    plan = departure.plans.filter(superseded_at=None).select_related("policy").first()
    if plan is None or plan.policy is None:
        return
    present = situations.of(departure)
    kept = plan.follow_ups.exclude(situation__in=["", Situation.NO_CONTACT]).exclude(state=FollowUp.State.REPLACED)
    for follow_up in kept.open().exclude(situation__in=present).select_for_update():
        follow_ups.close(follow_up, state=FollowUp.State.REPLACED, deed=FollowUpChange.Deed.REPLACED, by=by)
    has = set(kept.values_list("situation", "position"))
    is_silent, now = no_contact.is_asked(departure), clock.now()
    allows_letters = has_allowed_letters(departure) if is_silent else True
    for task in added_by(plan.policy, plan.response_level, present):
        if (task.situation, task.position) not in has and not (is_silent and is_contact(task, allows_letters)):
            promise(plan, task, since=situations.since(task.situation, departure, known_at=now))
            audit.record("plan_extended", departure, by=by, plan=plan.pk, situation=task.situation)


def owner_of(task, departure):
    """The therapist, or the supervisor where the policy says so; without one the therapist keeps the promise.

    In an exercise everything is kept by whoever practises.
    """
    if task.owner == Owner.THERAPIST or departure.is_practice:
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
    """Afterwards no open task of the departure contacts the client; in place of those, people think about it.

    Source: the client's right to confidential communication; see the policy's rule on "do not contact".
    """
    DepartureEvent.objects.locked().only("pk").get(pk=departure.pk)
    open_ones, allows_letters = (
        departure.follow_ups.open().select_for_update(of=["self"]),
        has_allowed_letters(departure),
    )
    contacts = [each for each in open_ones if is_contact(each, allows_letters)]
    for follow_up in contacts:
        follow_ups.drop(follow_up, reason=_("The client asked for no contact"), by=by)
    plan = departure.plans.filter(superseded_at=None).select_related("policy").first()
    if not contacts or plan is None:
        return
    waiting = plan.follow_ups.open().filter(situation=Situation.NO_CONTACT)
    has = set(waiting.values_list("position", flat=True))
    for task in instead_of_contact(plan.policy, plan.response_level):
        if task.position not in has:
            promise(plan, task, since=clock.now())


@transaction.atomic
def check_in_at(departure, *, at, by):
    """The author of the report chose another time to check in: the first open contact moves there."""
    contacts = departure.follow_ups.open().exclude(channel="").order_by("due_at", "pk").select_for_update()
    if first := contacts.first():
        follow_ups.move(first, to=at, reason=_("Chosen in the report"), by=by)
