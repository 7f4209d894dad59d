"""Settings. Everything that differs between machines comes from the environment; `.env.example` explains each."""

import os
import re
import sys
from base64 import urlsafe_b64decode
from collections import ChainMap
from contextlib import suppress
from email.utils import parseaddr
from importlib.util import find_spec
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from accounts import keys
from config import secret_files

BASE_DIR = Path(__file__).resolve().parent.parent


class Environment(environ.Env):
    """The environment, which answers nonsense with ImproperlyConfigured: `manage.py` makes that a sentence."""

    def int(self, var, default):
        try:
            return super().int(var, default=default)
        except ValueError as problem:
            raise ImproperlyConfigured(f"{var} must be a whole number.") from problem


env = Environment()
environ.Env.read_env(BASE_DIR / ".env")  # real environment variables win over the file
try:
    env.ENVIRON = ChainMap(secret_files.read(os.environ), os.environ)
except secret_files.BadFile as problem:
    raise ImproperlyConfigured(str(problem)) from problem

DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=False)
IS_TEST = "pytest" in sys.modules


def secret_key():
    """The key that signs sessions and tokens; refuses to start without one outside DEBUG and tests."""
    key = env.str("SECRET_KEY", default="")
    if not key and not (DEBUG or IS_TEST):
        raise ImproperlyConfigured(
            "SECRET_KEY is not set and DEBUG is off. Put a long random SECRET_KEY in the environment or in .env."
        )
    return key or "for-development-only-never-for-a-clinic-0123456789-abcdefghij"  # pragma: allowlist secret


SECRET_KEY = secret_key()


def data_keys():
    """The keys of the record's words, newest first; refuses to start without one outside DEBUG and tests."""
    try:
        path = DATA_KEYS_FILE
        found = keys.read_file(path) if path else keys.read(env.str("DATA_KEYS", default=""))
    except keys.BadKeys as problem:
        raise ImproperlyConfigured(f"DATA_KEYS: {problem}") from problem
    if not found and not (DEBUG or IS_TEST or MAKES_A_KEY):
        raise ImproperlyConfigured(
            "DATA_KEYS is not set and DEBUG is off. `manage.py create_data_key` makes a key; without it no word of the "
            "record can be written or read."
        )
    return found or {"dev": b"for development only, no clinic!"}


DATA_KEYS_FILE = env.str("DATA_KEYS_FILE", default="")
MAKES_A_KEY = sys.argv[1:2] == ["create_data_key"]  # the one command that is there for who has none
DATA_KEYS = data_keys()
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
PUBLIC_URL = env.str("PUBLIC_URL", default="http://127.0.0.1:8000").rstrip("/")

INSTALLED_APPS = [
    "config",  # its commands: backup and restore
    "accounts",
    "resources",
    "protocols",
    "sessions_app",
    "followups",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "template_partials",
    "pgtrigger",
    "pghistory",
]

MIDDLEWARE = [
    "config.request_lines.request_lines",
    "config.edge.sealed",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "config.edge.programs_use_https",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # secrets in pages are masked anew each time, or of no use (BREACH)
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.never_stored",
    "config.middleware.refuse_unreadable_text",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "config.edge.NothingTooLarge",
    "config.edge.OwnPagesOnly",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.row_security.in_the_name_of_a_person",  # what stands above sees no clinical row
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.keep_account",
    "accounts.middleware.end_session",
    "accounts.middleware.SignInRequiredMiddleware",
    "accounts.middleware.FactorRequiredMiddleware",
    "accounts.middleware.local_time",
    "accounts.middleware.as_they_like_it",
    "allauth.account.middleware.AccountMiddleware",
    "config.middleware.unreadable_records",
]

TOOLBAR = "debug_toolbar.middleware.DebugToolbarMiddleware"
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

# The toolbar of `make dev`: it shows every query with its words, so it is there with DEBUG, to this machine, and never
# besides. Its scripts and styles are files, so that the policy for pages stays as strict as it is in earnest.
HAS_TOOLBAR = DEBUG and not IS_TEST and find_spec("debug_toolbar") is not None
if HAS_TOOLBAR:
    INSTALLED_APPS.append("debug_toolbar")
    MIDDLEWARE.insert(MIDDLEWARE.index("django.middleware.gzip.GZipMiddleware") + 1, TOOLBAR)
    INTERNAL_IPS = ["127.0.0.1"]
    MIGRATION_MODULES = {"debug_toolbar": None}  # it remembers in memory; no table of its own
    DEBUG_TOOLBAR_CONFIG = {
        "ROOT_TAG_EXTRA_ATTRS": "hx-preserve",  # stays where htmx replaces a whole page
        "UPDATE_ON_FETCH": True,
        "SHOW_TEMPLATE_CONTEXT": False,  # to show it is to ask for everything that a page left out
    }

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.page",
                "config.context.session",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Database -------------------------------------------------------------------------------------------------
# Connections stay open between requests: a fresh one per request costs more than the whole page.
OPEN_CONNECTIONS = {
    "CONN_MAX_AGE": None,
    "CONN_HEALTH_CHECKS": True,
    "OPTIONS": {
        "connect_timeout": 5,  # seconds; a database that cannot be reached is told soon, above all by /readyz
        "options": "-c statement_timeout=15000 -c idle_in_transaction_session_timeout=60000",
    },
}


def database(name, url):
    """The database at `url`; refuses to start with any that is not PostgreSQL."""
    with suppress(ValueError):  # a port that is no number
        if url.startswith(("postgresql://", "postgres://")):
            return env.db_url_config(url) | OPEN_CONNECTIONS
    wanted = "postgresql://user:password@host/name"  # pragma: allowlist secret
    raise ImproperlyConfigured(f"{name} must name a PostgreSQL database: {wanted}")


DATABASES = {"default": database("DATABASE_URL", env.str("DATABASE_URL", default="postgresql://127.0.0.1/doorway"))}
if AUDIT_DATABASE_URL := env.str("AUDIT_DATABASE_URL", default=""):
    DATABASES["audit"] = database("AUDIT_DATABASE_URL", AUDIT_DATABASE_URL)  # may only read (create_audit_role)
# Copies: a role that sees every row where the application's own does not, and the key they are encrypted with.
BACKUP_DATABASE_URL = env.str("BACKUP_DATABASE_URL", default="") or env.str(
    "DATABASE_URL", default="postgresql://127.0.0.1/doorway"
)


def backup_key():
    """The key that archives are encrypted with, or "" where it is in a file or nothing is archived; refuses no key."""
    key = env.str("BACKUP_KEY", default="")
    with suppress(ValueError):
        if not key or len(urlsafe_b64decode(key + "=" * (-len(key) % 4))) == BACKUP_KEY_BYTES:
            return key
    raise ImproperlyConfigured("BACKUP_KEY is no such key. `manage.py backup --make-key` makes one.")


BACKUP_KEY_BYTES = 32
BACKUP_KEY = backup_key()
BACKUP_KEY_FILE = env.str("BACKUP_KEY_FILE", default="")
BACKUP_FOLDER = env.str("BACKUP_FOLDER", default="")


def database_role_prefix():
    """The beginning of the names of the group roles, which belong to the whole database server."""
    prefix = env.str("DATABASE_ROLE_PREFIX", default="doorway")
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,40}", prefix):
        raise ImproperlyConfigured("DATABASE_ROLE_PREFIX must be small letters, digits and _, beginning with a letter.")
    return prefix


DATABASE_ROLE_PREFIX = database_role_prefix()
ONE_DATABASE_LOGIN = env.bool("ONE_DATABASE_LOGIN", default=DEBUG or DEMO or IS_TEST)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Rate limits of the sign-in page must survive a Redis that is down or flushed, so they live in PostgreSQL. Of more rows
# than MAX_ENTRIES Django throws a third away, whichever: with its 300, guessing at many made-up addresses would
# make it forget the wrong passwords that were given for a real one.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# People ---------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
if IS_TEST:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # argon2 is slow on purpose
# Length over composition rules, as NIST SP 800-63B has it: 15 is its minimum for a password used alone. None expires.
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 15}},
    {"NAME": "accounts.passwords.NotKnownHere"},
    {"NAME": "accounts.passwords.NotWidelyUsed"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "now"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "accounts.sign_in.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # such a mail would offer a sign-up, which does not exist here
ACCOUNT_EMAIL_NOTIFICATIONS = True  # in our words: accounts.staff_mails
ACCOUNT_FORMS = {"reset_password": "accounts.forms_of_entry.ForgottenPasswordForm"}  # pragma: allowlist secret
# What is not named here is allauth's own.
ACCOUNT_RATE_LIMITS = {
    # Wrong passwords: ten a minute from one address, five in five minutes for one account from one address
    # (accounts.tries). Right ones do not count.
    "login_failed": "10/m/ip,5/5m/key",
    # Right ones as well: a whole clinic behind one address begins at nine.
    "login": "60/m/ip",
    # How often one person may search records and take something out of them (accounts.budgets).
    "search": "60/m/user",
    "export": "40/10m/user",
}


# Second factors: an app's code, a passkey, and codes for the day the device is lost. A browser is never trusted
# instead of a factor: tablets are shared.
MFA_ADAPTER = "accounts.factor_rules.FactorRules"
MFA_FORMS = {
    "authenticate": "accounts.forms_of_factors.CodeForm",
    "reauthenticate": "accounts.forms_of_factors.CodeAgainForm",
    "authenticate_webauthn": "accounts.forms_of_passkeys.StepPasskeyForm",
    "reauthenticate_webauthn": "accounts.forms_of_passkeys.AgainPasskeyForm",
}
MFA_RECOVERY_CODE_COUNT = 10
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Doorway"
MFA_TOTP_TOLERANCE = 1  # a phone's clock may be half a minute off; no code is taken twice (accounts.totp)
MFA_REAUTHENTICATION_REQUIRED = False  # each door says so itself: @recently_checked
ROLES = ["therapist", "supervisor", "admin", "privacy"]


def roles_that_need_a_factor():
    """Roles whose people do not get in with a password alone; refuses none at all where people are real."""
    roles = env.list("MFA_REQUIRED_ROLES", default=[] if IS_TEST else ROLES)
    if unknown := [role for role in roles if role not in ROLES]:
        raise ImproperlyConfigured(f"MFA_REQUIRED_ROLES: there is no role {unknown[0]}. Roles are {', '.join(ROLES)}.")
    if not roles and not (DEBUG or DEMO or IS_TEST):
        raise ImproperlyConfigured("MFA_REQUIRED_ROLES must name a role. It may be empty only with DEBUG or DEMO.")
    return [] if DEMO else roles  # its people have one password, which everybody knows


MFA_REQUIRED_ROLES = roles_that_need_a_factor()


def within(name, minutes, *, least, most):
    """Minutes, in seconds; refuses more than `most`, for what protects people can only be made stricter."""
    if minutes not in range(least, most + 1):
        raise ImproperlyConfigured(f"{name} must be from {least} to {most}.")
    return minutes * 60


def signing_reauthentication_seconds():
    """Seconds after which signing asks again who it is; 0 asks each time."""
    seconds = env.int("SIGNING_REAUTHENTICATION_SECONDS", default=15 * 60)
    if seconds < 0:
        raise ImproperlyConfigured("SIGNING_REAUTHENTICATION_SECONDS must be 0 or more.")
    return seconds


def invitation_hours():
    """Hours for which the link of an invitation works; refuses to leave one lying in a mailbox for weeks."""
    hours, allowed = env.int("INVITATION_HOURS", default=72), range(1, 14 * 24 + 1)
    if hours not in allowed:
        raise ImproperlyConfigured(f"INVITATION_HOURS must be from {allowed[0]} to {allowed[-1]}.")
    return hours


INVITATION_HOURS = invitation_hours()
SIGNING_REAUTHENTICATION_SECONDS = signing_reauthentication_seconds()
IDLE_MINUTES, COVER_MINUTES = env.int("SESSION_IDLE_MINUTES", default=15), env.int("SCREEN_COVER_MINUTES", default=3)
SESSION_IDLE_SECONDS = within("SESSION_IDLE_MINUTES", IDLE_MINUTES, least=5, most=15)  # with a warning of two minutes
SCREEN_COVER_SECONDS = within("SCREEN_COVER_MINUTES", COVER_MINUTES, least=1, most=3)
SESSION_COOKIE_AGE = env.int("SESSION_MINUTES", default=12 * 60) * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"  # "Strict" would keep a person signed out who comes back from single sign-on
CSRF_COOKIE_SAMESITE = "Lax"


# Single sign-on --------------------------------------------------------------------------------------------
def sign_on():
    """The organisation's own identity provider, as {setting: value}, all "" where there is none.

    Refuses half of one, one that is not reached over TLS unless it is on this machine, and a site where
    nobody could sign in.
    """
    names = ["OIDC_NAME", "OIDC_SERVER_URL", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"]
    given = {
        "OIDC_NAME": env.str("OIDC_NAME", default=""),
        "OIDC_SERVER_URL": env.str("OIDC_SERVER_URL", default="").removesuffix("/.well-known/openid-configuration"),
        "OIDC_CLIENT_ID": env.str("OIDC_CLIENT_ID", default=""),
        "OIDC_CLIENT_SECRET": env.str("OIDC_CLIENT_SECRET", default=""),
    }
    if any(given.values()) and not all(given.values()):
        raise ImproperlyConfigured(f"Single sign-on needs {', '.join(names)}, or none of them.")
    on_this_machine = ("http://127.0.0.1:", "http://localhost:")
    if given["OIDC_SERVER_URL"] and not given["OIDC_SERVER_URL"].startswith(("https://", *on_this_machine)):
        raise ImproperlyConfigured("OIDC_SERVER_URL must be a web address that starts with https://.")
    return given


vars().update(sign_on())
OIDC_SECOND_FACTOR = env.list("OIDC_SECOND_FACTOR", default=[])
PASSWORD_SIGN_IN = env.bool("PASSWORD_SIGN_IN", default=True)
if not PASSWORD_SIGN_IN and not OIDC_NAME:  # noqa: F821 - set above
    raise ImproperlyConfigured("With PASSWORD_SIGN_IN off and no single sign-on (OIDC_NAME …), nobody could sign in.")
SOCIALACCOUNT_ADAPTER = "accounts.single_sign_on.SocialAccountAdapter"
SOCIALACCOUNT_STORE_TOKENS = False  # what they would open is no business of Doorway's
SOCIALACCOUNT_REQUESTS_TIMEOUT = 5  # seconds


# Edge -----------------------------------------------------------------------------------------------------
def trusted_proxies():
    """How many proxies of our own stand in front; refuses a number that no network has."""
    number, allowed = env.int("TRUSTED_PROXIES", default=0), range(11)
    if number not in allowed:
        raise ImproperlyConfigured(f"TRUSTED_PROXIES must be from {allowed[0]} to {allowed[-1]}.")
    return number


def is_https():
    """Whether people come over TLS. Who ends it must be said: a wrong guess trusts everybody, or redirects for ever."""
    if not PUBLIC_URL.startswith("https://"):
        return False
    if not env.str("TRUSTED_PROXIES", default=""):
        raise ImproperlyConfigured(
            "PUBLIC_URL is https, so TRUSTED_PROXIES must say how many proxies stand in front of Doorway: usually 1; "
            "0 if it has the certificate itself."
        )
    return True


TRUSTED_PROXIES = trusted_proxies()
IS_HTTPS = is_https()
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
if IS_HTTPS:
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
    LANGUAGE_COOKIE_NAME = "__Host-language"
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
    SECURE_HSTS_SECONDS = 2 * 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
if IS_HTTPS and TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")  # anybody could send it where no proxy drops theirs
# The script reads the CSRF cookie: a tap that waited on the device is sent with the token of the day. So no HttpOnly.
CSRF_COOKIE_HTTPONLY = False
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # the other one puts words into a cookie
# Not "no-referrer": browsers then send `Origin: null` with forms, and no form could be told from a foreign one.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
ON_EVERY_ANSWER = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": SECURE_REFERRER_POLICY,
    "Cross-Origin-Opener-Policy": SECURE_CROSS_ORIGIN_OPENER_POLICY,
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": X_FRAME_OPTIONS,
    "X-Permitted-Cross-Domain-Policies": "none",
    "Reporting-Endpoints": 'policy="/policy-reports/"',
    "Server": "web",  # else granian says what it is
}
if IS_HTTPS:
    ON_EVERY_ANSWER["Strict-Transport-Security"] = f"max-age={SECURE_HSTS_SECONDS}; includeSubDomains; preload"
WHITENOISE_ALLOW_ALL_ORIGINS = False
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "report-uri": "/policy-reports/",
        "report-to": "policy",
    }
}
#: What pages use, for themselves only; everything else that browsers can be told to keep shut is shut.
USED_FEATURES = ["screen-wake-lock", "publickey-credentials-create", "publickey-credentials-get", "clipboard-write"]
SHUT_FEATURES = [
    *("accelerometer", "autoplay", "bluetooth", "browsing-topics", "camera", "clipboard-read", "display-capture"),
    *("encrypted-media", "fullscreen", "gamepad", "geolocation", "gyroscope", "hid", "identity-credentials-get"),
    *("idle-detection", "keyboard-map", "local-fonts", "magnetometer", "microphone", "midi", "otp-credentials"),
    *("payment", "picture-in-picture", "serial", "storage-access", "sync-xhr", "usb", "web-share"),
    *("window-management", "xr-spatial-tracking"),
]
PERMISSIONS_POLICY = {name: [] for name in SHUT_FEATURES} | {name: ["self"] for name in USED_FEATURES}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024  # a report is some kilobytes; a megabyte is a mistake or an attack
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
DATA_UPLOAD_MAX_NUMBER_FILES = 2  # no form has more than one; larger files than a page takes: config.edge

# Language and time: stored in UTC, shown in each person's own zone ------------------------------------------
LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", "English"), ("es", "Español")]
LOCALE_PATHS = [BASE_DIR / "config" / "locale"]
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600  # chosen on the person's own page; the device keeps it for pages of nobody's
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = IS_HTTPS
TIME_ZONE = "UTC"
USE_TZ = True

# Static files ---------------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = env.path("STATIC_ROOT", default=str(BASE_DIR / "staticfiles"))
STORAGES = {
    "staticfiles": {
        # Tests serve files through the finders, where hashed names do not exist.
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or IS_TEST
        else "config.static_files.SmallStaticFilesStorage",
    },
}

# Mail -----------------------------------------------------------------------------------------------------
# EMAIL_URL as django-environ reads it: smtp://user:password@host:port, smtp+tls://… # pragma: allowlist secret
vars().update(env.email("EMAIL_URL", default="consolemail://" if DEBUG or IS_TEST else "smtp://127.0.0.1:25"))
EMAIL_TIMEOUT = 10  # seconds per socket operation; far below the delivery lease (followups.deliveries)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="doorway@localhost")
MAIL_DIR = env.path("MAIL_DIR", default=str(BASE_DIR / ".local" / "mail"))
# A mail service over HTTPS, by its name in django-anymail; the demo sends nothing to anybody, whatever is set.
ANYMAIL = {"REQUESTS_TIMEOUT": EMAIL_TIMEOUT} | env.json("ANYMAIL", default={})
if EMAIL_SERVICE := env.str("EMAIL_SERVICE", default=""):
    EMAIL_BACKEND = f"anymail.backends.{EMAIL_SERVICE}.EmailBackend"
if DEMO:
    EMAIL_BACKEND, EMAIL_FILE_PATH = "django.core.mail.backends.filebased.EmailBackend", str(MAIL_DIR)


# Notifications on devices -----------------------------------------------------------------------------------
def vapid_key():
    """The key that signs notifications, or "" where none are offered; refuses one that signs nothing."""
    key = env.str("VAPID_PRIVATE_KEY", default="")
    with suppress(ValueError):
        if not key or len(urlsafe_b64decode(key + "=" * (-len(key) % 4))) == VAPID_KEY_BYTES:
            return key
    raise ImproperlyConfigured("VAPID_PRIVATE_KEY is no such key. `manage.py create_vapid_key` makes one.")


VAPID_KEY_BYTES = 32
VAPID_PRIVATE_KEY = vapid_key()
VAPID_SUBJECT = env.str("VAPID_SUBJECT", default="") or f"mailto:{parseaddr(DEFAULT_FROM_EMAIL)[1]}"
PUSH_TO_OWN_NETWORK = DEBUG or IS_TEST  # else a made-up subscription could reach what only this machine can reach

# Celery: messages carry no state, so nothing is lost with Redis (followups.tasks) ---------------------------
REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")
SWEEP_SECONDS = env.int("SWEEP_SECONDS", default=15)
CHECK_LINKS = env.bool("CHECK_LINKS", default=not DEMO)  # the demo asks nobody for anything
CRISIS_PAGE_FOLDER = env.str("CRISIS_PAGE_FOLDER", default="")  # what stays when all this is down


def deadman_url():
    """The switch outside that is asked for while all is well; refuses what is no web address."""
    url = env.str("DEADMAN_URL", default="")
    if url and not url.startswith(("https://", "http://")):
        raise ImproperlyConfigured("DEADMAN_URL must be a web address that starts with https:// or http://.")
    return url


AUDIT_SECONDS = env.int("AUDIT_SECONDS", default=60)
DEADMAN_URL = deadman_url()
CANARY_ADDRESS = env.str("CANARY_ADDRESS", default="")


# Watching: figures for Prometheus ---------------------------------------------------------------------------
def metrics_token():
    """What a program must say to read /metrics, or "" where there is none; refuses one that could be guessed."""
    token, least = env.str("METRICS_TOKEN", default=""), 32
    if token and (len(token) < least or not token.isascii() or not token.isprintable() or " " in token):
        raise ImproperlyConfigured(f"METRICS_TOKEN must have at least {least} letters, digits or signs, and no space.")
    return token


def metrics_folder():
    """Where the programs of this machine add up how long requests take; refuses what is no folder to write in."""
    folder = env.str("METRICS_FOLDER", default="")
    if folder and not (os.path.isdir(folder) and os.access(folder, os.W_OK | os.X_OK)):
        raise ImproperlyConfigured("METRICS_FOLDER must name a folder that is there and may be written in.")
    return folder


METRICS_TOKEN = metrics_token()
METRICS_FOLDER = metrics_folder()
if METRICS_FOLDER:
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = METRICS_FOLDER  # read when the library is imported, and never after


# Trends: small numbers about people are not shown ----------------------------------------------------------
def smallest_number():
    """The smallest number but zero that trends show; refuses one that could point at somebody."""
    number, least = env.int("TREND_SMALLEST_NUMBER", default=11), 5
    if number < least:
        raise ImproperlyConfigured(f"TREND_SMALLEST_NUMBER must be at least {least}.")
    return number


TREND_SMALLEST_NUMBER = smallest_number()

# Directory: who may read it from outside -------------------------------------------------------------------
DIRECTORY_API = env.bool("DIRECTORY_API", default=False)  # then anybody who reaches /api/ may read, and nobody write

# Logs carry ids, never words (config.logs) -------------------------------------------------------------------
LOGGING_CONFIG = "config.logs.configure"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"} if DEBUG else {"()": "config.logs.Line"}
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        # Django would also mail errors with everything that was sent; and each 404 has its line already.
        "django": {"handlers": [], "propagate": True},
        "django.request": {"level": "ERROR"},
        "django.server": {"handlers": [], "propagate": True},
        "_granian": {"handlers": [], "propagate": True},
    },
}
SILENCED_SYSTEM_CHECKS = []
