"""The author's private notes on a departure: written, worded anew, erased, by the author and nobody else."""

from django.db import transaction

from accounts import audit
from sessions_app.models import DepartureEvent, PrivateNote


class NotTheAuthor(Exception):
    """Only whose departure it is, or was, keeps private notes on it."""


def wordings(departure, *, by):
    """Every wording of the note, newest first; the first is the note as it stands."""
    return PrivateNote.objects.visible_to(by).filter(departure=departure)


@transaction.atomic
def write(departure, *, text, by):
    """Keep the note as it now reads. Saying the same again adds nothing; an older wording stays to be read."""
    if by.pk not in (departure.therapist_id, departure.logged_by_id):
        raise NotTheAuthor
    hold(departure)
    current = wordings(departure, by=by).first()
    if current and current.text == text:
        return current
    note = PrivateNote.objects.create(departure=departure, author=by, text=text)
    audit.record("private_note_written", note, by=by)
    return note


def hold(departure):
    """Two windows at once follow each other until the transaction ends, so that the same words are one wording."""
    return DepartureEvent.objects.select_for_update(of=["self"], no_key=True).get(pk=departure.pk)


@transaction.atomic
def erase(departure, *, by):
    """Erase the note with every wording of it; that it was erased stays in the audit trail. Returns how many went."""
    count, _models = wordings(departure, by=by).delete()
    if count:
        audit.record("private_note_erased", departure, by=by, wordings=count)
    return count
