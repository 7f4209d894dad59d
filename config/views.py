"""Whether the process runs and can work; and the mail of the demo."""

import email
import email.policy
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.http import Http404, HttpResponse, HttpResponseServerError, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from accounts.access import allow, allow_everyone
from followups import health


@require_safe
@allow_everyone
def healthz(request):
    """200 as long as the process answers."""
    return HttpResponse("ok", content_type="text/plain")


@require_safe
@allow_everyone
def readyz(request):
    """200 when the database answers and a clock has swept lately, else 503. Ages in seconds; no ids, no names."""
    try:
        report = health.report()
    except (DatabaseError, InterfaceError):
        report = {"is_ready": False}
    return JsonResponse(report, status=200 if report["is_ready"] else 503)


def server_error(request):
    """The page for an error of ours: it asks nothing of the database, and names the line in the log."""
    return HttpResponseServerError(render_to_string("500.html", {"request_id": getattr(request, "id", "")}))


@require_safe
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
