from django.core.management.base import BaseCommand, CommandError

from resources.export import files


class Command(BaseCommand):
    help = "Write the directory to a file, without drafts, entries not to be listed, and all that is confidential."

    def add_arguments(self, parser):
        parser.add_argument("--format", required=True, choices=sorted(files.FORMS))
        parser.add_argument("--to", required=True, metavar="FILE", help="A file that is there is replaced.")

    def handle(self, *args, **options):
        try:
            files.save(options["format"], options["to"], by="export_resources")
        except OSError as error:
            raise CommandError(f"Nothing was written: {error}") from error
        self.stdout.write(f"Written to {options['to']}.")
