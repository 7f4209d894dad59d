"""Fill an empty database with made-up people, clients and departures; top up today's sessions of a filled one."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts import demo as people_demo
from accounts.models import User
from followups import demo as follow_up_demo
from resources import shelf
from sessions_app import demo as session_demo
from sessions_app.models import DepartureEvent


class Command(BaseCommand):
    help = "Load made-up data for the demo. Safe to run again: what is there stays as it is."

    def add_arguments(self, parser):
        parser.add_argument("--who", action="store_true", help="only print the address and the sign-ins")

    def handle(self, *args, who, **options):
        if who:
            return self.print_who()
        if not (settings.DEMO or settings.DEBUG):
            raise CommandError("Demo data belong in a demo: set DEMO=true or DEBUG=true.")
        create()
        return None

    def print_who(self):
        """The address, and one line for each person with the password they share."""
        self.stdout.write(f"\n  Doorway is at {settings.PUBLIC_URL}\n")
        for email, name, _phone, site, roles in people_demo.PEOPLE:
            role = ", ".join(role.label.lower() for role in roles)
            self.stdout.write(f"    {email:<22} {role:<11} {name}, {site}")
        self.stdout.write(f"    Password for each: {people_demo.PASSWORD}\n")


@transaction.atomic
def create():
    """People, shelf and caseload if missing; the stories only into a database that holds no departure yet."""
    is_first = not DepartureEvent.objects.exists()
    if not is_first and not User.objects.filter(email=people_demo.PEOPLE[0][0]).exists():
        raise CommandError("This database holds departures that are not the demo's. Use another one.")
    people = people_demo.people()
    shelf.load()
    follow_up_demo.adopt_policy(by=people["sam"])
    clients = session_demo.clients(people)
    if is_first:
        fresh = session_demo.tell(clients)
        follow_up_demo.try_to_reach(follow_up_demo.newest_of("0032"))
        follow_up_demo.remind_soon(fresh)
    session_demo.sessions_around_now(people, clients)
