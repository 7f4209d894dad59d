"""What will happen when: every task, reminder and step of escalation, before a policy is adopted or of a real plan.

`timeline` is a function of what it is given: it writes nothing and asks no clock. It places times with the same
functions that make a plan (`due_times`, `plans.rows_of`, `ladders.due`), so that it cannot promise something else.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from followups import due_times, ladders, plans
from followups.due_times import WorkingHours


@dataclass(frozen=True)
class Told:
    """Somebody is told at a time, for as long as the task is open and nobody has answered."""

    at: datetime
    step: int  # 0: who owns the task, when it is due
    who: str  # a place in the ladder, as `models.Told` names it
    prompt: str = ""  # what they are asked to decide
    again_after: int = 0  # minutes; 0: once

    @property
    def is_escalation(self):
        return self.step > 0


@dataclass(frozen=True)
class Entry:
    """One task: when it is due (UTC), why then, and who is told about it."""

    title: str
    due_at: datetime
    owner: str
    channel: str = ""
    source: str = ""
    situation: str = ""
    wanted_at: datetime | None = None
    why: tuple = ()
    holiday: str = ""
    told: list = field(default_factory=list)
    standing: list = field(default_factory=list)  # who is on it, and until when nobody is told
    prompts: list = field(default_factory=list)  # what somebody was asked to decide already

    @property
    def has_moved(self):
        return self.wanted_at is not None and self.wanted_at != self.due_at


def timeline(policy, level, present, at, site, *, client_zone=None):
    """Every task of a level in these situations, set `at` (aware) at `site`, with who is told if nobody answers.

    `client_zone`: the zone of the client's clock, if it is another one and known. Ordered by due time.
    """
    hours, steps = WorkingHours.of(site), ladders.ladder(policy, level)
    at = at.astimezone(UTC)  # within one zone Python adds minutes to the wall, also across a clock change
    rows = plans.rows_of(policy, level, present)
    entries = [entry(row, at=at, hours=hours, steps=steps, client_zone=client_zone) for row in rows]
    return sorted(entries, key=lambda each: each.due_at)


def entry(row, *, at, hours, steps, client_zone):
    wanted = at + timedelta(minutes=row.after_minutes)
    night = plans.night_for(row, client_zone)
    placed = due_times.placed(wanted, rolls=row.rolls, hours=hours, now=at, night=night)
    return Entry(
        title=row.task,
        due_at=placed.due_at,
        owner=row.get_owner_display(),
        channel=row.get_channel_display() if row.channel else "",
        source=row.where_from,
        situation=row.get_situation_display() if row.situation else "",
        wanted_at=placed.wanted_at,
        why=placed.why,
        holiday=hours.holiday_on(wanted.astimezone(hours.zone).date()),
        told=told_of(placed.due_at, steps, since=max(placed.due_at, at), hours=hours),
    )


def told_of(due_at, steps, *, since, hours):
    """The owner when it is due, then the steps of the ladder, as `reminders.schedule` makes them rows."""
    ladder = [
        Told(ladders.due(each, since=since, hours=hours), each.step, each.told, each.prompt, each.repeat_minutes)
        for each in steps
    ]
    return sorted([Told(due_at, 0, "owner"), *ladder], key=in_order)


def in_order(told):
    return told.at, told.step


def of(follow_ups):
    """The same of a real plan, from its own rows: what is still open, and what waits to be sent. No query.

    `follow_ups` are the open ones with `owner`, their scheduled reminders as `waiting`, and `with_answers`.
    """
    return [
        Entry(
            title=each.task,
            due_at=each.due_at,
            owner=each.owner.name,
            channel=each.get_channel_display() if each.channel else "",
            source=each.where_from,
            situation=each.get_situation_display() if each.situation else "",
            told=real_steps(each),
            standing=each.standing,
            prompts=each.prompts,
        )
        for each in sorted(follow_ups, key=lambda each: (each.due_at, each.pk))
    ]


def real_steps(follow_up):
    """Who is told from now on: the reminders that wait, whatever was snoozed, acknowledged or handed on before."""
    rows = [Told(each.due_at, each.step, each.told, each.prompt, each.repeat_minutes) for each in follow_up.waiting]
    return sorted(rows, key=in_order)
