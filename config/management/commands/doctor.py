"""Looks at everything Doorway rests on: `manage.py doctor`."""

import json

from django.core.management.base import BaseCommand

from config.operations import doctor
from config.operations.answers import BROKEN, LOOK, OK, worst

#: What the command ends with, for whoever asks by a program.
STATUS = {OK: 0, LOOK: 1, BROKEN: 2}


class Command(BaseCommand):
    help = (
        "Say of settings, database, Redis, mail, clocks, keys, backups, programs and what must be adopted how they "
        "are, and what to do. Changes nothing, and shows no secret. Ends with 0 when all is well, 1 when something "
        "should be looked at, 2 when something is broken or Doorway cannot start."
    )
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("subjects", nargs="*", metavar="SUBJECT", help=f"only these: {', '.join(doctor.SUBJECTS)}")
        parser.add_argument("--send-to", metavar="ADDRESS", help="send one test mail there as well")
        parser.add_argument("--json", action="store_true", help="for programs: one JSON object")

    def handle(self, *args, subjects, send_to, **options):
        if unknown := set(subjects) - set(doctor.SUBJECTS):
            self.stderr.write(f"There is no subject {min(unknown)}. Subjects are {', '.join(doctor.SUBJECTS)}.")
            raise SystemExit(STATUS[BROKEN])
        found = doctor.ask(subjects)
        if send_to:
            found.append(("mail", doctor.mail.send_to(send_to)))
        state = worst([answer for _subject, answer in found])
        self.stdout.write(as_json(found, state) if options["json"] else as_lines(found))
        raise SystemExit(STATUS[state])


def as_lines(found):
    return "\n".join(line(subject, answer) for subject, answer in found)


def line(subject, answer):
    """One line: how it is, what was asked, what is so, and what to do."""
    name = f"{subject}.{answer.about}"
    return f"{answer.state:<7}{name:<28}{answer.says}{f' → {answer.to_do}' if answer.to_do else ''}"


def as_json(found, state):
    facts = [
        {"subject": subject, "about": answer.about, "state": answer.state, "says": answer.says, "to_do": answer.to_do}
        for subject, answer in found
    ]
    return json.dumps({"state": state, "answers": facts}, indent=2)
