"""nginx as it is shipped, in front of two nodes: TLS, who asks, what is passed on, retried and refused.

The nodes are small programs that say what they were sent; what Doorway makes of it is tested elsewhere.
"""

import http.client
import http.server
import json
import socket
import ssl
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

from tests.deployment.nginx import HOST, Nginx

WORD = "canary-word-in-an-address"


class Node(http.server.ThreadingHTTPServer):
    """Says what it was sent. `mode`: "well", "cut" (take the request and hang up), "missing" (404)."""

    daemon_threads = True

    def __init__(self, name):
        self.name, self.mode, self.heard, self.lines = name, "well", [], []
        super().__init__(("127.0.0.1", 0), Echo)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def end(self):
        """As a program that was killed: nobody listens, and every line it held is closed."""
        self.shutdown()
        self.server_close()
        for each in self.lines:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


class Echo(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def setup(self):
        super().setup()
        self.server.lines.append(self.connection)

    def answer(self):
        length = int(self.headers.get("Content-Length") or 0)
        self.rfile.read(length)
        self.server.heard.append((self.command, self.path, dict(self.headers), length))
        if self.server.mode == "cut":
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        body = json.dumps({"node": self.server.name}).encode()
        self.send_response(404 if self.server.mode == "missing" else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_HEAD = answer  # noqa: N815

    def version_string(self):
        return "web"

    def log_message(self, *_):
        pass


def run():
    with tempfile.TemporaryDirectory(prefix="doorway-proxy-") as folder:
        nodes = [Node("one"), Node("two")]
        proxy = Nginx(Path(folder), nodes=[each.server_port for each in nodes])
        proxy.start()
        try:
            problems = [f"{check.__doc__} {said}" for check in CHECKS if (said := check(proxy, nodes))]
            print(f"   {len(CHECKS)} promises looked at")
            return problems
        finally:
            proxy.stop()
            for each in nodes:
                each.end()


def ask(proxy, method="GET", path="/", *, host=HOST, body=None, tls=True, **headers):
    """(status, headers, body) of one request; None where the line was cut without an answer."""
    if tls:
        line = http.client.HTTPSConnection("127.0.0.1", proxy.port, timeout=20, context=trusting(proxy))
    else:
        line = http.client.HTTPConnection("127.0.0.1", proxy.plain, timeout=20)
    try:
        line.request(method, path, body=body, headers={"Host": host} | headers)
        answer = line.getresponse()
        return answer.status, answer.headers, answer.read()
    except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
        return None
    finally:
        line.close()


def trusting(proxy, **versions):
    context = proxy.trust
    for name, value in versions.items():
        setattr(context, name, value)
    return context


def calm(nodes, seconds=0.0):
    """Every node well again, nothing heard, and no longer left out by the proxy."""
    for each in nodes:
        each.mode = "well"
        each.heard.clear()
    time.sleep(seconds)


def both_answer(proxy, nodes):
    """Requests go to both nodes."""
    calm(nodes)
    who = {json.loads(ask(proxy)[2])["node"] for _turn in range(8)}
    return None if who == {"one", "two"} else f"only {who} answered"


def only_tls(proxy, nodes):
    """Plain HTTP only leads to TLS."""
    calm(nodes)
    status, headers, _body = ask(proxy, path="/departures/", tls=False)
    is_well = status == 301 and headers["Location"] == f"https://{HOST}/departures/"
    return None if is_well and not any(each.heard for each in nodes) else f"{status} {headers['Location']}"


def old_tls(proxy, nodes):
    """TLS 1.2 and 1.3 are spoken, nothing older."""
    spoken = []
    for version in (ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(str(proxy.certificate))
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = version
        try:
            with (
                socket.create_connection(("127.0.0.1", proxy.port), timeout=10) as line,
                context.wrap_socket(line, server_hostname=HOST) as tls,
            ):
                spoken.append(tls.version())
        except (ssl.SSLError, ConnectionError):
            continue
    return None if spoken == ["TLSv1.2", "TLSv1.3"] else f"spoken: {spoken}"


def who_asks(proxy, nodes):
    """Who asks and how is said by the proxy alone: what the sender wrote is dropped."""
    calm(nodes)
    lies = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "http", "X-Forwarded-Host": "evil.example"}
    lies |= {"X-Real-IP": "203.0.113.9", "Forwarded": "for=203.0.113.9", "X-Forwarded-Port": "1"}
    ask(proxy, **lies)
    [heard] = [headers for each in nodes for _method, _path, headers, _length in each.heard]
    told = {name: value for name, value in heard.items() if name.lower().startswith(("x-", "forwarded"))}
    return None if told == {"X-Forwarded-For": "127.0.0.1", "X-Forwarded-Proto": "https"} else f"passed on: {told}"


def other_names(proxy, nodes):
    """Whoever asks for another name gets no answer."""
    calm(nodes)
    answer = ask(proxy, host="evil.example")
    return None if answer is None and not any(each.heard for each in nodes) else f"answered {answer}"


def reading_is_repeated(proxy, nodes):
    """A page is asked of the next node when one hangs up in the middle."""
    calm(nodes, 2.5)
    nodes[0].mode = "cut"
    said = [ask(proxy, path=f"/?q={WORD}") for _turn in range(6)]
    return None if all(each and each[0] == 200 for each in said) and nodes[0].heard else f"{said}"


def writing_is_not_repeated(proxy, nodes):
    """What may change something is never sent on once a node has it: the sender is told to try again."""
    calm(nodes, 2.5)
    for each in nodes:
        each.mode = "cut"
    status, headers, body = ask(proxy, "POST", "/departures/", body=b"id=1")
    heard = sum(method == "POST" for each in nodes for method, *_ in each.heard)
    is_well = status == 503 and heard == 1 and headers["Retry-After"] and b"emergency" in body
    return None if is_well else f"{status}, sent {heard} times, {dict(headers)}"


def a_dead_node(proxy, nodes):
    """What could not be sent at all goes to the other node, a tap as well."""
    calm(nodes, 2.5)
    nodes[1].end()
    time.sleep(0.2)
    said = [ask(proxy, "POST", "/departures/", body=b"id=1") for _turn in range(6)]
    return None if all(each and each[0] == 200 for each in said) else f"{[each and each[0] for each in said]}"


def away(proxy, nodes):
    """With no node at all a page of ours says so, with every protecting header."""
    nodes[0].end()
    time.sleep(0.2)
    status, headers, body = ask(proxy, path=f"/?q={WORD}")
    wanted = ["Content-Security-Policy", "X-Content-Type-Options", "Strict-Transport-Security", "Referrer-Policy"]
    missing = [each for each in wanted if not headers[each]]
    return None if status == 503 and not missing and b"does not answer" in body else f"{status}, missing {missing}"


def too_large(proxy, nodes):
    """A body of three megabytes goes to the two pages that take files, and nowhere else."""
    calm(nodes)
    body = b"x" * (3 * 1024 * 1024)
    said = {path: ask(proxy, "POST", path, body=body) for path in ("/account/sign-in/", "/clients/bring-in/")}
    said |= {"/resources/imports/": ask(proxy, "POST", "/resources/imports/", body=body)}
    found = {path: answer and answer[0] for path, answer in said.items()}
    heard = [length for each in nodes for *_, length in each.heard]
    is_well = found.pop("/account/sign-in/") in (413, None) and set(found.values()) == {200}
    return None if is_well and heard == [len(body)] * 2 else f"{found}, {heard}"


def either_release(proxy, nodes):
    """A static file that one node does not have is asked of the other."""
    calm(nodes, 2.5)
    nodes[0].mode = "missing"
    files = [ask(proxy, path="/static/app.0123.css")[0] for _turn in range(6)]
    pages = {ask(proxy, path="/departures/")[0] for _turn in range(6)}
    return None if set(files) == {200} and pages == {200, 404} else f"files {files}, pages {pages}"


def slow_senders(proxy, nodes):
    """Somebody who sends a header line and then nothing is cut off after ten seconds."""
    context, began = proxy.trust, time.monotonic()
    with (
        socket.create_connection(("127.0.0.1", proxy.port), timeout=40) as line,
        context.wrap_socket(line, server_hostname=HOST) as tls,
    ):
        tls.sendall(f"GET / HTTP/1.1\r\nHost: {HOST}\r\n".encode())
        said = tls.recv(100)
    took = time.monotonic() - began
    return None if took < 30 and b" 200 " not in said else f"held for {took:.0f} s: {said!r}"


def nothing_in_logs(proxy, nodes):
    """No address and no word of one stands in any log, also not where a node failed."""
    lines = "".join(each.read_text() for each in proxy.logs.iterdir())
    has_lines = (proxy.logs / "doorway-access.log").read_text().count("\n") > 20
    found = [each for each in (WORD, "/departures", "/static", "?") if each in lines]
    return None if has_lines and not found else f"found {found}, lines there: {has_lines}"


#: In this order: the last but one of them ends the nodes.
CHECKS = [both_answer, only_tls, old_tls, who_asks, other_names, too_large, either_release, reading_is_repeated]
CHECKS += [writing_is_not_repeated, slow_senders, a_dead_node, away, nothing_in_logs]
