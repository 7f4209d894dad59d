"""What is attacked: a Doorway of its own on this machine, over TLS, with made-up people and a session of each role."""

import os
import secrets
import sys
import tempfile
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path

from accounts import keys
from config.local import servers
from config.local.processes import Program, answers, free_port
from tests.security import certificates

PROJECT = Path(__file__).resolve().parent.parent.parent


class Target:
    """See the package's docstring for what it offers. Everything it started ends with it."""

    password = None

    def __enter__(self):
        self.running = ExitStack()
        self.folder = Path(self.running.enter_context(tempfile.TemporaryDirectory(prefix="doorway-security-")))
        self.folder.chmod(0o711)
        self.walks = {}
        return self

    def __exit__(self, *error):
        self.running.close()

    @cached_property
    def certificate(self):
        return certificates.made(self.folder, "localhost")

    @property
    def ca_file(self):
        return self.certificate[0]

    @cached_property
    def port(self):
        return free_port()

    @cached_property
    def env(self):
        """Servers of our own; every setting as in earnest, but that mail goes to files and nobody outside is asked.

        And that nobody is held back for searching too often (tests.security.settings).
        """
        wanted = self.folder / "postgres"
        self.running.callback(servers.remove_data, wanted)
        (self.folder / "mail").mkdir()
        own = {
            "DATABASE_URL": self.running.enter_context(servers.postgres(servers.data_folder(wanted), is_lasting=False)),
            "REDIS_URL": self.running.enter_context(servers.redis(self.folder / "redis")),
            "DJANGO_SETTINGS_MODULE": "tests.security.settings",
            "SECRET_KEY": secrets.token_urlsafe(60),
            "DATA_KEYS": keys.new("tools"),
            "PUBLIC_URL": f"https://localhost:{self.port}",
            "ALLOWED_HOSTS": "localhost,127.0.0.1",
            "TRUSTED_PROXIES": "0",
            "STATIC_ROOT": str(self.folder / "static"),
            "MAIL_DIR": str(self.folder / "mail"),
            "VAPID_PRIVATE_KEY": secrets.token_urlsafe(32),
            "DIRECTORY_API": "true",
            "DEBUG": "false",
            "DEMO": "true",
            "CHECK_LINKS": "false",
        }
        return os.environ | own

    @cached_property
    def url(self):
        """Doorway, migrated, filled and started."""
        for words in (["migrate"], ["createcachetable"], ["create_demo_data"], ["collectstatic", "--noinput"]):
            self.manage(*words)
        self.start("worker", ["-m", "celery", "-A", "config", "worker", "--concurrency", "1", "--loglevel", "INFO"])
        self.start("sweeper", ["manage.py", "sweeper"])
        certificate, key = self.certificate
        self.serve(self.port, ["--ssl-certificate", str(certificate), "--ssl-keyfile", str(key)])
        return f"https://localhost:{self.port}"

    @cached_property
    def behind_a_proxy(self):
        """The same, where a proxy would reach it: for tools that cannot speak TLS 1.3, which send X-Forwarded-Proto."""
        self.url  # noqa: B018 it has to be filled first
        port = free_port()
        self.serve(port, [], TRUSTED_PROXIES="1")
        return f"http://127.0.0.1:{port}"

    def serve(self, port, words, **more):
        web = ["-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--no-ws"]
        web += ["--workers", "1", "--blocking-threads", "4", *words, "config.wsgi:application"]
        self.start("web", web, **more).wait_until(lambda: answers(port))

    def manage(self, *words):
        program = self.start(words[0], ["manage.py", *words])
        if program.process.wait(600):
            raise RuntimeError(f"manage.py {words[0]} did not work:\n{program.last_words()}")

    def start(self, name, words, **more):
        log = self.folder / f"{name}.log"
        program = Program(name, [sys.executable, *words], log=log, env=self.env | more, cwd=PROJECT)
        self.running.callback(program.stop)
        return program

    @cached_property
    def django(self):
        """Django in this process, on the target's database."""
        self.url  # noqa: B018 it has to be filled first
        os.environ.update(self.env)
        import django

        django.setup()
        return django

    @cached_property
    def people(self):
        self.django  # noqa: B018
        from accounts import demo
        from accounts.models import Role, User

        Target.password = demo.PASSWORD
        everybody = list(User.objects.filter(is_active=True).order_by("pk"))
        return {role.value: next(each for each in everybody if role in each.roles) for role in Role}

    def cookies(self, role):
        """Signed in as the first who has that role: {name: value} of the session cookie.

        Whatever a tool has made of the person before (other roles, no longer here) is undone first.
        """
        person = self.people[role]
        person.save()
        from django.conf import settings
        from django.test import Client

        browser = Client()
        browser.force_login(person)
        return {settings.SESSION_COOKIE_NAME: browser.cookies[settings.SESSION_COOKIE_NAME].value}

    @cached_property
    def canary(self):
        """The page with known faults, on a port of its own."""
        port = free_port()
        words = ["-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--no-ws"]
        words += ["--workers", "1", "--blocking-threads", "4", "tests.security.canary:application"]
        program = Program("canary", [sys.executable, *words], log=self.folder / "canary.txt", cwd=PROJECT)
        self.running.callback(program.stop)
        program.wait_until(lambda: answers(port))
        return f"http://127.0.0.1:{port}"
