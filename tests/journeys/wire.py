"""The wire between a browser and the server, which plays what goes wrong on the way, for every engine alike."""

import threading
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

HANG_UP = "hang up"
OF_THE_WIRE = {"connection", "keep-alive", "transfer-encoding", "content-length", "accept-encoding"}
PATIENCE = 20  # seconds for one answer of the server


@dataclass
class Heard:
    """One request as it passed: which operation it carried, what the server said, and what the browser got to hear."""

    method: str
    path: str
    op_id: str = ""
    answered: int | None = None
    told: int | str | None = None

    @property
    def is_tap(self):
        return self.method == "POST" and self.path.startswith("/departures/")


class Wire(ThreadingHTTPServer):
    """Passes everything on until it is told otherwise.

    `is_cut`: nobody answers. `is_hotel`: somebody else answers, always 200, as the sign-in of a hotel's network does.
    `to_lose`: how the next answers to a POST get lost, after the server gave them: a status, or HANG_UP.
    `first`: script put before every script of the site, for a device with a clock or a memory of its own kind.
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, server_port):
        super().__init__(("127.0.0.1", 0), Passing)
        self.upstream = server_port
        self.mend()
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_port}"

    def mend(self):
        self.is_cut, self.is_hotel, self.to_lose, self.first, self.heard = False, False, [], b"", []

    def said(self):
        """What was said about departures and has come to its end, in order."""
        return [each for each in self.heard if each.is_tap and each.told]

    def stop(self):
        self.shutdown()
        self.server_close()

    def handle_error(self, request, client_address):
        """A browser that was killed, or is tired of waiting, is no news."""


class Passing(BaseHTTPRequestHandler):
    def do_GET(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        heard = Heard(self.command, self.path.partition("?")[0], parse_qs(body.decode()).get("op_id", [""])[0])
        self.server.heard.append(heard)
        if self.server.is_cut:
            heard.told = HANG_UP
        elif self.server.is_hotel:
            self.tell(heard, 200, [("Content-Type", "text/html")], b"<title>Hotel</title><h1>Welcome</h1>")
        else:
            self.ask(heard, body)

    do_POST = do_HEAD = do_GET  # noqa: N815

    def ask(self, heard, body):
        server = HTTPConnection("127.0.0.1", self.server.upstream, timeout=PATIENCE)
        kept = {name: value for name, value in self.headers.items() if name.lower() not in OF_THE_WIRE}
        try:
            server.request(self.command, self.path, body or None, kept | {"Accept-Encoding": "identity"})
            answer = server.getresponse()
            content = answer.read()
        except (OSError, HTTPException):
            heard.told = HANG_UP
            return
        finally:
            server.close()
        heard.answered = answer.status
        if heard.is_tap and self.server.to_lose:
            self.lose(heard, self.server.to_lose.pop(0))
        else:
            self.tell(heard, answer.status, answer.getheaders(), self.with_first(answer, content))

    def lose(self, heard, how):
        if how == HANG_UP:
            heard.told = HANG_UP
        else:
            self.tell(heard, how, [], b"")

    def with_first(self, answer, content):
        is_script = "javascript" in answer.headers.get("Content-Type", "")
        return self.server.first + content if is_script and self.path.startswith("/static/") else content

    def tell(self, heard, status, headers, content):
        heard.told = status
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in OF_THE_WIRE | {"cache-control"}:
                self.send_header(name, value)
        self.send_header("Cache-Control", "no-store")  # the next page gets its scripts from here again
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, *_):
        """Nobody reads it."""
