"""Wake-up calls for the queue in the database. They carry nothing: losing or repeating one changes nothing."""

from contextlib import suppress

from celery import shared_task
from kombu.exceptions import OperationalError

from accounts import staff_post
from followups import deliveries, heartbeats, papers, reminders, trail_checks
from followups.keeping import disposals
from followups.models import Reminder
from followups.trends import aggregates, releases


@shared_task(name="followups.tasks.sweep")
def sweep():
    reminders.sweep(clock_name="beat")
    deliveries.drain(when_full=call_another)
    staff_post.drain()


@shared_task(name="followups.tasks.drain")
def drain():
    deliveries.drain(when_full=call_another)


@shared_task(name="followups.tasks.drain_urgent")
def drain_urgent():
    reminders.sweep_batch(lanes=[Reminder.Lane.URGENT])
    deliveries.drain(lanes=[Reminder.Lane.URGENT])
    heartbeats.leave(heartbeats.URGENT)


@shared_task(name="followups.tasks.make_papers")
def make_papers():
    papers.work()


@shared_task(name="followups.tasks.count_trends")
def count_trends():
    aggregates.sweep()


@shared_task(name="followups.tasks.release_trends")
def release_trends():
    aggregates.recount_all()
    releases.release()


@shared_task(name="followups.tasks.seal_trail")
def seal_trail():
    trail_checks.seal()


@shared_task(name="followups.tasks.verify_trail")
def verify_trail():
    trail_checks.prove()


@shared_task(name="followups.tasks.dispose")
def dispose():
    disposals.work(seconds=disposals.ONE_TURN)


def call_another():
    """Another sender may help, on whatever machine one is free. Without a broker this one goes on alone."""
    with suppress(OperationalError):
        drain.apply_async(retry=False)
