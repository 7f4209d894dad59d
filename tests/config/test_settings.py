"""What an installation must say about itself before anything starts, and what follows from its address."""

import json
import subprocess
import sys

import pytest
from django.conf import settings as here

from accounts import keys
from accounts.models import Role
from tests.config.living import fresh_environment

SAFE = {
    "SECRET_KEY": "a key for tests that is long enough for anybody who counts: 0123456789 abcdefghij",
    "DATA_KEYS": f"k1:{'A' * 43}",
    "DATABASE_URL": "postgresql://127.0.0.1/nowhere",
    "PUBLIC_URL": "https://doorway.example",
    "ALLOWED_HOSTS": "doorway.example",
    "TRUSTED_PROXIES": "1",
    "DEBUG": "false",
    "DEMO": "false",
}
COOKIES = ["SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE"]

#: An identity provider, named in whole.
SIGN_ON = {"OIDC_NAME": "Clinic Login", "OIDC_SERVER_URL": "https://login.example"}
SIGN_ON |= {"OIDC_CLIENT_ID": "doorway", "OIDC_CLIENT_SECRET": "a secret"}


def manage(*words, **changes):
    """`manage.py` with SAFE settings but for `changes`; a variable set to None is empty."""
    facts = {name: value or "" for name, value in (SAFE | changes).items()}
    command = [sys.executable, here.BASE_DIR / "manage.py", *words]
    env = fresh_environment(**facts)
    return subprocess.run(command, env=env, cwd=here.BASE_DIR, capture_output=True, text=True, check=False)


def settings_with(names, **changes):
    """What those settings are in a process of their own."""
    code = "import json; from django.conf import settings; print(json.dumps([getattr(settings, n) for n in {}]))"
    done = manage("shell", "--no-imports", "-c", code.format(names), **changes)
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"SECRET_KEY": None}, "SECRET_KEY is not set and DEBUG is off."),
        ({"DATA_KEYS": None}, "DATA_KEYS is not set and DEBUG is off. `manage.py create_data_key` makes a key"),
        ({"DATA_KEYS": "k1:hidden"}, "DATA_KEYS: the data key k1 is not 32 bytes long."),
        ({"DATA_KEYS": f"k1:{'A' * 43},k1:{'A' * 43}"}, "DATA_KEYS: two data keys have the id k1."),
        ({"DATA_KEYS": "much-too-long:hidden"}, "DATA_KEYS: the id of a data key has 1 to 7 letters"),
        ({"DATA_KEYS_FILE": "/nowhere/keys"}, "DATA_KEYS: the file with the data keys cannot be read: /nowhere/keys"),
        ({"DATABASE_URL": "sqlite:///doorway.sqlite3"}, "DATABASE_URL must name a PostgreSQL database"),
        ({"DATABASE_URL": "mysql://127.0.0.1/doorway"}, "DATABASE_URL must name a PostgreSQL database"),
        ({"DATABASE_URL": "doorway"}, "DATABASE_URL must name a PostgreSQL database"),
        ({"DATABASE_URL": None}, "DATABASE_URL must name a PostgreSQL database"),
        ({"AUDIT_DATABASE_URL": "mysql://127.0.0.1/doorway"}, "AUDIT_DATABASE_URL must name a PostgreSQL database"),
        ({"DEADMAN_URL": "file:///etc/passwd"}, "DEADMAN_URL must be a web address"),
        (
            {"DATABASE_URL": "postgresql://doorway:hidden@127.0.0.1:many/doorway"},
            "DATABASE_URL must name a PostgreSQL database",
        ),
        ({"EMAIL_URL": "pigeon://coop"}, "Invalid email schema pigeon"),
        ({"SESSION_IDLE_MINUTES": "16"}, "SESSION_IDLE_MINUTES must be from 5 to 15."),
        ({"SESSION_IDLE_MINUTES": "4"}, "SESSION_IDLE_MINUTES must be from 5 to 15."),
        ({"SCREEN_COVER_MINUTES": "4"}, "SCREEN_COVER_MINUTES must be from 1 to 3."),
        ({"SCREEN_COVER_MINUTES": "0"}, "SCREEN_COVER_MINUTES must be from 1 to 3."),
        ({"MFA_REQUIRED_ROLES": None}, "MFA_REQUIRED_ROLES must name a role."),
        ({"MFA_REQUIRED_ROLES": "therapist,nurse"}, "MFA_REQUIRED_ROLES: there is no role nurse."),
        ({"SWEEP_SECONDS": "often"}, "SWEEP_SECONDS must be a whole number."),
        ({"TRUSTED_PROXIES": None}, "TRUSTED_PROXIES must be a whole number."),
        ({"TRUSTED_PROXIES": "-1"}, "TRUSTED_PROXIES must be from 0 to 10."),
        ({"TRUSTED_PROXIES": "11"}, "TRUSTED_PROXIES must be from 0 to 10."),
        ({"INVITATION_HOURS": "0"}, "INVITATION_HOURS must be from 1 to 336."),
        ({"OIDC_NAME": "Clinic Login"}, "Single sign-on needs OIDC_NAME, OIDC_SERVER_URL,"),
        (SIGN_ON | {"OIDC_SERVER_URL": "http://login.example"}, "OIDC_SERVER_URL must be a web address that starts"),
        ({"METRICS_TOKEN": "hidden and short"}, "METRICS_TOKEN must have at least 32 letters, digits or signs"),
        ({"METRICS_FOLDER": "/nowhere/at/all"}, "METRICS_FOLDER must name a folder that is there"),
        ({"PASSWORD_SIGN_IN": "false"}, "nobody could sign in."),
        ({"SECRET_KEY": None, "DEMO": "true"}, "SECRET_KEY is not set and DEBUG is off."),
    ],
)
def test_what_cannot_work_is_said_in_a_sentence(changes, words):
    done = manage("check", **changes)
    assert done.returncode != 0
    assert done.stderr.startswith("Doorway cannot start: ")
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
    assert "hidden" not in done.stderr


def test_a_second_factor_is_asked_of_everybody_but_in_the_demo():
    (required,) = settings_with(["MFA_REQUIRED_ROLES"])
    assert set(required) == set(here.ROLES) == set(Role.values)
    assert settings_with(["MFA_REQUIRED_ROLES"], DEMO="true") == [[]]


def test_debug_needs_no_key():
    assert manage("check", DEBUG="true", SECRET_KEY=None, DATA_KEYS=None).returncode == 0


def test_a_data_key_is_made_by_whoever_has_none_and_read_from_a_file_as_well(tmp_path):
    made = manage("create_data_key", "--id", "k7", DATA_KEYS=None)
    assert made.returncode == 0
    line = made.stdout.strip().removeprefix("DATA_KEYS=")
    (tmp_path / "keys").write_text(f"{line}\nold:{'A' * 43}\n")
    done = manage("check", DATA_KEYS=None, DATA_KEYS_FILE=str(tmp_path / "keys"))
    assert done.returncode == 0, done.stderr
    assert list(keys.read_file(tmp_path / "keys")) == ["k7", "old"]


def test_cookies_of_an_https_address_never_leave_it():
    assert settings_with(COOKIES) == ["__Host-sessionid", "__Host-csrftoken", True, True]


def test_cookies_of_an_http_address_work_there():
    assert settings_with(COOKIES, PUBLIC_URL="http://127.0.0.1:8000") == ["sessionid", "csrftoken", False, False]


def test_an_https_installation_has_to_say_who_is_in_front_of_it():
    facts = {name: value for name, value in SAFE.items() if name != "TRUSTED_PROXIES"}
    command = [sys.executable, here.BASE_DIR / "manage.py", "check"]
    env = {name: value for name, value in fresh_environment(**facts).items() if name != "TRUSTED_PROXIES"}
    done = subprocess.run(command, env=env, cwd=here.BASE_DIR, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "TRUSTED_PROXIES must say how many proxies stand in front" in done.stderr


def test_only_a_proxy_that_is_there_may_say_that_it_was_asked_over_tls():
    name = ["SECURE_PROXY_SSL_HEADER"]
    assert settings_with(name) == [["HTTP_X_FORWARDED_PROTO", "https"]]
    assert settings_with(name, TRUSTED_PROXIES="0") == [None]
    assert settings_with(name, PUBLIC_URL="http://127.0.0.1:8000") == [None]


def test_an_https_installation_is_safe_to_deploy():
    done = manage("check", "--deploy", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr


def test_a_plain_http_installation_is_told_what_it_lacks():
    done = manage("check", "--deploy", "--fail-level", "WARNING", PUBLIC_URL="http://doorway.example")
    assert done.returncode != 0
    assert "SECURE_SSL_REDIRECT" in done.stderr
