"""Celery. Two tasks wake the queue up; the queue itself is a table, so a lost or repeated message changes nothing.

Intervals are plain seconds in UTC: a crontab can skip or repeat an hour when clocks change. What is done once a night
has a crontab, which in UTC does neither.
"""

import os

from celery import Celery, Task
from celery.signals import after_task_publish, heartbeat_sent, setup_logging

from followups import life_signs

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


class WorkersTask(Task):
    """Each task runs as the worker's role in the database, whoever signs in to it."""

    def __call__(self, *args, **kwargs):
        from accounts import row_security  # models are not there yet when this file is read

        with row_security.as_worker():
            return super().__call__(*args, **kwargs)


app = Celery("doorway", task_cls=WorkersTask)
app.config_from_object("config.celery_settings")
app.autodiscover_tasks()


@setup_logging.connect
def keep_ours(**_):
    """Celery leaves logging alone once somebody listens here: lines of workers and beat are ours (config.logs)."""


@heartbeat_sent.connect  # a worker, every other second while it listens to Redis
@after_task_publish.connect  # beat, whenever it says "look now"
def still_here(**_):
    """One that hangs, or has lost Redis for good, is silent, and is started again by whoever looks after it."""
    life_signs.give()
