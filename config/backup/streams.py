"""An encrypted stream that is whole or refused: AES-256-GCM in pieces, after the STREAM construction.

Each piece has its number and whether it is the last in its nonce, so that pieces which are changed, swapped, left out
or cut off are refused. The key of an archive is derived from the backup key and all the header says, with its salt:
each archive has a key of its own, so that a nonce never comes again, and a changed header opens nothing.
Source: Hoang, Reyhanitabar, Rogaway, Vizár, Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance
(2015).
"""

import hashlib
import json
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MAGIC = b"DOORWAY-BACKUP-1"
PIECE = 1024 * 1024
TAG = 16
MOST_HEADER = 64 * 1024


class Refused(Exception):
    """The archive is not used. The message is one sentence for the person at the keyboard."""


def fingerprint(key):
    """By which a key is told from others; it says nothing of the key."""
    return hashlib.sha256(b"doorway backup key" + key).hexdigest()[:16]


def key_of_archive(key, header):
    """The archive's own key; `header` are the bytes of the header as they stand in the file."""
    return HKDF(SHA256(), 32, salt=hashlib.sha256(header).digest(), info=MAGIC).derive(key)


def nonce(number, *, is_last):
    return number.to_bytes(11, "big") + bytes([is_last])


class Sealer:
    """Writes what it is given into `file`, encrypted. `close` writes the last piece: without it nothing can be read."""

    def __init__(self, file, key, **said):
        header = json.dumps({**said, "key": fingerprint(key), "salt": os.urandom(32).hex()}).encode()
        file.write(MAGIC + len(header).to_bytes(4, "big") + header)
        self.file, self.cipher = file, AESGCM(key_of_archive(key, header))
        self.waiting, self.number = bytearray(), 0

    def write(self, data):
        self.waiting += data
        while len(self.waiting) > PIECE:  # one piece always waits: only `close` knows which is the last
            self.seal(bytes(self.waiting[:PIECE]), is_last=False)
            del self.waiting[:PIECE]

    def seal(self, piece, *, is_last):
        self.file.write(self.cipher.encrypt(nonce(self.number, is_last=is_last), piece, None))
        self.number += 1

    def close(self):
        self.seal(bytes(self.waiting), is_last=True)


def header_of(file):
    """What the header says, and its bytes; raises Refused for a file that is no archive."""
    if file.read(len(MAGIC)) != MAGIC:
        raise Refused("This is no archive of Doorway's.")
    size = int.from_bytes(file.read(4), "big")
    header = file.read(min(size, MOST_HEADER))
    try:
        return json.loads(header), header
    except ValueError:
        raise Refused("The archive was changed, is damaged, or ends too early.") from None


def pieces(file, key):
    """What was written, piece by piece, each checked before it is handed on; raises Refused.

    Only after the last piece is it known that the archive is whole: whoever must not act on half of it reads it twice.
    """
    said, header = header_of(file)
    if said.get("key") != fingerprint(key):
        raise Refused(f"The archive needs the key {said.get('key')}, and BACKUP_KEY is {fingerprint(key)}.")
    cipher, number, piece = AESGCM(key_of_archive(key, header)), 0, file.read(PIECE + TAG)
    while True:
        following = file.read(PIECE + TAG)
        try:
            yield cipher.decrypt(nonce(number, is_last=not following), piece, None)
        except (InvalidTag, ValueError):
            raise Refused("The archive was changed, is damaged, or ends too early.") from None
        if not following:
            return
        number, piece = number + 1, following
