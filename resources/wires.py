"""One question to one server at one address, with limits of time and size that no server can stretch."""

import socket
import ssl
import threading
import time
import zlib
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, SSLError

MOST_BYTES = 1024 * 1024  # of a page, as sent and as unpacked
PIECE = 16 * 1024
SECONDS_PER_STEP = 8  # to connect, or for one read; the fuse holds whatever comes together
#: Says what it is. Nothing of the organisation: whose directory names a page is nobody's business.
WHO = "Doorway/0.1 (looks once a night whether the pages in a directory of help lines still work)"
#: One layer and no more: several are how bombs are packed. A page in any other packing was not asked for, nor is read.
UNPACK = {
    "identity": lambda: None,
    "gzip": lambda: zlib.decompressobj(wbits=31),
    "x-gzip": lambda: zlib.decompressobj(wbits=31),
}


class NoConnection(Exception):
    """There is no whole answer from this address."""


class TooSlow(Exception):
    """The time was up before the answer was whole."""


class BadCertificate(Exception):
    """The server cannot prove that it is the one that was asked for."""


class Fuse:
    """Cuts every wire it watches when its time is up, so that a server which drips byte by byte holds nobody."""

    def __init__(self, seconds):
        self.ends = time.monotonic() + seconds
        self.wires, self.lock = [], threading.Lock()
        self.timer = threading.Timer(max(seconds, 0), self.cut)
        self.timer.daemon = True

    def __enter__(self):
        self.timer.start()
        return self

    def __exit__(self, *_):
        self.timer.cancel()
        with self.lock:
            for wire in self.wires:
                wire.close()
            self.wires = []

    @property
    def left(self):
        return max(self.ends - time.monotonic(), 0.0)

    @property
    def is_out(self):
        return self.left == 0

    def watch(self, wire):
        """A second handle on the connection: TLS takes the first one away, and cutting this one cuts both."""
        with self.lock:
            self.wires.append(wire.dup())

    def cut(self):
        with self.lock:
            for wire in self.wires:
                with suppress(OSError):
                    wire.shutdown(socket.SHUT_RDWR)


@dataclass(frozen=True)
class Answer:
    status: int
    location: str
    content_type: str
    body: bytes | None
    is_whole: bool


def ask(method, place, *, address, fuse, ca_file=None):
    """Send one request to `address` for `place`. Raises NoConnection, TooSlow or BadCertificate."""
    if fuse.is_out:
        raise TooSlow
    pool = pool_to(place, address=address, fuse=fuse, ca_file=ca_file)
    try:
        return answered(pool, method, place, fuse=fuse)
    except SSLError as problem:
        if fuse.is_out:
            raise TooSlow from None
        raise (BadCertificate if is_about_certificate(problem) else NoConnection) from None
    except (HTTPError, HTTPException, OSError, ValueError):
        raise (TooSlow if fuse.is_out else NoConnection) from None
    finally:
        pool.close()


def is_about_certificate(problem):
    """A certificate that does not hold, and not a server that speaks no TLS. urllib3 wraps the one of `ssl`."""
    inner = problem.args[0] if problem.args else None
    while isinstance(inner, SSLError) and inner.args:
        inner = inner.args[0]
    return isinstance(inner, ssl.CertificateError) or type(inner).__name__ == "CertificateError"


def pool_to(place, *, address, fuse, ca_file):
    """Connects to `address` and to nothing else, and asks the server there to prove that it is `place.host`."""
    facts = {"timeout": min(SECONDS_PER_STEP, max(fuse.left, 0.01)), "retries": False, "maxsize": 1}
    if place.scheme == "https":
        names = {"server_hostname": place.host, "assert_hostname": place.host}
        pool = HTTPSConnectionPool(address, place.port, cert_reqs="CERT_REQUIRED", ca_certs=ca_file, **names, **facts)
        pool.ConnectionCls = fused(HTTPSConnection, fuse)
    else:
        pool = HTTPConnectionPool(address, place.port, **facts)
        pool.ConnectionCls = fused(HTTPConnection, fuse)
    return pool


def fused(kind, fuse):
    class Fused(kind):
        def _new_conn(self):
            wire = super()._new_conn()
            fuse.watch(wire)
            return wire

    return Fused


def answered(pool, method, place, *, fuse):
    headers = {"Host": place.header, "User-Agent": WHO, "Accept": "text/html, */*;q=0.5", "Connection": "close"}
    headers["Accept-Encoding"] = "gzip" if method == "GET" else "identity"
    response = pool.urlopen(
        method, place.path, headers=headers, redirect=False, preload_content=False, decode_content=False,
        assert_same_host=False,
    )  # fmt: skip
    body, is_whole = None, True
    packing = response.headers.get("Content-Encoding", "").strip().lower() or "identity"
    if method == "GET" and response.status in range(200, 300) and packing in UNPACK:
        body, is_whole = read(response, unpack=UNPACK[packing](), fuse=fuse)
    location, kind = response.headers.get("Location", ""), response.headers.get("Content-Type", "")
    response.close()
    return Answer(response.status, location, kind, body, is_whole)


def read(response, *, unpack, fuse):
    """The body, MOST_BYTES at most, and whether that is all of it. However it was packed, no more is ever unpacked."""
    body, came = bytearray(), 0
    while piece := response.read(PIECE, decode_content=False):
        came += len(piece)
        if unpack:
            try:
                piece = unpack.decompress(piece, MOST_BYTES + 1 - len(body))
            except zlib.error:
                raise NoConnection from None
        body += piece
        if len(body) > MOST_BYTES or came > MOST_BYTES:
            return bytes(body[:MOST_BYTES]), False
    if fuse.is_out:  # a wire that was cut looks like the end of the page
        raise TooSlow
    return bytes(body), True
