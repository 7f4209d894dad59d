"""The step between putting the data back from a copy and letting senders run again."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from accounts import row_security
from followups import deliveries
from followups.keeping import certificates, disposals


class Command(BaseCommand):
    help = (
        "After a restore, before any sender runs: mark what waits as perhaps sent since the copy was made, and dispose "
        "again of what was disposed of since."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--certificate",
            type=Path,
            action="append",
            default=[],
            metavar="FILE",
            help="of a disposal that came after the copy; may be given several times",
        )

    @row_security.for_the_owner
    def handle(self, *args, certificate, **options):
        marked = deliveries.doubt_what_waits()
        self.stdout.write(f"{marked} messages wait. Each will say that it may have been sent before.")
        for file in certificate:
            try:
                certificates.reapply(file.read_bytes())
            except certificates.NotACertificate:
                raise CommandError(f"{file} is no certificate of a disposal, or was changed.") from None
        self.stdout.write(f"{disposals.work()} records were disposed of again, or found gone.")
