from django.core.management.base import BaseCommand

from resources import links


class Command(BaseCommand):
    help = "Look at each web page of the directory whose turn it is. Safe to repeat, to stop and to run twice at once."

    def add_arguments(self, parser):
        parser.add_argument(
            "--once", action="store_true", help=f"one turn as at night, {links.ONE_TURN} seconds at most, then stop"
        )

    def handle(self, *args, once, **options):
        looked_at = links.check(seconds=links.ONE_TURN if once else None)
        self.stdout.write(f"{looked_at} looked at.")
