"""The step between putting the data back from a copy and letting senders run again."""

from django.core.management.base import BaseCommand

from followups import deliveries


class Command(BaseCommand):
    help = "After a restore, before any sender runs: mark what waits as perhaps sent since the copy was made."

    def handle(self, *args, **options):
        marked = deliveries.doubt_what_waits()
        self.stdout.write(f"{marked} messages wait. Each will say that it may have been sent before.")
