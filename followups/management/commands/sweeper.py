"""The second clock: sweeps and sends without any broker, so that reminders go out when Redis or beat is down."""

import logging
import signal
import threading
import time

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, InterfaceError, connection

from accounts import row_security, staff_post
from followups import clock, deliveries, life_signs, reminders, zone_rules

SLICE = 1  # seconds; how long a signal to stop may have to wait

logger = logging.getLogger("followups.sweeper")


class Command(BaseCommand):
    help = "Sweep due reminders and send them, every SWEEP_SECONDS and at once when the database rings, without Redis."

    def add_arguments(self, parser):
        parser.add_argument("--once", action="store_true", help="sweep and send once, then stop")

    def handle(self, *args, once, **options):
        stopping = threading.Event()
        if not once:
            for each in (signal.SIGTERM, signal.SIGINT):
                signal.signal(each, lambda *_: stopping.set())
        self.has_followed_zones = False
        self.round()
        while not once and self.wait(stopping):
            self.round()

    def wait(self, stopping):
        """Until the next round is due, or somebody rings for one now; false when it is time to stop."""
        deadline = time.monotonic() + settings.SWEEP_SECONDS
        try:
            while not stopping.is_set() and time.monotonic() < deadline:
                if clock.listen(min(SLICE, settings.SWEEP_SECONDS)):
                    break
        except (DatabaseError, InterfaceError):
            connection.close()
            stopping.wait(settings.SWEEP_SECONDS)
        return not stopping.is_set()

    def round(self):
        """One sweep. A database that is away is no reason to die: the rows will still be there."""
        life_signs.give()
        try:
            clock.attend()
            with row_security.as_worker():
                if not self.has_followed_zones:
                    zone_rules.follow()
                    self.has_followed_zones = True
                fired = reminders.sweep(clock_name="sweeper")
                sent = deliveries.drain() + staff_post.drain()
        except (DatabaseError, InterfaceError) as error:
            logger.warning("database away: %s", type(error).__name__)
            connection.close()
            return
        if fired or sent:
            logger.info("swept %s, sent %s", fired, sent)
