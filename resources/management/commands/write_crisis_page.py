from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from resources import crisis_page


class Command(BaseCommand):
    help = "Write the page of checked crisis lines of each country with a site, for when Doorway itself is down."

    def add_arguments(self, parser):
        parser.add_argument("--to", required=True, metavar="FOLDER", help="a folder that exists")

    def handle(self, *args, to, **options):
        try:
            written = crisis_page.write(Path(to))
        except crisis_page.CannotWrite as problem:
            raise CommandError(str(problem)) from problem
        for path in written:
            self.stdout.write(str(path))
