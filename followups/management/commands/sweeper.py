"""The second clock: sweeps and sends without any broker, so that reminders go out when Redis or beat is down."""

import logging
import signal
import threading

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, InterfaceError, connection

from followups import deliveries, reminders

logger = logging.getLogger("followups.sweeper")


class Command(BaseCommand):
    help = "Sweep due reminders and send them, every SWEEP_SECONDS, without Celery or Redis."

    def add_arguments(self, parser):
        parser.add_argument("--once", action="store_true", help="sweep and send once, then stop")

    def handle(self, *args, once, **options):
        stopping = threading.Event()
        if not once:
            for each in (signal.SIGTERM, signal.SIGINT):
                signal.signal(each, lambda *_: stopping.set())
        self.round()
        while not once and not stopping.wait(settings.SWEEP_SECONDS):
            self.round()

    def round(self):
        """One sweep. A database that is away is no reason to die: the rows will still be there."""
        try:
            fired = reminders.sweep(clock_name="sweeper")
            sent = deliveries.drain()
        except (DatabaseError, InterfaceError) as error:
            logger.warning("database away: %s", type(error).__name__)
            connection.close()
            return
        if fired or sent:
            logger.info("swept %s, sent %s", fired, sent)
