"""How old the newest copy of the database is, and how that is known.

A copy that `manage.py backup` made leaves a sign in the database. Where BACKUP_FOLDER is set, archives that lie there
are looked at, whoever made them. Where PostgreSQL archives its own log of changes, it says how old the last piece is.
"""

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection

from config.backup.streams import Refused, header_of
from followups import heartbeats
from followups.models import Heartbeat

SIGN, FOLDER, ARCHIVER = "sign", "folder", "archiver"
MOST_FILES = 50  # the newest ones; what else lies in the folder is none of ours


@dataclass(frozen=True)
class Copy:
    """`how` it is known, the moment it is of, and for an archive the fingerprint of its key."""

    how: str
    at: datetime
    key: str = ""


def known():
    """What is known of copies: one Copy for each way there is, newest of its kind."""
    return [each for each in (by_sign(), in_folder(), archived()) if each]


def newest():
    return max(known(), key=lambda copy: copy.at, default=None)


def by_sign():
    sign = Heartbeat.objects.filter(clock=heartbeats.BACKUP).first()
    return Copy(SIGN, sign.beat_at) if sign else None


def in_folder():
    """The newest archive in BACKUP_FOLDER; None where there is none, or the folder cannot be looked into."""
    if not settings.BACKUP_FOLDER:
        return None
    found = [archive for file in newest_files(settings.BACKUP_FOLDER) if (archive := archive_in(file))]
    return max(found, key=lambda copy: copy.at, default=None)


def newest_files(folder):
    try:
        with os.scandir(folder) as entries:
            files = [(each.stat().st_mtime, each.path) for each in entries if each.is_file()]
    except OSError:
        return []
    return [Path(path) for _changed, path in sorted(files, reverse=True)[:MOST_FILES]]


def archive_in(file):
    """What the header of an archive says. Its bytes are not proven here: `manage.py backup --verify` does that."""
    try:
        with file.open("rb") as opened:
            said, _bytes = header_of(opened)
        return Copy(FOLDER, datetime.fromisoformat(said["made_at"]), said["key"])
    except (OSError, Refused, KeyError, TypeError, ValueError):
        return None


def archived():
    """The last piece of its own log that PostgreSQL put away; None where it does not, or the last try failed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_archived_time, last_failed_time FROM pg_stat_archiver")
        archived_at, failed_at = cursor.fetchone()
    return Copy(ARCHIVER, archived_at) if archived_at and not is_failing(archived_at, failed_at) else None


def is_failing(archived_at, failed_at):
    return failed_at is not None and (archived_at is None or failed_at > archived_at)


def archiver_fails():
    """Whether PostgreSQL is to archive its log of changes and could not, the last time it tried."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT last_archived_time, last_failed_time, current_setting('archive_mode') FROM pg_stat_archiver"
        )
        archived_at, failed_at, mode = cursor.fetchone()
    return mode != "off" and is_failing(archived_at, failed_at)
