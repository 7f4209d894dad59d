"""How an installation gets its first people: `manage.py create_person --email sam@clinic.example …`."""

from datetime import timedelta

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts import people
from accounts.models import Role
from accounts.sign_in import link_to_choose_password

ACTOR = "command line"


class Command(BaseCommand):
    help = "Add a member of staff and print the one-time link where they choose their password."

    def add_arguments(self, parser):
        options = {
            "--email": {"required": True},
            "--name": {"required": True},
            "--role": {"required": True, "action": "append", "help": f"{', '.join(Role.values)}; repeat for more"},
            "--site": {"required": True, "help": "made if it is missing"},
            "--team": {"default": "Adults", "help": "made if it is missing (%(default)s)"},
            "--country": {"help": "of a new site: two letters, such as GB"},
            "--time-zone": {"help": "of a new site: such as Europe/London"},
            "--emergency-number": {"help": "of a new site: such as 999"},
            "--supervised-by": {"default": "", "metavar": "EMAIL", "help": "of somebody who is already here"},
            "--phone": {"default": "", "help": "work phone"},
        }
        parser.add_argument("--site-contact", action="store_true", help="told when a colleague there asks for help")
        parser.add_argument("--clinical-lead", action="store_true", help="puts follow-up policies in force")
        for name, about in options.items():
            parser.add_argument(name, type=str.strip, **about)

    def handle(self, *args, email, name, role, site, team, supervised_by, phone, **options):
        place = {fact: options[fact] for fact in people.PLACE if options[fact]}
        about = {"email": email, "name": name, "roles": role, "site": site, "team": team, "place": place}
        about |= {"is_site_contact": options["site_contact"], "is_clinical_lead": options["clinical_lead"]}
        try:
            with transaction.atomic():
                person = people.add(**about, phone=phone, supervised_by=supervised_by, by=ACTOR)
                link = link_to_choose_password(person)
        except people.NotAdded as problem:
            raise CommandError(str(problem)) from problem
        days = timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT).days
        self.stdout.write(f"{person.name} is added. Hand them this link; it works once, within {days} days:\n{link}")
