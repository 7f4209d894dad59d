"""The quality review's part of a report: how the author is, and what stays private. Never part of the chart."""

from django.db import transaction
from django.utils.translation import override

from accounts import audit
from sessions_app import captures
from sessions_app.models import DepartureEvent, QualityNote
from sessions_app.models.seals import OF_THE_SEAL


class NoteIsSealed(Exception):
    """The report was signed, and what was told beside it with it."""


def note_of(report):
    """What is told beside the report; an empty one, not saved, where nothing was."""
    try:
        return report.quality_note
    except QualityNote.DoesNotExist:
        return QualityNote(report=report)


@transaction.atomic
def keep_state(report, *, author_state, by):
    """Keep how the author is, for the supervisor. Raises NoteIsSealed once the report is signed."""
    note, _is_new = QualityNote.objects.select_for_update().get_or_create(report=report)
    if note.is_sealed:
        raise NoteIsSealed
    if note.author_state != author_state:
        note.author_state = author_state
        note.save(update_fields=["author_state"])
        audit.record("quality_note_saved", note, by=by)
    return note


@transaction.atomic
def seal(report, *, by):
    """Seal what is told beside a report that is being signed, in English words, so that it reads the same for ever."""
    departure = DepartureEvent.objects.get(pk=report.departure_id)
    note, _is_new = QualityNote.objects.select_for_update().get_or_create(report=report)
    with override("en-gb"):
        kept = captures.describe(departure, is_private=True)
        note.kept_private = [[str(label), str(words)] for label, words in kept]
    note.report_hash, note.sealed_at = report.content_hash, report.signed_at
    note.put_seal({field.name for field in note._meta.concrete_fields} - OF_THE_SEAL)
    note.save()
    audit.record("quality_note_sealed", note, by=by, hash=note.seal)
    return note
