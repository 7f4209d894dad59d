"""Asking somebody in from the command line: `manage.py invite --email sam@clinic.example …`."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts import invitations, people
from accounts.models import Role, Team


class Command(BaseCommand):
    help = "Send somebody a mail with a one-time link where they choose their password. No link is printed."

    def add_arguments(self, parser):
        parser.add_argument("--email", required=True)
        parser.add_argument("--name", required=True)
        parser.add_argument("--role", required=True, action="append", help=f"{', '.join(Role.values)}; repeat for more")
        parser.add_argument("--site", required=True, help="one that is here already")
        parser.add_argument("--team", default="Adults", help="one that is here already (%(default)s)")
        parser.add_argument("--language", default=settings.LANGUAGE_CODE, choices=dict(settings.LANGUAGES))

    def handle(self, *args, email, name, role, site, team, language, **options):
        where = Team.objects.open().filter(site__name=site, name=team).first()
        if where is None:
            raise CommandError(f"There is no team {team} at {site}.")
        who = {"email": email.strip(), "name": name.strip(), "roles": role, "language": language}
        try:
            invitations.invite(**who, team=where, by=invitations.COMMAND_LINE)
        except (invitations.NotInvited, people.NotAdded) as problem:
            raise CommandError(str(problem)) from problem
        hours = settings.INVITATION_HOURS
        self.stdout.write(f"A mail to {email} is on its way. The link in it works once, within {hours} hours.")
