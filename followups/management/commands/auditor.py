"""The auditor: judges the engine every minute, and starves the dead-man switch when something is wrong."""

import logging
import signal
import threading

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, InterfaceError, connections

from followups import audits, life_signs

logger = logging.getLogger("followups.auditor")


class Command(BaseCommand):
    help = "Judge every AUDIT_SECONDS whether reminders go out; only if they do, ping DEADMAN_URL."

    def add_arguments(self, parser):
        parser.add_argument("--once", action="store_true", help="judge once, then stop; status 1 if something is wrong")

    def handle(self, *args, once, **options):
        stopping = threading.Event()
        if once:
            raise SystemExit(0 if self.round() else 1)
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, lambda *_: stopping.set())
        while True:
            self.round()
            if stopping.wait(settings.AUDIT_SECONDS):
                return

    def round(self):
        """One audit; true when all is well. What goes wrong here is a reason for silence, and never for dying."""
        life_signs.give()
        try:
            found = audits.audit()
        except (DatabaseError, InterfaceError) as error:
            logger.error("not audited: %s", type(error).__name__)
            connections.close_all()
            return False
        except OSError as error:
            logger.warning("the switch outside was not reached: %s", type(error).__name__)
            return True
        if not settings.CANARY_ADDRESS:
            logger.warning("no canary is sent: CANARY_ADDRESS is empty")
        if found:
            logger.error("not well: %s", ", ".join(f"{code} {count}" for code, count in sorted(found.items())))
        return not found
