"""sslscan and testssl: how Doorway speaks TLS where it has the certificate itself."""

import re
import ssl
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.security import Result, certificates
from tests.security.environments import debian_tool
from tests.security.environments import run as start

NAME = "tls"
ORDER = 20
SECONDS = 600
OLD = ("SSLv2", "SSLv3", "TLSv1.0", "TLSv1.1")
OFFERED = re.compile(r"^\s*(SSLv2|SSLv3|TLS ?1(?:\.[123])?)\b.*?\boffered(?! \(OK\))(?<!not offered)", re.MULTILINE)


def run(target):
    """sslscan and testssl look how the web server speaks TLS: nothing older than 1.3, no weak cipher, a fitting key"""
    scan, test = debian_tool("sslscan", "sslscan"), debian_tool("testssl", "testssl.sh")
    debian_tool("host", "bind9-host")
    with old_server(target) as port:
        known = enabled(scan, port), offered(test, port)
    place = int(target.url.rpartition(":")[2])
    protocols, ciphers = enabled(scan, place), ciphers_of(scan, place)
    found = [f"sslscan: {each} is enabled" for each in sorted(protocols - {"TLSv1.3"})]
    found += [f"sslscan: weak cipher {each}" for each in ciphers if re.search(r"RC4|3DES|NULL|EXP|CBC|MD5|anon", each)]
    found += [f"testssl: {each}" for each in sorted(offered(test, place) - {"TLS1.3", "TLS 1.3"})]
    if not protocols:
        found.append("sslscan saw no protocol at all")
    hits = int("TLSv1.0" in known[0] or "TLSv1.1" in known[0]) + int(
        any("1.1" in each or each == "TLS 1" for each in known[1])
    )
    return Result(f"{', '.join(sorted(protocols))} with {len(ciphers)} ciphers", canary=(hits, 2), found=found)


def enabled(program, port):
    said = start([program, "--no-colour", f"127.0.0.1:{port}"], seconds=SECONDS).stdout
    return set(re.findall(r"^(SSLv\d|TLSv1\.\d)\s+enabled", said, re.MULTILINE))


def ciphers_of(program, port):
    said = start([program, "--no-colour", f"127.0.0.1:{port}"], seconds=SECONDS).stdout
    return re.findall(r"^(?:Preferred|Accepted)\s+(TLSv\S+\s+\d+ bits\s+\S+)", said, re.MULTILINE)


def offered(program, port):
    """The protocols that testssl says are offered."""
    words = [program, "--ip", "127.0.0.1", "--quiet", "--color", "0", "--warnings", "off", "-p", f"127.0.0.1:{port}"]
    said = start(words, seconds=SECONDS).stdout
    lines = re.findall(r"^ (SSLv\d|TLS 1(?:\.\d)?)\s+(.*)$", said, re.MULTILINE)
    if not lines:
        raise RuntimeError(f"testssl said nothing: {said[-300:]}")
    return {name for name, words in lines if words.startswith("offered")}


class Quiet(BaseHTTPRequestHandler):
    def log_message(self, *_):
        """It is asked for nothing but its handshake."""


@contextmanager
def old_server(target):
    """A server that speaks TLS as it was spoken twenty years ago."""
    certificate, key = certificates.made(target.folder, "canary.localhost")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
    server.handle_error = lambda *_: None
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
