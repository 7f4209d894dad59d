"""Wake-up calls for the queue in the database. They carry nothing: losing or repeating one changes nothing."""

from celery import shared_task

from followups import deliveries, reminders
from followups.models import Reminder


@shared_task(name="followups.tasks.sweep")
def sweep():
    reminders.sweep(clock_name="beat")
    deliveries.drain()


@shared_task(name="followups.tasks.drain")
def drain():
    deliveries.drain()


@shared_task(name="followups.tasks.drain_urgent")
def drain_urgent():
    reminders.sweep_batch(lanes=[Reminder.Lane.URGENT])
    deliveries.drain(lanes=[Reminder.Lane.URGENT])
