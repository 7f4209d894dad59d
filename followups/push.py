"""Notifications on a person's own devices: Web Push (RFC 8030), encrypted for the device and signed with our own key.

The push service of the browser's maker carries them. It sees that a message goes to a device, how long it may wait
and an opaque topic; the words are fixed, of one length, and readable on the device only.
"""

import http.client
import json
import os
import socket
import ssl
from functools import lru_cache
from urllib.parse import urlsplit

import http_ece
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from py_vapid import Vapid02, VapidException, b64urldecode, b64urlencode

from followups import clock, notices, subscriptions, verdicts
from followups.models import DeliveryEnd, Reminder
from followups.verdicts import Verdict
from resources import public_addresses

Result = DeliveryEnd.Result

TIMEOUT = 5  # seconds per socket operation: connecting and asking MOST_DEVICES devices stays below the lease
TOKEN_LASTS = 3600  # seconds; push services refuse more than a day
PAYLOAD_BYTES = 512  # always: not even its length tells one kind of message from another
#: How long the push service keeps it for a device that is off, in seconds, and whether it wakes the device.
URGENT, ROUTINE = {"TTL": 3600, "Urgency": "high"}, {"TTL": 12 * 3600, "Urgency": "normal"}
#: What says most about a message that went to several devices: it reached one, or may have, or could still.
BY_WEIGHT = [Result.SENT, Result.AMBIGUOUS, Result.TEMPORARY, Result.PERMANENT]


class Push:
    """Tells one person on all their devices."""

    def send(self, delivery):
        """Try each device once. One that heard it is enough: the same words go by e-mail as well.

        Without any device left the try counts as one to repeat; before the next, `channels.is_open` stops it.
        """
        told = [self.tell(device, delivery) for device in subscriptions.devices_of(delivery.recipient)]
        known = [verdict for verdict in told if verdict]
        return min(known, key=lambda each: BY_WEIGHT.index(each.result), default=NO_DEVICE)

    def tell(self, device, delivery):
        """The verdict for one device; None when it is gone, which is not the message's fault."""
        try:
            asked = request_for(device, delivery)
        except (VapidException, http_ece.ECEException, ValueError) as error:
            return Verdict(Result.PERMANENT, f"It could not be written: {type(error).__name__}")
        try:
            connection = connect(device.endpoint)
        except OSError as error:
            return Verdict(Result.TEMPORARY, f"No connection to the push service: {type(error).__name__}")
        try:
            connection.request("POST", **asked)
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException) as error:
            return Verdict(Result.AMBIGUOUS, f"Not known whether the push service took it: {type(error).__name__}")
        finally:
            connection.close()
        return self.judged(status, device)

    def judged(self, status, device):
        if status in (404, 410):
            return subscriptions.let_go(device)
        verdict = verdicts.of_status(status, "The push service")
        if verdict.result == Result.SENT:
            subscriptions.taken(device)
        elif verdict.result == Result.AMBIGUOUS:  # a push service that stumbles says so before it takes anything
            verdict.result = Result.TEMPORARY
        return verdict


NO_DEVICE = Verdict(Result.TEMPORARY, "No device takes it any more")


class OutOfBounds(OSError):
    """The name of the push service leads to this machine or into this house."""


def connect(endpoint):
    """An open connection to the push service, none of whose names may lead anywhere but to the internet.

    The connection goes to the very address that was looked at: what its name says a moment later changes nothing.
    """
    address = urlsplit(endpoint)
    is_secure = address.scheme == "https"
    port = address.port or (443 if is_secure else 80)
    wire = socket.create_connection((address_of(address.hostname, port), port), TIMEOUT)
    try:
        connection = http.client.HTTPConnection(address.netloc, timeout=TIMEOUT)
        connection.sock = tls().wrap_socket(wire, server_hostname=address.hostname) if is_secure else wire
    except OSError:
        wire.close()
        raise
    return connection


def address_of(host, port):
    """The first address of `host`. One among them that is not of the internet refuses them all with OutOfBounds."""
    found = public_addresses.resolve(host, port, seconds=TIMEOUT)
    if not (settings.PUSH_TO_OWN_NETWORK or all(map(public_addresses.is_public, found))):
        raise OutOfBounds
    if not found:
        raise OSError("Nobody knows the name.")
    return found[0]


@lru_cache(maxsize=1)
def tls():
    return ssl.create_default_context()


def request_for(device, delivery):
    """What is said to the push service: where, how long it may wait, who sends it, and what only the device reads."""
    address = urlsplit(device.endpoint)
    path = f"{address.path or '/'}?{address.query}" if address.query else address.path or "/"
    lane = URGENT if delivery.lane == Reminder.Lane.URGENT else ROUTINE
    headers = {"Content-Encoding": "aes128gcm", "Content-Type": "application/octet-stream"}
    headers |= {name: str(value) for name, value in lane.items()}
    headers |= {"Topic": notices.opaque(delivery)} | signed(f"{address.scheme}://{address.netloc}")
    return {"url": path, "headers": headers, "body": encrypted(device, notices.push_for(delivery))}


def encrypted(device, message):
    """The message as only that device can read it (RFC 8291)."""
    return http_ece.encrypt(
        json.dumps(message).encode().ljust(PAYLOAD_BYTES),
        salt=os.urandom(16),
        private_key=ec.generate_private_key(ec.SECP256R1()),
        dh=b64urldecode(device.p256dh.encode()),
        auth_secret=b64urldecode(device.auth.encode()),
    )


def signed(audience):
    """The header that says who sends it (RFC 8292): a short-lived token, made out to this push service alone."""
    expires = int(clock.now().timestamp()) + TOKEN_LASTS
    return signer(settings.VAPID_PRIVATE_KEY).sign({"aud": audience, "sub": settings.VAPID_SUBJECT, "exp": expires})


@lru_cache(maxsize=4)
def signer(key):
    return Vapid02.from_string(key)


def public_key():
    """What a browser must know to take messages of ours, base64url; "" where none are offered."""
    if not settings.VAPID_PRIVATE_KEY:
        return ""
    key = signer(settings.VAPID_PRIVATE_KEY).public_key
    return b64urlencode(key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint))
