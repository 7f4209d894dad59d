"""A push service on this machine, and devices that read what comes through it, as a browser would."""

import json
import os
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import http_ece
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from py_vapid import b64urlencode

from followups import subscriptions

#: Made for tests, known to everybody who reads this.
KEY = "QxLB_cHvxrtq2ZvR7mBbyoOAG9NPyxyKOVcGBPoZtLE"  # pragma: allowlist secret
SLAM = "close the connection without a word"


@dataclass
class Device:
    """A browser with keys of its own, which never leave it."""

    private_key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    auth_secret: bytes = field(default_factory=lambda: os.urandom(16))

    @property
    def keys(self):
        """What it tells the server, as PushSubscription.toJSON does."""
        form = serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        return {"p256dh": b64urlencode(self.private_key.public_key().public_bytes(*form)), "auth": self.auth}

    @property
    def auth(self):
        return b64urlencode(self.auth_secret)

    def read(self, body):
        """The message in a body that was sent to it; raises for one that is meant for another device."""
        return json.loads(self.unwrap(body))

    def unwrap(self, body):
        return http_ece.decrypt(body, private_key=self.private_key, auth_secret=self.auth_secret)


@dataclass
class Request:
    path: str
    headers: dict
    body: bytes

    @property
    def raw(self):
        """Everything a reader on the way could see, were there no TLS."""
        head = "\n".join([self.path, *(f"{name}: {value}" for name, value in self.headers.items())])
        return head.encode() + b"\n\n" + self.body


class PushService(ThreadingHTTPServer):
    """`taken` is what came. `answers` are the next statuses by path, then it says 201."""

    daemon_threads = True

    def __init__(self):
        self.taken, self.answers = [], {}
        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def address(self, name):
        return f"http://127.0.0.1:{self.server_port}/{name}"

    def will_answer(self, name, *statuses):
        self.answers[f"/{name}"] = list(statuses)

    def stop(self):
        self.shutdown()
        self.server_close()


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.taken.append(Request(self.path, dict(self.headers), body))
        waiting = self.server.answers.get(self.path)
        status = waiting.pop(0) if waiting else 201
        if status == SLAM:
            self.close_connection = True
            self.connection.close()
            return
        self.send_response(status)
        self.send_header("Location", "http://127.0.0.1:1/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *words):
        pass


def device_of(person, *, endpoint="https://push.example/one", device=None):
    """A device on which `person` has switched notifications on."""
    return subscriptions.subscribe(endpoint=endpoint, by=person, **(device or Device()).keys)
