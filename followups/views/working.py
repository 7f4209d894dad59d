"""Whether reminders go out, for those who can do something about it."""

from django.conf import settings
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import allow
from accounts.models import Role
from followups import audits, findings, health


@require_safe
@allow(Role.ADMIN, Role.SUPERVISOR)
def reminders_working(request):
    """What the auditor would find now, and how long ago each program was heard. Counts and ages, no names."""
    context = {
        "found": findings.said(sorted(audits.findings().items())),
        "health": health.report(),
        "has_canary": bool(settings.CANARY_ADDRESS),
        "has_switch": bool(settings.DEADMAN_URL),
    }
    return render(request, "followups/working.html", context)
