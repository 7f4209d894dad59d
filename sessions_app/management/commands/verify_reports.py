import sys

from django.core.management.base import BaseCommand

from accounts import row_security
from sessions_app import verification


class Command(BaseCommand):
    help = (
        "Makes every hash of signed reports, addenda, quality notes and reviews again and names, by id only, "
        "each row that differs. Exit code 1 if any does. Changes nothing."
    )

    @row_security.for_the_owner
    def handle(self, **options):
        account = verification.Account()
        for table, row_id, what in verification.verify(account):
            self.stdout.write(f"{table} {row_id}: {what}")
        self.stdout.write(f"Checked {verification.counted(account)}. {account.found or 'Nothing'} differs.")
        if account.found:
            sys.exit(1)
