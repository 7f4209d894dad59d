"""Words that nobody can read without the key of this installation: AES-256-GCM, bound to the place where they stand.

A value is `d1.<key id>.<base64url of nonce, ciphertext and tag>`. `about` says where it belongs, such as
("sessions_app_client", "reference", "17", "17") for table, column, row and owner; it is authenticated and not kept, so
that a value which was moved to another place, changed or cut is refused. The newest key encrypts; every key that is
known decrypts. A nonce is random (NIST SP 800-38D, 8.2.2), so a key is good for 2^32 values; rotate well before.

There is no second key that wraps these: it would come from the same environment as they do. Who has a key store lets
it write DATA_KEYS_FILE, and keeps the wrapping there.
"""

import base64
import binascii
import hmac
import json
import secrets
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

PREFIX, NONCE, MARK = "d1.", 12, 16


SEEN = ContextVar("unreadable values of this request", default=None)


class Unreadable(Exception):
    """A value cannot be read. It is never answered with an empty text, and nothing is saved over it.

    Templates swallow what is raised inside a condition, so a request keeps count of these (`watched`).
    """

    def __init__(self, words):
        super().__init__(words)
        if (seen := SEEN.get()) is not None:
            seen.append(self)


@contextmanager
def watched():
    """A list that gets each value that could not be read meanwhile, whoever caught the exception."""
    seen = []
    token = SEEN.set(seen)
    try:
        yield seen
    finally:
        SEEN.reset(token)


class KeyIsMissing(Unreadable):
    def __init__(self, key_id):
        super().__init__(f"The data key {key_id!r} is not here. Put it back into DATA_KEYS or DATA_KEYS_FILE.")
        self.key_id = key_id


class WasTampered(Unreadable):
    """It was changed, cut, or stands where it does not belong."""


def encrypt(words, *, about):
    """The text as a value for that place, under the newest key. An empty text is for the caller to keep as it is."""
    return encrypt_bytes(words.encode(), about=about)


def decrypt(value, *, about):
    """The text of a value of that place. Raises KeyIsMissing or WasTampered, both Unreadable."""
    return decrypt_bytes(value, about=about).decode()


def encrypt_bytes(content, *, about):
    key_id, nonce = newest(), secrets.token_bytes(NONCE)
    sealed = nonce + sealer(settings.DATA_KEYS[key_id]).encrypt(nonce, content, bound(key_id, about))
    return f"{PREFIX}{key_id}.{base64.urlsafe_b64encode(sealed).decode()}"


def decrypt_bytes(value, *, about):
    key_id = key_id_of(value)
    if key_id not in settings.DATA_KEYS:
        raise KeyIsMissing(key_id)
    try:
        sealed = base64.b64decode(value[len(PREFIX) + len(key_id) + 1 :], altchars=b"-_", validate=True)
        return sealer(settings.DATA_KEYS[key_id]).decrypt(sealed[:NONCE], sealed[NONCE:], bound(key_id, about))
    except (InvalidTag, ValueError, binascii.Error) as problem:
        raise WasTampered(f"{about[0]}.{about[1]} of {about[2]} does not fit where it stands.") from problem


def is_encrypted(value):
    return value.startswith(PREFIX)


def key_id_of(value):
    return value[len(PREFIX) :].partition(".")[0]


def newest():
    return next(iter(settings.DATA_KEYS))


def mark(words, *, about, key_id=None):
    """A keyed hash by which equal texts of a kind find each other, whatever their case and spaces; "" of an empty one.

    At most 30 characters. It says nothing to whoever lacks the key, but that two are equal.
    """
    plain = " ".join(words.split()).casefold()
    if not plain:
        return ""
    key_id = key_id or newest()
    digest = hmac.digest(derived(settings.DATA_KEYS[key_id], "mark"), json.dumps([about, plain]).encode(), "sha256")
    return f"{key_id}.{base64.urlsafe_b64encode(digest[:MARK]).decode().rstrip('=')}"


def marks(words, *, about):
    """The mark under every key there is, newest first: while keys are changed, rows have one or the other."""
    return [mark(words, about=about, key_id=key_id) for key_id in settings.DATA_KEYS]


def fingerprints():
    """{key id: fingerprint}: tells whether a key is the one that a backup needs, and nothing of the key."""
    return {key_id: derived(key, "fingerprint").hex()[:32] for key_id, key in settings.DATA_KEYS.items()}


def bound(key_id, about):
    return json.dumps([PREFIX, key_id, *map(str, about)]).encode()


@lru_cache(maxsize=32)
def sealer(key):
    return AESGCM(derived(key, "data"))


@lru_cache(maxsize=128)
def derived(key, purpose):
    """A key for one purpose only (RFC 5869), so that what is used for one says nothing about another."""
    return HKDF(SHA256(), length=32, salt=None, info=f"doorway {purpose}".encode()).derive(key)
