"""Copies: how old the newest one is, how that is known, and whether anybody ever read one through."""

from django.conf import settings

from config.backup import keys
from config.backup.streams import Refused, fingerprint
from config.operations import copies, figures, words
from config.operations.answers import look, ok
from followups import heartbeats

READ_LATE = 8 * 24 * 3600  # seconds; config/backup/RECOVERY.md asks for each night


def answers():
    found = figures.read()
    yield from words.copy(found)
    yield from folder()
    yield read_through(found["signs"].get(heartbeats.BACKUP_READ))


def folder():
    """Whether archives lie where they should, under the key that is here."""
    if not settings.BACKUP_FOLDER:
        return
    newest = copies.in_folder()
    if newest is None:
        to_do = "Let manage.py backup write there, and let this user read it."
        yield look("folder", "There is no archive in BACKUP_FOLDER that can be read.", to_do)
    elif newest.key != own_key():
        says = f"The newest archive in BACKUP_FOLDER needs another key than ours: {newest.key}."
        yield look("folder", says, "Keep that key, or make a new archive.")
    else:
        yield ok("folder", "The newest archive in BACKUP_FOLDER is under our key.")


def own_key():
    try:
        return fingerprint(keys.backup_key())
    except Refused:
        return None


def read_through(age):
    to_do = "Run manage.py backup --verify FILE each night; each quarter put one back (config/backup/RECOVERY.md)."
    if age is None:
        return look("read", "No archive was ever read to its end, as far as is known.", to_do)
    says = f"An archive was last read to its end {words.span(age)} ago."
    return look("read", says, to_do) if age > READ_LATE else ok("read", says)
