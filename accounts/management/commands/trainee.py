"""Who is in training: `manage.py trainee ana@clinic.example`. What a trainee signs is always co-signed."""

from datetime import date

from django.core.management.base import BaseCommand, CommandError

from accounts import people

ACTOR = "command line"


class Command(BaseCommand):
    help = "Say that somebody who is already here is in training from a day on, or with --end no more after one."

    def add_arguments(self, parser):
        parser.add_argument("email", type=str.strip)
        parser.add_argument("--on", type=date.fromisoformat, help="first day, or with --end the last; today without")
        parser.add_argument("--end", action="store_true", help="they are a trainee no more")

    def handle(self, *args, email, on, end, **options):
        verb = people.end_training if end else people.begin_training
        try:
            person = verb(email, on=on, by=ACTOR)
        except people.NotAdded as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(f"{person.name} is {'no longer' if end else 'now'} a trainee.")
