"""Who puts policies and versions of the eleven steps in force: `manage.py clinical_lead sam@clinic.example`."""

from django.core.management.base import BaseCommand, CommandError

from accounts import people

ACTOR = "command line"


class Command(BaseCommand):
    help = "Let somebody who is already here put policies and the eleven steps in force, or with --end no more."

    def add_arguments(self, parser):
        parser.add_argument("email", type=str.strip)
        parser.add_argument("--end", action="store_true", help="they are clinical lead no more")

    def handle(self, *args, email, end, **options):
        verb = people.relieve_clinical_lead if end else people.appoint_clinical_lead
        try:
            person = verb(email, by=ACTOR)
        except people.NotAdded as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(f"{person.name} is {'no longer' if end else 'now'} a clinical lead.")
