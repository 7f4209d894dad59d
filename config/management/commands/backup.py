"""An encrypted archive of the whole database."""

import os
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, InterfaceError

from config.backup import archives, keys
from config.backup.streams import Refused, fingerprint
from followups import heartbeats


class Command(BaseCommand):
    help = "Write an encrypted archive of the database into a new file; --verify reads one to its end."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, nargs="?", help="a file that is not there yet")
        parser.add_argument("--verify", type=Path, metavar="FILE", help="read an archive and say what is in it")
        parser.add_argument("--make-key", action="store_true", help="print a new BACKUP_KEY")

    def handle(self, *args, file, verify, make_key, **options):
        if make_key:
            self.stdout.write(keys.new_key())
            return
        try:
            if verify:
                self.tell(archives.look_through(verify, key=keys.backup_key()))
                self.leave(heartbeats.BACKUP_READ)
            elif file:
                self.tell(write(file, url=settings.BACKUP_DATABASE_URL, key=keys.backup_key()))
                self.leave(heartbeats.BACKUP)
            else:
                raise Refused("Name a file for the archive.")
        except (Refused, OSError) as problem:
            raise CommandError(str(problem)) from None

    def leave(self, sign):
        """For `manage.py doctor`. The archive is whole either way: another machine may not reach the database."""
        try:
            heartbeats.leave(sign)
        except (DatabaseError, InterfaceError):
            self.stderr.write("No sign of this was left: the database at DATABASE_URL cannot be written.")

    def tell(self, manifest):
        rows = sum(said[0] for said in manifest["tables"].values())
        self.stdout.write(
            f"Whole. Made {manifest['made_at']}, {len(manifest['tables'])} tables, {rows} rows, PostgreSQL "
            f"{manifest['postgresql']}, key {fingerprint(keys.backup_key())}."
        )


def write(file, *, url, key):
    """An archive appears whole under its name or not at all, and never in place of another file."""
    if file.exists():
        raise Refused(f"{file} is there already. A backup never overwrites.")
    unfinished = file.with_name(f".{file.name}.unfinished-{os.getpid()}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(descriptor, "wb") as written:
            manifest = archives.make(written, url=url, key=key)
        try:
            os.link(unfinished, file)  # unlike a renaming it refuses a name that is taken by now
        except FileExistsError:
            raise Refused(f"{file} is there already. A backup never overwrites.") from None
    finally:
        unfinished.unlink()
    return manifest
