"""When somebody cannot be reached: how often was tried, what comes next, and who decides. Nothing closes by itself.

Source: three documented attempts (US Veterans Affairs); a letter with resources and an open door, then a decision by
clinician and supervisor together (product default, adopted by the organisation with its policy).
"""

from dataclasses import dataclass

from django.utils.translation import gettext_noop as _  # kept in English, shown in the language of the page

from followups import clock, contact_permissions, plans
from followups.models import ContactAttempt, PolicyOverlay, PolicyTask, Situation, StatusDecision
from followups.models.follow_ups import RESULTS
from sessions_app.models import Channel

DAYS = 3  # where the policy of the plan has no such rule
CHANNELS = 2
DECIDE = _("Decide together how it stands")
Result = ContactAttempt.Result


@dataclass(frozen=True)
class Tally:
    """What was tried since the client was last reached, or since it was last decided how it stands.

    `days` are local days of the site, `channels` those tried; `channels_needed` is what the policy asks for, or as
    many as the client allows. A letter is no attempt here: it is what comes after them.
    """

    days: int
    days_needed: int
    channels: int
    channels_needed: int
    letter_sent: bool
    letter_allowed: bool

    @property
    def is_met(self):
        return self.days >= self.days_needed and self.channels >= self.channels_needed

    @property
    def wants_letter(self):
        return self.is_met and self.letter_allowed and not self.letter_sent


def tally(departure, *, attempts=None, gate=None):
    """Count what was tried. The gate is only asked once there were enough days: before that nothing hangs on it."""
    attempts = since_last_known(departure) if attempts is None else attempts
    tried = [each for each in attempts if RESULTS[each.result].counts and each.channel != Channel.LETTER]
    zone = departure.site.zone
    days = len({each.occurred_at.astimezone(zone).date() for each in tried})
    days_needed, channels_needed = limits_of(departure)
    if days >= days_needed:
        gate = gate or contact_permissions.gate_of(departure)
    return Tally(
        days=days,
        days_needed=days_needed,
        channels=len({each.channel for each in tried}),
        channels_needed=max(1, min(channels_needed, len(gate.permitted))) if gate else channels_needed,
        letter_sent=any(each.result == Result.LETTER_SENT for each in attempts),
        letter_allowed=bool(gate and gate.of(Channel.LETTER).is_permitted),
    )


def limits_of(departure):
    """(days, channels) that the policy of the plan asks for; a newer policy changes nothing for a plan that runs."""
    rules = PolicyOverlay.objects.filter(policy__plans__departure=departure, policy__plans__superseded_at=None)
    rules = rules.filter(situation=Situation.UNREACHED, effect=PolicyOverlay.Effect.RULE)
    rule = rules.order_by("position").first()
    return (rule and rule.least_days) or DAYS, (rule and rule.least_channels) or CHANNELS


def since_last_known(departure, *, attempts=None, decisions=None):
    """The attempts after the last that reached the client, and after the last decision, in their order."""
    attempts = list(departure.contact_attempts.all()) if attempts is None else attempts
    decisions = departure.decisions.all() if decisions is None else decisions
    decided = max((each.answered_at for each in decisions if each.is_agreed), default=None)
    if decided:
        attempts = [each for each in attempts if each.occurred_at > decided]
    reached = [index for index, each in enumerate(attempts) if each.is_reached]
    return attempts[reached[-1] + 1 :] if reached else attempts


def ask_for_decision(departure, *, by):
    """Once enough was tried, add the task to decide together, if it is not there. Holds under the departure's lock.

    It is a promise among staff like any other: its owner is reminded, and it stays open until people act.
    """
    plan = departure.plans.filter(superseded_at=None).first()
    if plan is None or decision_task(departure) or not tally(departure).is_met:
        return None
    return plans.promise(plan, decision(), since=clock.now())


def decision():
    return PolicyTask(
        position=99,
        title=DECIDE,
        after_minutes=24 * 60,
        rolls=PolicyTask.Rolls.LATER,
        owner=PolicyTask.Owner.THERAPIST,
        source="Product default: one working day after the last attempt",
    )


def decision_task(departure):
    """The open task to decide, or None."""
    return departure.follow_ups.open().filter(title=DECIDE, channel="").first()


def is_decision(follow_up):
    """Whether this task is kept by a decision of two, and not by a tap on *Done*."""
    return follow_up.title == DECIDE and not follow_up.channel


def standing(departure, *, attempts=None):
    """For the pages: what was tried, and what was decided or waits for the other."""
    decisions = list(StatusDecision.objects.filter(departure=departure).select_related("proposed_by", "answered_by"))
    lately = since_last_known(departure, attempts=attempts, decisions=decisions)
    return {
        "tally": tally(departure, attempts=lately),
        "waiting_decision": next((each for each in decisions if each.answered_at is None), None),
        "decisions": [each for each in decisions if each.is_agreed],
    }
