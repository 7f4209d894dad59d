"""How this room hears of what was done. Each runs inside the write's transaction: no plan, no write."""

from django.dispatch import receiver

from accounts.signals import account_closed, what_is_open
from followups import (
    client_hand_overs,
    draft_notices,
    emergency_notices,
    help_escalation,
    leaving,
    plan_rows,
    plans,
    practice,
    relations,
    review_reminders,
)
from followups.models.follow_ups import REACHED
from protocols.signals import draft_answered, draft_waits
from sessions_app import signals
from sessions_app.models import DepartureEvent


@receiver(signals.response_level_set, dispatch_uid="followups.plan")
def plan_for_level(sender, *, departure, by, **_):
    if departure.response_level:
        plans.open_for(departure, by=by)
    else:
        plans.withdraw(departure, by=by)


@receiver(signals.departure_voided, dispatch_uid="followups.withdraw")
def withdraw_plan(sender, *, departure, by, **_):
    plans.withdraw(departure, by=by)


@receiver(signals.client_chosen, dispatch_uid="followups.client")
def respect_what_the_client_asked(sender, *, departure, by, **_):
    if departure.client.asked_for_no_contact:
        plans.respect_no_contact(departure, by=by)
    plans.refresh(departure, by=by)  # another client may be of another age


@receiver(signals.situation_changed, dispatch_uid="followups.situation")
def plan_for_situation(sender, *, departure, by, **_):
    relations.hear_from_steps(departure, by=by)
    plans.refresh(departure, by=by)


@receiver(signals.whether_reached, dispatch_uid="followups.reached")
def was_reached(sender, *, departure, **_):
    """Whether somebody reached the client since the level was set."""
    since = departure.response_level_at
    return departure.contact_attempts.filter(result__in=REACHED, occurred_at__gte=since).exists()


@receiver(signals.what_follows, dispatch_uid="followups.record")
def what_follows(sender, *, departure, **_):
    """What was promised and tried, for the record that is about to be read or signed."""
    return plan_rows.of(departure)


@receiver(what_is_open, dispatch_uid="followups.leaving")
def what_is_open_here(sender, *, person, **_):
    return leaving.open_work([person.pk]).get(person.pk, {})


@receiver(account_closed, dispatch_uid="followups.leaving")
def end_addresses(sender, *, person, by, **_):
    leaving.end_addresses(person, by=by)


@receiver(signals.client_hands_over, dispatch_uid="followups.client_hand_overs")
def follow_ups_go_with_the_client(sender, *, client, former, to, by, **_):
    client_hand_overs.pass_on(client, former=former, to=to, by=by)


@receiver(signals.asked_for_no_contact, dispatch_uid="followups.no_contact")
def respect_no_contact_everywhere(sender, *, client, by, **_):
    for departure in DepartureEvent.objects.filter(client=client).order_by("pk"):
        plans.respect_no_contact(departure, by=by)


@receiver(signals.check_in_chosen, dispatch_uid="followups.check_in")
def move_first_contact(sender, *, departure, by, at, **_):
    plans.check_in_at(departure, at=at, by=by)


@receiver(signals.help_asked, dispatch_uid="followups.help")
def tell_colleagues(sender, *, call, **_):
    help_escalation.tell_at_once(call)


@receiver(signals.emergency_opened, dispatch_uid="followups.emergency")
def tell_who_answers_for_it(sender, *, access, **_):
    emergency_notices.tell_at_once(access)


@receiver(signals.report_sent, dispatch_uid="followups.review")
def plan_review(sender, *, report, by, **_):
    review_reminders.begin(report)


@receiver(signals.response_level_set, dispatch_uid="followups.review_level")
def plan_review_anew(sender, *, departure, by, **_):
    review_reminders.plan_anew(departure)


@receiver(signals.who_is_covered, dispatch_uid="followups.cover")
def whom_they_cover(sender, *, user, author, **_):
    """The supervisor of `author` who is away and for whom `user` stands in."""
    return review_reminders.covered_by(user, author=author)


@receiver(signals.exercise_begun, dispatch_uid="followups.exercise")
def try_as_the_story_says(sender, *, departure, attempts, by, **_):
    practice.try_as_told(departure, attempts=attempts, by=by)


@receiver(signals.debrief_asked, dispatch_uid="followups.debrief")
def what_followed(sender, *, departure, **_):
    return practice.facts_of(departure)


@receiver(draft_waits, dispatch_uid="followups.draft_waits")
def tell_clinical_leads(sender, *, what, row, mark, by, **_):
    draft_notices.tell_leads(what, row, mark=mark, by=by)


@receiver(draft_answered, dispatch_uid="followups.draft_answered")
def tell_who_wrote_it(sender, *, what, row, mark, author, by, **_):
    draft_notices.tell_author(what, row, mark=mark, author=author, by=by)
