"""The keys of the data: read from where they are kept, and made. Nothing here needs Django, so settings can ask it."""

import base64
import binascii
import re
import secrets
from pathlib import Path

BYTES = 32  # AES-256
NAME = re.compile(r"[A-Za-z0-9_-]{1,7}")  # it stands in every value and every mark
HOW = "It is id:key, newest first, with commas or new lines between. `manage.py create_data_key` makes one."


class BadKeys(ValueError):
    """The keys cannot be used; says why, and never what they are."""


def read(words):
    """{key id: 32 bytes} of `id:base64,id:base64`, newest first. Raises BadKeys."""
    found = {}
    for each in filter(None, (part.strip() for part in re.split(r"[,\n]", words))):
        name, _colon, key = each.partition(":")
        if not NAME.fullmatch(name):
            raise BadKeys(f"the id of a data key has 1 to 7 letters, digits, - or _. {HOW}")
        if name in found:
            raise BadKeys(f"two data keys have the id {name}. {HOW}")
        found[name] = unpacked(name, key)
    return found


def unpacked(name, key):
    try:
        raw = base64.urlsafe_b64decode(key.strip() + "=" * (-len(key.strip()) % 4))
    except (binascii.Error, ValueError) as problem:
        raise BadKeys(f"the data key {name} is not base64. {HOW}") from problem
    if len(raw) != BYTES:
        raise BadKeys(f"the data key {name} is not {BYTES} bytes long. {HOW}")
    return raw


def read_file(path):
    """The same from a file, such as one that a key store writes. Raises BadKeys."""
    try:
        return read(Path(path).read_text())
    except (OSError, UnicodeDecodeError) as problem:
        raise BadKeys(f"the file with the data keys cannot be read: {path}") from problem


def new(name):
    """A new key as it stands in the environment: `id:base64`."""
    return written({name: secrets.token_bytes(BYTES)})


def written(found):
    """Keys as they stand in the environment; `read` reads them again."""
    return ",".join(f"{name}:{base64.urlsafe_b64encode(key).decode().rstrip('=')}" for name, key in found.items())
