"""Secrets that stand in files instead of the environment, as systemd and containers hand them over.

The environment of a program is read by whatever it starts, and by crash reports; a file only by who may read it.
"""

from pathlib import Path

#: Each may be given as NAME_FILE, the path of a file that holds the value. DATA_KEYS and BACKUP_KEY have files of old.
NAMES = [
    *("SECRET_KEY", "DATABASE_URL", "BACKUP_DATABASE_URL", "AUDIT_DATABASE_URL", "REDIS_URL", "EMAIL_URL", "ANYMAIL"),
    *("VAPID_PRIVATE_KEY", "OIDC_CLIENT_SECRET", "DEADMAN_URL"),
]


class BadFile(ValueError):
    """A secret cannot be had from its file; says which and why, and never what it is."""


def read(environ):
    """{name: value} of the secrets whose file `environ` names. Raises BadFile."""
    return {name: value_of(name, environ) for name in NAMES if environ.get(f"{name}_FILE")}


def value_of(name, environ):
    path = environ[f"{name}_FILE"]
    if environ.get(name):
        raise BadFile(f"{name} and {name}_FILE are both set; one of them has to go.")
    try:
        return Path(path).read_text().strip()
    except (OSError, UnicodeDecodeError) as problem:
        raise BadFile(f"{name}_FILE names a file that cannot be read: {path}") from problem
