"""A list from the command line: the same reading, the same report, the same undo as on the page."""

import json
import time
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from accounts.models import Role, User
from resources import batches, imports, shown_rows
from resources.models import ImportBatch, ImportRow, MappingProfile

State, What = ImportBatch.State, ImportRow.What
LONGEST_WAIT = 3600  # seconds for another import to end
PAUSE = 1
SHOWN = [What.DECISION, What.UPDATE, What.RETIRE, What.REFUSED, What.FILE, What.REJECTED, What.WARNING]


class Command(BaseCommand):
    help = "Read a list of resources and report what it would change. Only with --apply is anything changed."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="report only; this is so without it too")
        parser.add_argument("--apply", action="store_true", help="take over what needs no decision")
        parser.add_argument("--source", help="who made the list; the file's name without it")
        parser.add_argument("--country", default="US", help="two letters, for entries that name none")
        parser.add_argument("--zone", default=settings.TIME_ZONE, help="IANA name, for hours that name none")
        parser.add_argument(
            "--full-replacement", action="store_true", help="retire what the list does not have any more"
        )
        parser.add_argument("--confirm", default="", help="the number of entries to retire, where that is many")
        parser.add_argument("--mapping", type=Path, help="JSON: column to meaning; without it a saved one is used")
        parser.add_argument("--by", help="e-mail address of the admin who takes it over; needed with --apply")
        parser.add_argument("--report", type=Path, help="CSV file for every row and what became of it")

    def handle(self, *args, file, report, **options):
        if options["apply"] and options["dry_run"]:
            raise CommandError("Choose --dry-run or --apply, not both.")
        batch = self.read(file, options, by=self.person(options))
        self.tell(batch)
        if report:
            with report.open("w", newline="", encoding="utf-8") as out:
                out.writelines(shown_rows.as_table(batch, shown_rows.Echo()))
        if options["apply"]:
            self.apply(batch, options, by=self.person(options))
        self.stdout.write(f"See {reverse('import', args=[batch.pk])} for decisions, and for undoing it.")

    def person(self, options):
        """The admin in whose name it happens. Reading changes nothing, so it needs nobody."""
        if not options["by"]:
            if options["apply"]:
                raise CommandError("Say who takes it over: --by with the e-mail address of an admin.")
            return imports.SYSTEM
        person = User.objects.filter(email__iexact=options["by"], is_active=True).first()
        if person is None or not person.has_role(Role.ADMIN):
            raise CommandError(f"{options['by']} is no admin here.")
        return person

    def read(self, file, options, *, by):
        try:
            with file.open("rb") as opened:
                content = opened.read(batches.MOST_BYTES + 1)
            facts = {"country": options["country"].upper(), "zone": options["zone"]}
            facts |= {"source": options["source"] or file.stem, "is_full_replacement": options["full_replacement"]}
            batch = batches.add(content, name=file.name, by=by, **facts)
        except OSError as problem:
            raise CommandError(f"{file} cannot be opened: {problem.strerror}.") from problem
        except batches.TooBig:
            raise CommandError(f"{file} is larger than 50 MB. Split it, or pack it as a zip.") from None
        work_until_done(batch)
        if batch.state == State.MAPPING:
            batches.set_mapping(batch, self.mapping(batch, options), by=by)
            work_until_done(batch)
        if batch.state == State.FAILED:
            raise CommandError(batch.failure)
        return batch

    def mapping(self, batch, options):
        if options["mapping"]:
            try:
                return json.loads(options["mapping"].read_text(encoding="utf-8"))
            except (OSError, ValueError) as problem:
                raise CommandError(f"{options['mapping']} cannot be read as JSON.") from problem
        saved = MappingProfile.objects.filter(signature=batches.signature(batch.columns)).first()
        if saved:
            return saved.mapping
        self.stdout.write(json.dumps({each["name"]: each["suggested"] for each in batch.columns}, indent=2))
        raise CommandError(
            "Say what its columns mean: keep the lines above as a file, mend them, and give it as --mapping."
        )

    def tell(self, batch):
        self.stdout.write(f"{batch.name}: {batch.layout}")
        for _what, words, count in shown_rows.counted(batch):
            self.stdout.write(f"{count:>8}  {words}")
        rows = batch.rows.filter(what__in=SHOWN).order_by("position").defer("facts", "cells")
        for row in rows.iterator(chunk_size=500):
            where = ", ".join(str(part) for part in (row.file, row.line, row.column) if part)
            words = f"{row.get_what_display()}: {row.value} | {row.reason} {row.fix}"
            self.stdout.write(f"{where}: {words}" if where else words)

    def apply(self, batch, options, *, by):
        try:
            batches.apply(batch, by=by, confirmation=options["confirm"])
        except batches.NeedsConfirmation:
            count = batches.retirements(batch)
            raise CommandError(
                f"It would retire {count} of {batch.known} entries. If the file is whole: --confirm {count}."
            ) from None
        work_until_done(batch)
        if batch.failure:
            raise CommandError(batch.failure)
        done = batch.rows.exclude(applied_at=None).exclude(what=What.UNCHANGED).count()
        self.stdout.write(f"Taken over: {done}. Waiting for a decision: {open_rows(batch)}.")


def open_rows(batch):
    return batch.rows.filter(what=What.DECISION, decision="").count()


def work_until_done(batch):
    """Work on the batch here. While another import is worked on elsewhere, this one waits."""
    until = time.monotonic() + LONGEST_WAIT
    batch.refresh_from_db()
    while batch.is_working:
        if not imports.work(batch=batch):
            time.sleep(PAUSE)
        if time.monotonic() > until:
            raise CommandError("Another import has been at work for an hour. This one waits in the table.")
        batch.refresh_from_db()
