"""Putting an archive back into an empty database."""

import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.backup import archives, keys
from config.backup.streams import Refused


class Command(BaseCommand):
    help = "Put an archive into the empty database at DATABASE_URL, compare it, and run after_restore. Senders are off."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--without-keys", action="store_true", help="even if the words in it cannot be read here")
        parser.add_argument("--certificate", type=Path, action="append", default=[], help="see after_restore")

    def handle(self, *args, file, without_keys, certificate, **options):
        url = settings.BACKUP_DATABASE_URL
        try:
            manifest = archives.put_back(file, url=url, key=keys.backup_key(), is_without_keys=without_keys)
        except (Refused, OSError) as problem:
            raise CommandError(str(problem)) from None
        self.stdout.write(f"Put back and compared: {len(manifest['tables'])} tables as of {manifest['made_at']}.")
        self.finish(certificate)

    def finish(self, certificates):
        """In a program of its own, which meets the database as it is now; until it is through no sender may run."""
        command = [sys.executable, "manage.py", "after_restore", *(f"--certificate={each}" for each in certificates)]
        env = os.environ | {"DATABASE_URL": settings.BACKUP_DATABASE_URL}
        done = subprocess.run(command, cwd=settings.BASE_DIR, env=env, capture_output=True, text=True, check=False)  # noqa: S603
        self.stdout.write(done.stdout.strip())
        if done.returncode:
            said = archives.last_line(done.stderr)
            raise CommandError(f"after_restore did not finish: {said} Run it again before any sender runs.")
