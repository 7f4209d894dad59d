"""A web of one's own on 127.0.0.1: every name leads there, and each page misbehaves as its path says."""

import datetime
import gzip
import ipaddress
import socket
import ssl
import threading
import time
from collections import Counter
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from resources.visits import Door

HERE = "127.0.0.1"
FILLING = "<p>We are here for everybody who needs somebody to talk to, at any hour of the day and of the night.</p>" * 3


def html(words):
    """A page with enough around `words` to be one."""
    return f"<!DOCTYPE html><html><head><title>Help</title></head><body>{FILLING}<p>{words}</p></body></html>"


class Handler(BaseHTTPRequestHandler):
    def do_HEAD(self):
        self.answer()

    def do_GET(self):
        self.answer()

    def answer(self):
        self.server.web.asked(self)
        page = self.server.web.pages.get(self.path)
        if callable(page):
            page(self)
        else:
            self.say(200 if page is not None else 404, html(page or "Nothing here"))

    def say(self, status, body=b"", **headers):
        body = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        usual = {"Content_Type": "text/html; charset=utf-8", "Content_Length": str(len(body))}
        for name, value in (usual | headers).items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, *_):
        pass


class Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        """The other side hung up: that is what is tested."""


class Web:
    """`pages` by path: words, or something that answers a Handler. `hits` counts (method, path)."""

    def __init__(self, *, context=None):
        self.pages, self.hits, self.agents, self.hosts = {}, Counter(), set(), []
        self.at_once, self.most_at_once, self.lock = Counter(), Counter(), threading.Lock()
        self.server = Quiet((HERE, 0), Handler)
        self.server.web, self.port = self, self.server.server_address[1]
        if context:
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.scheme = "https" if context else "http"

    def asked(self, handler):
        with self.lock:
            self.hits[handler.command, handler.path] += 1
            self.agents.add(handler.headers["User-Agent"])
            self.hosts.append(handler.headers["Host"])

    def url(self, path="/", host="help.example"):
        return f"{self.scheme}://{host}:{self.port}{path}"

    def door(self, **facts):
        return Door(
            **{"resolve": lambda *_, **__: [HERE], "allowed": frozenset({(HERE, self.port)}), "seconds": 5} | facts
        )


@contextmanager
def running(**facts):
    web = Web(**facts)
    thread = threading.Thread(target=web.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield web
    finally:
        web.server.shutdown()
        web.server.server_close()


@contextmanager
def never_done_shaking_hands():
    """The port of a server that begins TLS with whoever comes, a byte at a time."""
    listener = socket.create_server((HERE, 0))

    def serve():
        with suppress(OSError):
            while True:
                threading.Thread(target=drip, args=[listener.accept()[0]], daemon=True).start()

    def drip(wire):
        with suppress(OSError):
            wire.sendall(b"\x16\x03\x03\x40\x00")
            while True:
                wire.sendall(b"\x02")
                time.sleep(0.1)

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.close()


# How pages misbehave ------------------------------------------------------------------------------------------


def status(code):
    return lambda handler: handler.say(code, html("An answer"))


def leads_to(where, code=302):
    return lambda handler: handler.say(code, Location=where)


def hangs(handler):
    time.sleep(30)


def drips(handler):
    """A byte now and then, for ever: no read of it ever takes long."""
    handler.send_response(200)
    handler.send_header("Content-Type", "text/html")
    handler.end_headers()
    while handler.command == "GET":
        handler.wfile.write(b" ")
        time.sleep(0.1)


def drips_headers(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        handler.wfile.write(b"X")
        time.sleep(0.1)


def hangs_at_head(handler):
    if handler.command == "HEAD":
        time.sleep(30)
    else:
        handler.say(200, html("Call 0800 1111"))


def huge(handler):
    handler.send_response(200)
    handler.send_header("Content-Type", "text/html")
    handler.end_headers()
    sent = 0
    while handler.command == "GET" and sent < 50 * 1024 * 1024:
        handler.wfile.write(b"<p>words</p>" * 5000)
        sent += 60_000
        handler.server.web.hits["sent"] = sent


BOMB = gzip.compress(b"\0" * 200 * 1024 * 1024, 9)


def bomb(handler):
    handler.say(200, BOMB, Content_Encoding="gzip")


def squeezed(words):
    return lambda handler: handler.say(200, gzip.compress(html(words).encode()), Content_Encoding="gzip")


def raw(body, kind="text/html; charset=utf-8"):
    return lambda handler: handler.say(200, body, Content_Type=kind)


# Certificates -------------------------------------------------------------------------------------------------


def named(name):
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])


def signed(name, *, key, by, by_key, days, is_authority=False):
    now = datetime.datetime.now(datetime.UTC)
    names = x509.SubjectAlternativeName([x509.DNSName(name), x509.IPAddress(ipaddress.ip_address("192.0.2.1"))])
    made = x509.CertificateBuilder().subject_name(named(name)).issuer_name(named(by)).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=90))
    made = made.not_valid_after(now + datetime.timedelta(days=days)).add_extension(names, critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
    return made.sign(by_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def certified(folder, name, *, days=30):
    """What a server needs to say that it is `name`, for `days` more, and the authority that stands for it."""
    authority, own = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca = folder / "ca.pem"
    ca.write_bytes(signed("Test CA", key=authority, by="Test CA", by_key=authority, days=90, is_authority=True))
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    both = folder / "server.pem"
    both.write_bytes(own.private_bytes(*form) + signed(name, key=own, by="Test CA", by_key=authority, days=days))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    return context, str(ca)
