"""Secrets of second factors, sealed before they are written down: AES-256-GCM, bound to the place where they stand."""

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

NONCE_BYTES = 12


class Unreadable(Exception):
    """Sealed with another key or for another place, or changed since."""


def encrypt(words, *, about):
    """`words` for the database. They are readable only with the same `about`: table, column, and whose it is."""
    nonce = os.urandom(NONCE_BYTES)
    return urlsafe_b64encode(nonce + cipher().encrypt(nonce, words.encode(), bound(about))).decode()


def decrypt(value, *, about):
    """What was sealed. Raises Unreadable."""
    try:
        raw = urlsafe_b64decode(value.encode())
        return cipher().decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], bound(about)).decode()
    except (InvalidTag, ValueError) as problem:
        raise Unreadable(f"{about[0]}.{about[1]} of {about[2]} does not fit where it stands.") from problem


def bound(about):
    return "|".join(map(str, about)).encode()


def cipher():
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"doorway: secrets of second factors")
    return AESGCM(derived.derive(settings.SECRET_KEY.encode()))
