"""The key that archives are encrypted with, and the fingerprints of the keys that words in the database need."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from contextlib import suppress
from pathlib import Path
from secrets import token_bytes

from django.conf import settings

from accounts import cipher
from config.backup.streams import Refused

BYTES = 32


def backup_key():
    """The key of BACKUP_KEY or BACKUP_KEY_FILE; raises Refused where there is none or it is no key."""
    said = settings.BACKUP_KEY
    if not said and settings.BACKUP_KEY_FILE:
        try:
            said = Path(settings.BACKUP_KEY_FILE).read_text().strip()
        except (OSError, UnicodeDecodeError):
            raise Refused("BACKUP_KEY_FILE cannot be read.") from None
    if not said:
        raise Refused(
            "There is no BACKUP_KEY. `manage.py backup --make-key` makes one; keep it apart from the archives."
        )
    with suppress(ValueError, binascii.Error):
        key = urlsafe_b64decode(said + "=" * (-len(said) % 4))
        if len(key) == BYTES:
            return key
    raise Refused("BACKUP_KEY is no such key. `manage.py backup --make-key` makes one.")


def new_key():
    return urlsafe_b64encode(token_bytes(BYTES)).decode().rstrip("=")


def data_fingerprints():
    """Of the keys that words in the database are encrypted with, as "id:fingerprint"."""
    return sorted(map(":".join, cipher.fingerprints().items()))
