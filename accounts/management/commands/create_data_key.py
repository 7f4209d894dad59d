"""A key with which the words of the record are encrypted."""

from datetime import UTC, datetime

from django.core.management.base import BaseCommand, CommandError

from accounts import keys


class Command(BaseCommand):
    help = (
        "Make a key for the words of the record, and print it for DATA_KEYS. Nothing is kept: keep it yourself, twice."
    )
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument(
            "--id", default=f"{datetime.now(UTC):%y%m%d}", help="1 to 7 letters or digits. Today's date."
        )

    def handle(self, *args, **options):
        if not keys.NAME.fullmatch(options["id"]):
            raise CommandError("The id has 1 to 7 letters, digits, - or _.")
        self.stdout.write(f"DATA_KEYS={keys.new(options['id'])}")
