"""`python -m tests.security.knock`: the whole access matrix on a migrated database. Exit code 1 when a cell is wrong.

`--fast` is the part that every run of the tests does, `--down` repeats it with Redis, mail and the cache gone and asks
only whether anything opens, `--first` stops where something is found. `--one-wall` takes row level security away, so
that what the application filters by itself stands alone, and a fault in it is not made good by the database. `--broken`
takes away what asks people to sign in, for roles, or for whose a row is: something has to be found then. Nothing stays
in the database.
"""

import argparse
import logging
import os
import sys
from datetime import UTC, datetime

import pytest  # noqa: F401 - settings know a test by it

LEAST = 5_000
SIGN_IN = "accounts.middleware.SignInRequiredMiddleware"
DOWN = {
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "EMAIL_PORT": 1,
    "CACHES": {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "gone"}},
}


def main(words):
    asked = argparse.ArgumentParser(prog="tests.security.knock", description=__doc__)
    for name in ("--fast", "--down", "--first", "--one-wall"):
        asked.add_argument(name, action="store_true")
    asked.add_argument("--broken", default="", choices=["sign-in", "roles", "rows"])
    asked.add_argument("--near", default="", help="a file whose pages are tried first")
    chosen = asked.parse_args(words)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    for name in ("django.request", "config.requests"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    if chosen.broken:
        BROKEN[chosen.broken]()
    return knock(chosen)


def knock(chosen):
    from django.core.management import call_command
    from django.db import transaction
    from django.test import override_settings

    from followups import audits
    from tests import access_matrix
    from tests.access_world import World

    audits.known = (float("inf"), datetime.max.replace(tzinfo=UTC))  # the auditor has just been here
    extent = access_matrix.FAST if chosen.fast or chosen.down else access_matrix.WHOLE
    call_command("createcachetable", verbosity=0)
    with override_settings(**changes(chosen)), transaction.atomic():
        found = access_matrix.run(
            World(), extent, only=access_matrix.near(chosen.near), stops_at_first=chosen.first, is_aloud=not chosen.down
        )
        transaction.set_rollback(True)
    if chosen.down:
        found.problems = found.opened_wrongly
        print("\n".join(found.problems))
    print(f"{found.cells} cells, {found.opened} open, {len(found.problems)} wrong")
    is_too_small = not (chosen.fast or chosen.first or chosen.down) and found.cells < LEAST
    return 1 if found.problems or is_too_small else 0


def ask_for_no_role():
    from accounts.models import User

    User.has_role = lambda _self, *_roles: True


def show_every_row():
    from sessions_app.models import DepartureEvent

    type(DepartureEvent.objects.all()).visible_to = lambda self, _user: self


BROKEN = {"sign-in": lambda: None, "roles": ask_for_no_role, "rows": show_every_row}


def changes(chosen):
    """What is other than usual in the settings."""
    from django.conf import settings

    from tests.access_matrix import SECOND_WALL

    away = [SIGN_IN] * (chosen.broken == "sign-in") + [SECOND_WALL] * chosen.one_wall
    return (DOWN if chosen.down else {}) | {"MIDDLEWARE": [each for each in settings.MIDDLEWARE if each not in away]}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
