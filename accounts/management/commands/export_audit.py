import json

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from accounts import audit_chain, audit_export

FORMATS = {"jsonl": audit_export.write_lines, "csv": audit_export.write_table}


class Command(BaseCommand):
    help = (
        "Writes the chain of the audit trail to the output, to be kept on another machine. Ids and codes only. "
        "`--head` writes its end alone, for `verify_audit --anchor`; `--check` writes a program of a few lines with "
        "which anybody checks a file: manage.py export_audit --check > check.py; python check.py < trail.jsonl"
    )

    def add_arguments(self, parser):
        parser.add_argument("--from", dest="since", type=int, default=1, help="the first position")
        parser.add_argument("--until", help="what was sealed before that day or moment (UTC without a zone)")
        parser.add_argument("--format", choices=sorted(FORMATS), default="jsonl")
        parser.add_argument("--head", action="store_true")
        parser.add_argument("--check", action="store_true")

    def handle(self, *args, since, until, head, check, **options):
        if check:
            self.stdout.write(audit_export.CHECK.strip())
            return
        audit_chain.seal()
        if head:
            end = audit_chain.head()
            self.stdout.write(json.dumps({"position": end.position, "hash": end.hash}))
            return
        count = FORMATS[options["format"]](self.stdout, since=since, until=moment(until))
        self.stderr.write(f"{count} links.")


def moment(text):
    """The moment that `text` names, a day meaning its beginning; None without any."""
    if not text:
        return None
    try:
        day = parse_date(text)
        found = parse_datetime(f"{day}T00:00:00") if day else parse_datetime(text)
    except ValueError:
        found = None
    if found is None:
        raise CommandError("--until takes a day, such as 2026-11-28, or a moment, such as 2026-11-28T12:00:00Z.")
    return timezone.make_aware(found, timezone.get_default_timezone()) if timezone.is_naive(found) else found
