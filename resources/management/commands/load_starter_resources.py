from django.core.management.base import BaseCommand

from resources import shelf


class Command(BaseCommand):
    help = "Load the starter entries of the directory. Safe to repeat; entries that are there are left alone."

    def handle(self, *args, **options):
        loaded = shelf.load()
        self.stdout.write(f"{loaded.created} added, {loaded.unchanged} already there. All new ones are unverified.")
