"""What SECURITY.md and its table claim and nothing else shows: first secrets, sessions, files, cryptography."""

import ast
import re
from pathlib import Path

import pytest
from allauth.account import forms as account_forms
from allauth.mfa import app_settings as factors
from django import forms
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client as Browser
from django.urls import reverse

from accounts import forms_of_entry
from accounts.models import User
from resources.shown_numbers import says
from sessions_app.models import Client
from tests.accounts.test_passkeys import HOST, options
from tests.config.test_settings import settings_with
from tests.conftest import PASSWORD

ROOT = Path(settings.BASE_DIR)
ROOMS = ["accounts", "config", "followups", "protocols", "resources", "sessions_app"]
#: Whoever imports one of these does cryptography, or makes something that nobody may guess.
CRYPTOGRAPHY = ("cryptography", "hashlib", "hmac", "secrets", "http_ece", "py_vapid", "jwt", "fido2", "ssl", "argon2")
CRYPTOGRAPHY += (
    "django.core.signing",
    "django.utils.crypto",
    "allauth.mfa.totp.internal",
    "allauth.core.internal.cryptokit",
)
SIGN_IN = "/account/sign-in/"
SERVED = {".css", ".js", ".svg", ".png", ".webp", ".map", ".gz", ".br", ".json", ".txt", ".ico", ".webmanifest"}


def imported(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{each.name}" for each in node.names)


def is_cryptography(name):
    return any(f"{name}.".startswith(f"{each}.") for each in CRYPTOGRAPHY)


def test_every_use_of_cryptography_is_listed():
    """By what modules import. The list says of each what it is for, and how."""
    paths = [path for room in ROOMS for path in (ROOT / room).rglob("*.py") if "migrations" not in path.parts]
    found = {str(path.relative_to(ROOT)) for path in paths if any(is_cryptography(name) for name in imported(path))}
    words = (ROOT / "config" / "security" / "RULES.md").read_text()
    listed = re.findall(r"^\| `([a-z_/]+\.py)` \| .+ \| .+ \|$", words, re.MULTILINE)
    assert len(listed) == len(set(listed))
    assert set(listed) == found


def test_passwords_are_kept_by_argon2_and_by_nothing_weaker():
    assert settings_with(["PASSWORD_HASHERS"]) == [["django.contrib.auth.hashers.Argon2PasswordHasher"]]


def test_password_fields_are_of_the_kind_that_hides():
    kinds = [each for module in (account_forms, forms_of_entry) for each in vars(module).values()]
    found = [each for each in kinds if isinstance(each, type) and issubclass(each, forms.BaseForm)]
    fields = [(name, field) for each in found for name, field in each.base_fields.items() if "password" in name]
    assert len(fields) >= 5
    assert [name for name, field in fields if getattr(field.widget, "input_type", "") != "password"] == []


def test_codes_have_bits_enough():
    """Twenty bits each, of what cannot be tried more than a few times."""
    assert 10**factors.RECOVERY_CODE_DIGITS >= 2**20
    assert 10**factors.TOTP_DIGITS >= 10**6


def test_nobody_is_here_before_somebody_was_named(db):
    assert not User.objects.exists()


def test_challenges_are_long_and_never_the_same(db):
    challenges = {options(Browser(SERVER_NAME=HOST))["challenge"] for _ in range(5)}
    assert len(challenges) == 5
    assert all(len(each) >= 22 for each in challenges), "base64url of 128 bits"


def test_a_session_has_a_name_that_nobody_guesses(client, therapist):
    names = set()
    for _ in range(5):
        client.force_login(therapist)
        names.add(client.session.session_key)
        client.logout()
    assert len(names) == 5
    assert all(re.fullmatch(r"[a-z0-9]{32}", each) for each in names), "165 bits"


def test_signing_in_gives_the_session_another_name(client, therapist):
    """Else somebody could hand out a session and wait until it is signed in (fixation)."""
    session = client.session
    session["something"] = "from before"
    session.save()
    before = session.session_key
    client.cookies[settings.SESSION_COOKIE_NAME] = before
    client.post(SIGN_IN, {"login": therapist.email, "password": PASSWORD})
    assert client.get(reverse("me")).status_code == 200
    assert client.cookies[settings.SESSION_COOKIE_NAME].value != before
    assert not Session.objects.filter(session_key=before).exists()


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/static/",
            "/static/icons/",
            "/.git/config",
            "/.env",
            "/manage.py",
            "/config/settings.py",
            "/requirements.txt",
        ),
        *("/static/../manage.py", "/static/%2e%2e/manage.py", "/static/..%2fconfig/settings.py", "/static/.env"),
    ],
)
def test_only_files_of_pages_are_served(client, therapist, path):
    client.force_login(therapist)
    assert client.get(path).status_code == 404
    kinds = {each.suffix for each in (ROOT / "static").rglob("*") if each.is_file()}
    assert kinds <= SERVED


def test_nobody_answers_trace(client, therapist):
    client.force_login(therapist)
    for name in ("healthz", "readyz", "manifest", "service-worker", "now", "clients", "me", "account_login"):
        answer = client.generic("TRACE", reverse(name), headers={"X-Planted": "quokka"})
        assert b"quokka" not in answer.content, name
        assert "message/http" not in answer.get("Content-Type", ""), name
    assert client.generic("TRACE", reverse("healthz")).status_code == 405


@pytest.mark.parametrize(("words", "is_said"), [("text H.LP now", True), ("text HELP now", False), ("H.LPS", False)])
def test_signs_in_a_word_are_signs_and_no_pattern(words, is_said):
    assert says(words, "H.LP") == is_said


@pytest.mark.parametrize("field", ["email", "name"])
def test_no_head_of_a_mail_is_written_by_what_somebody_typed(signed_in, admin, mails, field):
    facts = {"email": "lee@clinic.example", "name": "Lee Park", "roles": ["therapist"], "team": admin.team_id}
    facts[field] += "\r\nBcc: eve@evil.example"
    signed_in(admin).post(reverse("invite"), facts)
    for mail in mails():
        head = mail.message()
        assert mail.recipients() == ["lee@clinic.example"]
        assert head["Bcc"] is None
        assert not any("evil" in str(value) for value in head.values())


def test_a_value_said_twice_is_the_last_one_and_an_address_is_not_read_as_a_form(signed_in, therapist):
    said = "reference=0500&reference=0501&age_band=adult&age_band=adult"
    address = f"{reverse('add-client')}?reference=0600&preferred_name=Eve"
    answer = signed_in(therapist).post(address, said, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 302
    made = Client.objects.get()
    assert (made.reference, made.preferred_name) == ("0501", "")


#: A write under a name that came from somewhere, and what reaches what all objects share.
SHARED = re.compile(r"[\w.]*[\w)\]]\[[^\]\n]+\]\s*(?:[-+*/|&?]{0,3}=)(?![=>])|__proto__|\bprototype\b|setPrototypeOf")


#: Read, and harmless: addresses of our own (they begin with "/"), a key in localStorage, names out of the script.
READ = {"found[url] =", "found[baseOf(tap)] =", "localStorage[id] =", "options[list] =", "response[name] ="}


def test_no_script_writes_under_a_name_it_was_given():
    """So no name from outside, such as __proto__, changes what all objects have."""
    scripts = [*(ROOT / "static").rglob("*.js"), *(ROOT / "templates").rglob("*.js")]
    assert len(scripts) >= 4
    found = {each.group() for path in scripts for each in SHARED.finditer(path.read_text())}
    assert found == READ


@pytest.mark.parametrize("script", ["a[name] = 1", "a.b[c][d] ??= {}", "x.__proto__.y", "f()[k] += 2"])
def test_a_script_that_would_is_seen(script):
    assert SHARED.search(script)
