"""A real nginx with the configuration that is shipped, on free ports of this machine."""

import os
import shutil
import ssl
import subprocess
from pathlib import Path

from config.local import browser
from config.local.processes import Program, answers, free_port
from tests.deployment import CannotRun
from tests.security import certificates

SHIPPED = Path(__file__).parents[2] / "config" / "deploy" / "nginx"
HOST = "localhost"


def program():
    """The path of nginx, installed where that is allowed."""
    if not shutil.which("nginx"):
        browser.install(["nginx-light"], what="the proxy's tests")  # with its service, which is stopped again
        if os.geteuid() == 0 and shutil.which("service"):
            subprocess.run(["service", "nginx", "stop"], capture_output=True, check=False)
    if found := shutil.which("nginx"):
        return found
    raise CannotRun("nginx is missing. On Debian: apt-get install nginx-light")


class Nginx:
    """Started on `start()`; `port` speaks TLS, `plain` leads there. What it logs lies in `logs`."""

    def __init__(self, folder, *, nodes):
        self.program, self.folder, self.logs = program(), folder / "nginx", folder / "nginx" / "logs"
        self.logs.mkdir(parents=True)
        self.port, self.plain = free_port(), free_port()
        self.certificate, key = certificates.made(self.folder, HOST)
        filled = self.fill((SHIPPED / "doorway.conf").read_text(), nodes, key)
        assert "${" not in filled, "a placeholder of doorway.conf is not filled in"
        (self.folder / "doorway.conf").write_text(filled)
        whole = (SHIPPED / "container.conf").read_text()
        whole = whole.replace("/tmp/", f"{self.folder}/").replace("/etc/nginx/conf.d/*.conf", "doorway.conf")
        whole = whole.replace("/dev/stderr", f"{self.logs}/error.log").replace("auto", "1")
        who = "user root;\n" if os.geteuid() == 0 else ""
        (self.folder / "nginx.conf").write_text(f"daemon off;\n{who}{whole}")
        self.running = None

    def fill(self, text, nodes, key):
        values = {
            "DOORWAY_NODES": " ".join(f"server 127.0.0.1:{each} max_fails=1 fail_timeout=2s;" for each in nodes),
            "DOORWAY_HOST": HOST,
            "DOORWAY_HTTP": f"127.0.0.1:{self.plain}",
            "DOORWAY_HTTPS": f"127.0.0.1:{self.port}",
            "DOORWAY_CERTIFICATE": self.certificate,
            "DOORWAY_CERTIFICATE_KEY": key,
            "DOORWAY_ACME": self.folder / "acme",
            "DOORWAY_LOGS": self.logs,
        }
        for name, value in values.items():
            text = text.replace(f"${{{name}}}", str(value))
        return text

    @property
    def command(self):
        return [self.program, "-p", self.folder, "-c", self.folder / "nginx.conf", "-e", self.logs / "error.log"]

    def start(self):
        self.running = Program("nginx", self.command, log=self.logs / "said.log")
        self.running.wait_until(lambda: answers(self.port), seconds=20)

    def stop(self):
        if self.running:
            self.running.stop()

    @property
    def trust(self):
        context = ssl.create_default_context(cafile=str(self.certificate))
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context
