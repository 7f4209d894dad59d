"""Passkeys without a device, and apps without a phone: they do what those do, with real keys and real time."""

import hashlib
import json
import time

from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.cose import ES256
from fido2.utils import websafe_encode

from accounts import totp
from accounts.cipher import encrypt

HOST = "localhost"
PRESENT, VERIFIED, HAS_KEY = 1, 4, 64  # flags of what an authenticator says (WebAuthn, section 6.1)


class Passkey:
    """One credential on one device. `is_verified` is whether the device asked for a finger, a face or a PIN."""

    def __init__(self, *, is_verified=True):
        self.key, self.is_verified, self.person = ec.generate_private_key(ec.SECP256R1()), is_verified, None
        self.id = hashlib.sha256(str(id(self)).encode() + str(time.time_ns()).encode()).digest()

    def said(self, extra=b""):
        flags = PRESENT | (VERIFIED if self.is_verified else 0) | (HAS_KEY if extra else 0)
        return hashlib.sha256(HOST.encode()).digest() + bytes([flags]) + bytes(4) + extra

    def answer(self, response):
        known = {"id": websafe_encode(self.id), "rawId": websafe_encode(self.id), "type": "public-key"}
        return {**known, "response": response, "clientExtensionResults": {}}

    def created(self, options, *, origin=f"http://{HOST}"):
        """What the device answers to the options of a new passkey."""
        self.person = options["user"]["id"]
        public = cbor.encode(dict(ES256.from_cryptography_key(self.key.public_key())))
        about = self.said(bytes(16) + len(self.id).to_bytes(2, "big") + self.id + public)
        attested = cbor.encode({"fmt": "none", "attStmt": {}, "authData": about})
        seen = client_data("webauthn.create", options, origin)
        return self.answer({"clientDataJSON": websafe_encode(seen), "attestationObject": websafe_encode(attested)})

    def used(self, options, *, origin=f"http://{HOST}"):
        """What it answers to the options of a sign-in."""
        about, seen = self.said(), client_data("webauthn.get", options, origin)
        signature = self.key.sign(about + hashlib.sha256(seen).digest(), ec.ECDSA(hashes.SHA256()))
        said = {"clientDataJSON": seen, "authenticatorData": about, "signature": signature}
        return self.answer({name: websafe_encode(each) for name, each in said.items()} | {"userHandle": self.person})


def client_data(kind, options, origin):
    return json.dumps({"type": kind, "challenge": options["challenge"], "origin": origin}).encode()


def passkey_of(person, name="A phone", key=None):
    """The row of a passkey that somebody made a while ago."""
    options = {"user": {"id": websafe_encode(user_handle(person))}, "challenge": websafe_encode(b"long ago")}
    credential = (key or Passkey()).created(options)
    return Authenticator.objects.create(user=person, type="webauthn", data={"name": name, "credential": credential})


def user_handle(person):
    return user_pk_to_url_str(person).encode()


def app_of(person):
    """The secret of an app that somebody set up a while ago."""
    secret = generate_totp_secret()
    sealed = encrypt(secret, about=totp.about(person.pk))
    Authenticator.objects.create(user=person, type="totp", data={"secret": sealed})
    return secret


def code(secret, later=0):
    """What the app shows now, or `later` times half a minute from now."""
    return totp.code_of(secret, int(time.time()) // 30 + later)
