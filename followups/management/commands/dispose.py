"""What is due to be disposed of, and carrying out what two people have approved."""

from collections import Counter
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from followups.keeping import certificates, disposals
from followups.models import Disposal


class Command(BaseCommand):
    help = "Say what is due to be disposed of (removes nothing); with --carry-out, do what two people have approved."

    def add_arguments(self, parser):
        parser.add_argument("--carry-out", action="store_true", help="dispose of the records on approved lists")
        parser.add_argument("--certificate", type=int, metavar="NUMBER", help="write the certificate of that list")
        parser.add_argument("--to", type=Path, metavar="FILE", help="where the certificate goes; never over a file")

    def handle(self, *args, **options):
        if options["certificate"]:
            self.certify(options["certificate"], options["to"])
        elif options["carry_out"]:
            self.stdout.write(f"{disposals.work()} records settled. The certificate: --certificate NUMBER --to FILE")
        else:
            self.say_what_is_due()

    def say_what_is_due(self):
        due, kept = disposals.dry_run()
        self.stdout.write(f"{len(due)} records are due. Nothing was removed.")
        by_rule = Counter()
        for kind, key, *_rest in due:
            by_rule.update({(each["from"], each["class"]) for each in disposals.rules_of(kind, key)})
        for (rule, name), count in sorted(by_rule.items()):
            self.stdout.write(f"  {count} under {rule} ({name})")
        for why, count in sorted(kept.items()):
            self.stdout.write(f"{count} are kept: {disposals.IN_WORDS[why]}.")

    def certify(self, number, file):
        found = Disposal.objects.filter(pk=number, is_approved=True).first()
        if found is None or file is None:
            raise CommandError("Give the number of an approved list, and a file with --to.")
        try:
            with file.open("xb") as written:
                written.write(certificates.hand_out(found, by="dispose"))
        except FileExistsError:
            raise CommandError(f"{file} is there already.") from None
        self.stdout.write(f"Written to {file}. Keep it apart from the database: a restore needs it.")
