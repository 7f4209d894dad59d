"""What the environment says, as far as it is safe and fits together. Nonsense was refused before: nothing starts."""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.staticfiles.storage import ManifestFilesMixin, staticfiles_storage
from django.core.checks import ERROR, run_checks
from django.http.request import validate_host

from config.operations import words
from config.operations.answers import broken, look, ok

HERE = {"127.0.0.1", "::1", "localhost"}


def answers():
    yield from of_django()
    yield debug()
    yield demo()
    yield address()
    yield hosts()
    yield proxies()
    yield factors()
    yield static_files()
    yield words.watched_from_outside()
    yield figures()


def of_django():
    """What Django itself finds when it is asked whether these settings may be deployed."""
    found = run_checks(include_deployment_checks=True)
    for each in found:
        says = f"{each.id}: {str(each.msg).splitlines()[0]}"
        answer = broken if each.level >= ERROR else look
        yield answer("deploy", says, each.hint or "See `manage.py check --deploy`.")
    if not found:
        yield ok("deploy", "Django finds nothing to mend.")


def debug():
    if settings.DEBUG:
        return broken("debug", "DEBUG is on: pages about errors show what is recorded.", "Set DEBUG=false.")
    return ok("debug", "DEBUG is off.")


def demo():
    if settings.DEMO:
        return broken("demo", "DEMO is on: everybody knows the password, and mail goes to files.", "Set DEMO=false.")
    return ok("demo", "This is no demo.")


def address():
    parts = urlsplit(settings.PUBLIC_URL)
    if not parts.hostname:
        return broken("public_url", "PUBLIC_URL is no address.", "Set it to what people type, such as https://….")
    if settings.IS_HTTPS:
        return ok("public_url", f"People come to {parts.hostname} over TLS.")
    to_do = "Put a proxy with a certificate in front, and set PUBLIC_URL to its https:// address."
    if parts.hostname in HERE:
        return look("public_url", "PUBLIC_URL leads to this machine alone.", to_do)
    return broken("public_url", "PUBLIC_URL is not https: whoever is on the way can read along.", to_do)


def hosts():
    if "*" in settings.ALLOWED_HOSTS:
        return broken(
            "hosts", "ALLOWED_HOSTS lets any name in: links in mails can be forged.", "Name the one there is."
        )
    name = urlsplit(settings.PUBLIC_URL).hostname or ""
    if not validate_host(name, settings.ALLOWED_HOSTS):
        return broken("hosts", "ALLOWED_HOSTS lacks the name of PUBLIC_URL: nobody gets in.", "Add it.")
    return ok("hosts", "ALLOWED_HOSTS has the name of PUBLIC_URL.")


def proxies():
    if settings.IS_HTTPS and not settings.TRUSTED_PROXIES:
        return look(
            "proxies",
            "No proxy is trusted. Behind one, everybody has its address and shares its limits.",
            "Set TRUSTED_PROXIES to how many there are, unless Doorway has the certificate itself.",
        )
    return ok("proxies", f"{settings.TRUSTED_PROXIES} proxies are trusted to say who asks.")


def factors():
    if missing := sorted(set(settings.ROLES) - set(settings.MFA_REQUIRED_ROLES)):
        says = f"No second way to sign in is asked of: {', '.join(missing)}."
        return look("factors", says, "Name every role in MFA_REQUIRED_ROLES.")
    return ok("factors", "Everybody needs a second way to sign in.")


def static_files():
    if isinstance(staticfiles_storage, ManifestFilesMixin) and not staticfiles_storage.hashed_files:
        return broken("static", "There are no static files: no page can be shown.", "Run manage.py collectstatic.")
    return ok("static", "Static files are there.")


def figures():
    if settings.METRICS_TOKEN and not settings.METRICS_FOLDER:
        return look("metrics", "How long pages take is not measured.", "Set METRICS_FOLDER to an empty folder.")
    return ok(
        "metrics", "Figures are given to who has the token." if settings.METRICS_TOKEN else "No figures are given."
    )
