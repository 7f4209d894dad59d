"""A mail server that keeps what it is sent, and fails on demand."""

import threading
from email import message_from_bytes, policy

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from config.local.processes import free_port

DROP = "drop the connection after accepting, before saying so"


class MailServer(Controller):
    """`accepted` are the mails it took. `will_answer` are its next answers to a message, then it says 250.

    While `stall` names a moment, "before" or "after" accepting, a message sets `reached` and then waits for
    `go_on`: the sender stands in the middle of its talk meanwhile.
    """

    def __init__(self):
        self.accepted, self.will_answer, self.refused = [], [], {}
        self.connections = -1  # the first is aiosmtpd's own, to see whether it is up
        self.stall, self.reached, self.go_on = None, threading.Event(), threading.Event()
        super().__init__(self, hostname="127.0.0.1", port=free_port())

    def factory(self):
        self.connections += 1
        return SMTP(self, hostname="mail.example")

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        await self.wait_if(self.stall == "before")
        answer = self.will_answer.pop(0) if self.will_answer else "250 OK"
        if answer != DROP and not answer.startswith("250"):
            return answer
        if not server.transport.is_closing():
            content = envelope.original_content.replace(b"\r\n", b"\n")
            self.accepted.append(message_from_bytes(content, policy=policy.default))
        await self.wait_if(self.stall == "after")
        if answer == DROP:
            server.transport.abort()
        return "250 OK"

    async def wait_if(self, is_stalled):
        """Hold this talk until `go_on`; the event loop, and with it every other talk, keeps running."""
        if is_stalled:
            self.reached.set()
            await self.loop.run_in_executor(None, self.go_on.wait, 60)

    @property
    def raw(self):
        """Everything it accepted, as the bytes a reader on the way would see."""
        return b"\n".join(mail.as_bytes() for mail in self.accepted).decode()
