from django.core.management.base import BaseCommand

from accounts import row_security
from followups.trends import aggregates, releases


class Command(BaseCommand):
    help = "Count every month of every site anew, and let out the quarters whose time has come."

    @row_security.for_the_owner
    def handle(self, *args, **options):
        changed = aggregates.recount_all()
        done = releases.release()
        self.stdout.write(f"Months whose numbers are others now: {len(changed)}.")
        self.stdout.write(f"Quarters let out: {', '.join(str(each) for each in done) or 'none'}.")
