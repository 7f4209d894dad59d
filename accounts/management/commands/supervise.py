"""Who supervises whom: `manage.py supervise ana@clinic.example --supervisor sam@clinic.example`.

For a practice with a single admin, who cannot give themselves access to a record on any page.
"""

from datetime import date

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts import dated, people, supervisions

ACTOR = "command line"


class Command(BaseCommand):
    help = "Say that somebody is supervised by somebody from a day on, or with --end until one. Both are told by mail."

    def add_arguments(self, parser):
        parser.add_argument("email", type=str.strip, help="who is supervised")
        parser.add_argument("--supervisor", required=True, type=str.strip)
        parser.add_argument("--on", type=date.fromisoformat, help="first day, or with --end the last; today without")
        parser.add_argument("--until", type=date.fromisoformat, help="last day; none without")
        parser.add_argument("--end", action="store_true", help="end the one that holds today")

    @transaction.atomic
    def handle(self, *args, email, supervisor, on, until, end, **options):
        try:
            supervisee, by_whom = people.active_person(email), people.active_person(supervisor)
            day = on or dated.present_day(supervisee.zone)
            verb = self.end if end else self.enter
            row = verb(supervisee, by_whom, day, until)
        except (people.NotAdded, dated.NotEntered) as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(f"{by_whom.name} supervises {supervisee.name} {row.said}.")

    def enter(self, supervisee, supervisor, day, until):
        pair = {"supervisor": supervisor, "supervisee": supervisee}
        return supervisions.enter(**pair, starts_on=day, ends_on=until, by=ACTOR)

    def end(self, supervisee, supervisor, day, until):
        row = supervisor.supervisions_given.as_entered().on().filter(supervisee=supervisee).first()
        if row is None:
            raise CommandError(f"{supervisor.name} does not supervise {supervisee.name} today.")
        return supervisions.end(row, last=day, by=ACTOR)
