import sys

from django.core.management.base import BaseCommand, CommandError

from accounts import audit_chain, audit_verification


class Command(BaseCommand):
    help = (
        "Makes every hash of the audit trail and of the histories again, and names, by position and id only, each "
        "link and row that differs. Exit code 1 if any does. Seals what is new, and changes nothing else."
    )

    def add_arguments(self, parser):
        parser.add_argument("--from", dest="since", type=int, default=1, help="the first position to look at")
        parser.add_argument("--anchor", help="a file of `export_audit`: its last line must be in the chain")

    def handle(self, *args, since, anchor, **options):
        account = audit_verification.Account()
        anchors = [self.head_in(anchor)] if anchor else []
        for position, table, row, what in audit_verification.verify(account, since=since, anchors=anchors):
            self.stdout.write(f"{position or '-'} {table} {row or '-'}: {what}")
        counts = ", ".join(f"{count} {table}" for table, count in sorted(account.checked.items()))
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(account.kinds.items()))
        self.stdout.write(
            f"Checked {counts or 'nothing'} ({kinds or 'no link'}). {account.found or 'Nothing'} differs."
        )
        end = audit_chain.head()
        self.stdout.write(f"Head: {end.position} {end.hash}")
        if account.found:
            sys.exit(1)

    def head_in(self, name):
        try:
            with open(name, encoding="utf-8") as file:
                return audit_verification.head_in(file)
        except (OSError, ValueError) as problem:
            raise CommandError(f"{name} cannot be read as an export of the trail.") from problem
