"""Settings. Everything that differs between machines comes from the environment; `.env.example` explains each."""

import sys
from base64 import urlsafe_b64decode
from contextlib import suppress
from email.utils import parseaddr
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

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
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
PUBLIC_URL = env.str("PUBLIC_URL", default="http://127.0.0.1:8000").rstrip("/")

INSTALLED_APPS = [
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
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.end_session",
    "accounts.middleware.SignInRequiredMiddleware",
    "accounts.middleware.local_time",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

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
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Rate limits of the sign-in page must survive a Redis that is down or flushed, so they live in PostgreSQL.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}}

# People ---------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
if IS_TEST:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # argon2 is slow on purpose
# Length over composition rules, as NIST SP 800-63B has it: 15 is its minimum for a password used alone.
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 15}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
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


def idle_minutes():
    """Minutes until somebody who does nothing is signed out: room for a warning of two, and never above 30."""
    minutes, allowed = env.int("SESSION_IDLE_MINUTES", default=15), range(5, 31)
    if minutes not in allowed:
        raise ImproperlyConfigured(f"SESSION_IDLE_MINUTES must be from {allowed[0]} to {allowed[-1]}.")
    return minutes


def signing_reauthentication_seconds():
    """Seconds after which signing asks again who it is; 0 asks each time."""
    seconds = env.int("SIGNING_REAUTHENTICATION_SECONDS", default=15 * 60)
    if seconds < 0:
        raise ImproperlyConfigured("SIGNING_REAUTHENTICATION_SECONDS must be 0 or more.")
    return seconds


SIGNING_REAUTHENTICATION_SECONDS = signing_reauthentication_seconds()
SESSION_IDLE_SECONDS = idle_minutes() * 60
SESSION_COOKIE_AGE = env.int("SESSION_MINUTES", default=12 * 60) * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"


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
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
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
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600  # chosen on the person's own page, kept by the device
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
