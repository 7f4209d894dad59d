"""The weekly list as a table: one row per client, words that no spreadsheet takes for a formula."""

from django.utils import timezone
from django.utils.translation import gettext as _

from resources.export.flat import line


def table(entries):
    """The whole file as text, in the language and zone of whoever asks."""
    return "".join(line(map(str, row)) for row in [headings(), *(row_of(each) for each in entries)])


def headings():
    return [
        _("Client"),
        _("Departure"),
        _("Response level"),
        _("Attempts"),
        _("Days"),
        _("Ways"),
        _("Letter sent"),
        _("Next task"),
        _("Due"),
        _("Overdue"),
        _("Who"),
        _("Promises in time"),
        _("Promises later"),
        _("Promises not yet kept"),
        _("Where the work stands"),
        _("Reached since"),
    ]


def row_of(entry):
    departure, task = entry.departure, entry.next_task
    verdicts = [each.verdict for each in entry.promises]
    return [
        entry.reference,
        moment(departure.began_at),
        departure.get_response_level_display(),
        "; ".join(attempt_words(each) for each in entry.attempts),
        entry.tally.days,
        entry.tally.channels,
        yes(entry.tally.letter_sent),
        task.task if task else "",
        moment(task.due_at) if task else "",
        yes(entry.is_overdue),
        entry.owner.name,
        verdicts.count("in_time"),
        verdicts.count("later"),
        verdicts.count("not_yet"),
        entry.stands,
        yes(entry.has_been_reached_since),
    ]


def attempt_words(attempt):
    return f"{moment(attempt.occurred_at)} {attempt.get_channel_display()}: {attempt.get_result_display()}"


def moment(at):
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}"


def yes(is_so):
    return _("yes") if is_so else _("no")
