"""A call for help on its way to people: at once, and to the next person every three minutes until somebody comes.

The call itself, who made it and who answered, is `sessions_app.help_calls`.
"""

from datetime import timedelta

from django.db import transaction

from followups import channels, clock, on_call, recipients
from followups.models import Delivery, HelpEscalation, Reminder
from sessions_app import help_calls

PAUSE = timedelta(minutes=3)  # product default: as long as one waits before asking somebody else
BATCH = 50


def tell_at_once(call):
    """A colleague asks for help: a message to each who is to hear it, sent as soon as this transaction stands.

    The sweeper is woken by the database itself; without it the next round of either clock sends them.
    """
    now = clock.now()
    send(call, help_calls.who_is_told(call.by), step=0, now=now)
    HelpEscalation.objects.update_or_create(call=call, defaults={"step": 1, "due_at": now + PAUSE})
    clock.wake()


def send(call, people, *, step, now):
    Delivery.objects.bulk_create(
        [
            Delivery(
                key=f"help:{call.pk}:{call.times_called}:{step}:{channel}:{person.pk}",
                kind=Delivery.Kind.HELP,
                help_call=call,
                recipient=person,
                channel=channel,
                lane=Reminder.Lane.URGENT,
                next_at=now,
            )
            for person in people
            for channel in channels.of(person)
        ],
        ignore_conflicts=True,
    )


def sweep():
    """Tell the next people of each call that nobody has answered. Returns how many calls it looked at."""
    return sum(iter(sweep_batch, 0))


@transaction.atomic
def sweep_batch():
    """The call is locked with its row, or passed over: whoever answers or calls again holds it, and needs the row."""
    now = clock.now()
    due = list(
        HelpEscalation.objects.filter(due_at__lte=now)
        .select_for_update(of=["self", "call"], skip_locked=True)
        .select_related("call__by__team__site", "call__site")
        .order_by("due_at")[:BATCH]
    )
    for each in due:
        is_waiting = each.call.is_open and each.call.answered_at is None
        if is_waiting:
            tell_next(each, now=now)
        each.due_at = now + PAUSE if is_waiting else None
        each.save(update_fields=["step", "due_at"])
    return len(due)


def tell_next(escalation, *, now):
    """First who is on call, then the clinical leads, then all of them again and again."""
    call, step = escalation.call, escalation.step
    people = who_is_next(call, step)
    help_calls.tell_also(call, people)
    send(call, people, step=step, now=now)
    escalation.step += 1


def who_is_next(call, step):
    """Never nobody: without anybody on call the leads hear first, without leads those who heard at once."""
    duty, leads = on_call.now(call.site), recipients.clinical_leads(call.site)
    first = [duty] if duty else []
    wanted = {1: first or leads, 2: leads or first}.get(step) or [*first, *leads]
    people = {each.pk: each for each in [*wanted, *(help_calls.who_is_told(call.by) if step > 2 else [])]}  # noqa: PLR2004
    people.pop(call.by_id, None)
    return list(people.values()) or help_calls.who_is_told(call.by)
