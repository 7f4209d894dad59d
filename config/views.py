"""Whether the process runs and can work, and what a device keeps for the time without a connection."""

import email
import email.policy
import hashlib
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import get_language, override
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from accounts.access import allow, allow_everyone
from followups import health
from protocols import editions
from sessions_app import levels


@allow_everyone
def healthz(request):
    """200 as long as the process answers."""
    return HttpResponse("ok", content_type="text/plain")


@allow_everyone
def readyz(request):
    """200 when the database answers and a clock has swept lately, else 503. Ages in seconds; no ids, no names."""
    try:
        report = health.report()
    except (DatabaseError, InterfaceError):
        report = {"is_ready": False}
    return JsonResponse(report, status=200 if report["is_ready"] else 503)


@require_safe
@cache_control(no_cache=True)
@allow_everyone
def offline(request):
    """The eleven steps for a device without a connection; it keeps this page, so nobody's data is on it.

    The device asks without cookies, so it names the language of whoever uses it.
    """
    language = request.GET.get("language")
    with override(language if language in dict(settings.LANGUAGES) else get_language()):
        response = render(request, "offline.html", steps_to_keep(editions.in_force().pk))
        response.headers["Content-Language"] = get_language()
    return response


@require_safe
@cache_control(no_cache=True)
@allow_everyone
def service_worker(request):
    """The script that keeps the offline page. It differs, so that devices fetch the page anew, when the page does."""
    language = get_language()
    context = {"version": version_to_keep(editions.in_force().pk, language), "language": language}
    return render(request, "sw.js", context, content_type="text/javascript")


@lru_cache(maxsize=32)
def version_to_keep(edition_id, language):
    """What changes with the edition, with the words of the page and with the names of the static files."""
    return hashlib.sha256(render_to_string("offline.html", steps_to_keep(edition_id)).encode()).hexdigest()[:12]


def steps_to_keep(edition_id):
    return {"phases": editions.phases_of(edition_id), "levels": levels.ASKS, "safety": levels.SAFETY}


@allow()
def demo_mail(request):
    """What the demo sent, for people who try it out; does not exist anywhere else."""
    if not settings.DEMO:
        raise Http404
    files = sorted(Path(settings.MAIL_DIR).glob("*.log"), reverse=True)[:20]
    mails = [mail for file in files for mail in mails_in(file)]
    return render(request, "demo_mail.html", {"mails": mails, "folder": settings.MAIL_DIR})


def mails_in(file):
    """The mails of one file of Django's file-based backend, newest first."""
    texts = file.read_bytes().split(b"-" * 79 + b"\n")
    for text in reversed([text for text in texts if text.strip()]):
        mail = email.message_from_bytes(text, policy=email.policy.default)
        body = mail.get_body(("plain",))
        yield {
            **{name: mail[name] for name in ("subject", "date", "to")},
            "body": body.get_content() if body else "",
        }
