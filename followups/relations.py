"""Where the work with a client stands after a departure: said by a person, kept as it was said, with its tasks.

Clients may end at any time and for any reason; what a clinician owes is to clarify how it stands, because leaving it
open keeps the duty of care alive. So *not said yet* and *not clear* are answers of their own, a status closes no case,
and each brings the tasks it asks for into the plan. Source: ethics codes on abandonment and termination.
"""

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext_noop as _  # kept in English, shown in the language of the page

from accounts import audit
from followups import clock, follow_ups, plans, situations
from followups.models import FollowUp, FollowUpChange, RelationshipStatus, Situation
from sessions_app import captures, departures, no_contact

Status, Consent = RelationshipStatus.Status, RelationshipStatus.Consent
CAPTURE = "relationship-status"
AT_THE_STEPS = _("Noted at the steps")
CONSENT = _("Ask for consent, and name who takes over")
HAND_OVER = _("Hand over, once the client has said yes")
SAID_NO = _("The client said no to handing over")


def standing(departure):
    """What was said last, as a row; None as long as nobody has said anything. One query."""
    return departure.relationship_statuses.newest_first().select_related("by").first()


def with_standing(departures):
    """Each with `stands`, `stands_by` and `stands_at` of what was said last, in the same query."""
    newest = RelationshipStatus.objects.filter(departure=OuterRef("pk")).newest_first()
    facts = {"stands": "status", "stands_by": "by__name", "stands_at": "at"}
    return departures.annotate(**{name: Subquery(newest.values(field)[:1]) for name, field in facts.items()})


def words_of(status):
    return Status(status or Status.NOT_SAID).label


def history(departure):
    """Everything that was said, newest first: who, when, why."""
    return list(departure.relationship_statuses.newest_first().select_related("by"))


@transaction.atomic
def say(departure, *, status, why, by, receiving="", consent="", fact=None):
    """Write down where the work stands. Returns the row.

    Saying the same again adds nothing. Another status closes the tasks of the one before and makes its own, in the
    plan that is in force; without a plan they come with it. With `fact`, it was noted at the steps at that moment:
    one that was long on its way does not overturn what was said since.
    """
    departure = departures.locked(departure)
    before = standing(departure)
    said = {"status": status, "why": why, "receiving": receiving, "consent": consent}
    if fact is None and before and all(getattr(before, name) == value for name, value in said.items()):
        return before
    at = fact.occurred_at if fact else clock.now()
    row = RelationshipStatus.objects.create(departure=departure, **said, fact=fact, by=by, at=at)
    audit.record("relationship_said", departure, by=by, status=status)
    if standing(departure) == row:
        bring_tasks(departure, before=before, row=row, by=by)
    return row


def hear_from_steps(departure, *, by):
    """What was noted at the steps becomes a row, once; the one who noted it said it. Nothing noted, nothing said."""
    noted = departure.captured_facts.filter(name=CAPTURE).select_related("by").current().first()
    if noted is None or RelationshipStatus.objects.filter(fact=noted).exists():
        return
    if not noted.value and standing(departure) is None:
        return
    status = noted.value or Status.NOT_SAID
    if status in Status.values:
        say(departure, status=status, why=AT_THE_STEPS, by=noted.by, fact=noted)


def bring_tasks(departure, *, before, row, by):
    """Close what the status before asked for, and promise what this one asks for. Holds under the departure's lock."""
    if before is None or before.status != row.status:
        close_others(departure, row=row, by=by)
        promise_tasks(departure, row=row, is_first=before is None, by=by)
    if row.status == Status.TRANSFERRING and row.receiving and row.consent in (Consent.YES, Consent.NO):
        settle_consent(departure, row=row, by=by)


def close_others(departure, *, row, by):
    """The open tasks of another status. *Clarify* is done by saying anything clear; the others are not wanted now."""
    of_the_work = list(situations.OF_THE_WORK.values())
    wanted = situations.where_the_work_stands(departure, captures.values(departure))
    rows = departure.follow_ups.open().filter(situation__in=of_the_work).exclude(situation=wanted or "")
    for follow_up in rows.select_for_update(of=["self"]).order_by("pk"):
        if follow_up.situation == Situation.UNCLEAR and row.status != Status.NOT_SAID:
            follow_ups.complete(follow_up, by=by)
        else:
            follow_ups.close(follow_up, state=FollowUp.State.REPLACED, deed=FollowUpChange.Deed.REPLACED, by=by)


def promise_tasks(departure, *, row, is_first, by):
    """What the status asks for, none twice. The first time, what was done for what was noted before stays done.

    Who asked for no contact gets none: only what is done among staff, and a last letter where letters were allowed.
    """
    plan = departure.plans.filter(superseded_at=None).select_related("policy").first()
    situation = situations.OF_THE_WORK.get(row.status)
    if situation is None or plan is None or plan.policy is None:
        return
    known = plan.follow_ups.filter(situation=situation).exclude(state=FollowUp.State.REPLACED)
    has = set((known if is_first else known.open()).values_list("position", flat=True))
    is_silent, allows_letters = no_contact.is_asked(departure), plans.has_allowed_letters(departure)
    for task in plans.added_by(plan.policy, plan.response_level, [situation]):
        if task.position not in has and not (is_silent and plans.is_contact(task, allows_letters)):
            plans.promise(plan, task, since=clock.now())
            audit.record("plan_extended", departure, by=by, plan=plan.pk, situation=situation)


def settle_consent(departure, *, row, by):
    """It was asked. After a no nothing is handed over, so that task goes."""
    tasks = departure.follow_ups.open().filter(situation=Situation.TRANSFERRING).select_for_update(of=["self"])
    for follow_up in tasks.order_by("pk"):
        if follow_up.title == CONSENT:
            follow_ups.complete(follow_up, by=by)
        elif follow_up.title == HAND_OVER and row.consent == Consent.NO:
            follow_ups.drop(follow_up, reason=SAID_NO, by=by)


def is_clarifying(follow_up):
    """Whether this task is kept by saying where the work stands, and not by a tap on *Done*."""
    return follow_up.situation == Situation.UNCLEAR and not follow_up.channel


def is_open_question(departure):
    """Whether nobody has said where the work stands, or only that it is not clear."""
    said = standing(departure)
    return said is None or said.status in (Status.NOT_SAID, Status.UNCLEAR)
