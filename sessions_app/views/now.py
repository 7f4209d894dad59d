"""The first page: the session of the moment first, with one button."""

import uuid
from datetime import timedelta

from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts import audit
from accounts.access import allow
from sessions_app import departures, practice, reports
from sessions_app.models import TherapySession


@require_safe
@allow()
def now(request):
    """Therapists see today; who is no therapist is led to their own first page."""
    if not request.user.is_therapist:
        return redirect(first_page_of(request.user))
    moment = timezone.now()
    sessions = todays_sessions(request.user)
    current = session_of_the_moment(sessions, moment)
    audit.record_view(request.user, by=request.user, page="now")
    return render(
        request,
        "sessions_app/now.html",
        {
            "open_departures": list(departures.open_of(request.user)),
            "current": current,
            "others": [session for session in sessions if session != current],
            "waiting": reports.for_now(request.user),
            "unfinished": departures.unfinished_of(request.user),
            "running_exercise": practice.running_of(request.user),
            "now_at": moment,
            "new_id": uuid.uuid4(),
            "different_id": uuid.uuid4(),
        },
    )


def first_page_of(person):
    """Where somebody begins who is no therapist."""
    if person.is_supervisor:
        return "review-queue"
    return "trail" if person.is_privacy_officer else "resources"


def todays_sessions(therapist):
    """The therapist's sessions of the local day, in order."""
    start = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    own = TherapySession.objects.visible_to(therapist).of(therapist).in_use()
    return list(own.between(start, start + timedelta(days=1)).with_clients())


def session_of_the_moment(sessions, moment):
    """The running session; where two could be meant, the one that began last."""
    running = [session for session in sessions if session.is_on_at(moment)]
    begun = [session for session in running if session.starts_at <= moment]
    if begun:
        return begun[-1]
    return running[0] if running else None
