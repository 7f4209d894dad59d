"""When a session ends: after a while without anything done by a person, and in any case some hours after sign-in."""

import math
import time

from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver

BEGAN, MOVED = "session_began", "session_moved"  # moments, in seconds since 1970
GRAIN = 15  # seconds; what a person does within them is not written down again, which would cost every tick a write


@receiver(user_logged_in)
def begin(request, **_):
    """Both limits count from sign-in."""
    request.session[BEGAN] = request.session[MOVED] = time.time()


def ends(session):
    """The two moments a session ends at: (if nothing is done, in any case). One without a beginning begins now."""
    if BEGAN not in session:
        session[BEGAN] = session[MOVED] = time.time()
    return session[MOVED] + settings.SESSION_IDLE_SECONDS, session[BEGAN] + settings.SESSION_COOKIE_AGE


def seconds_left(session):
    """Whole seconds until the session ends, rounded down; none when it has ended."""
    return max(0, math.floor(min(ends(session)) - time.time()))


def is_over(session):
    return min(ends(session)) <= time.time()


def is_final(session):
    """Whether the session ends whatever the person does: the absolute limit comes first."""
    idle, absolute = ends(session)
    return absolute <= idle


def move(session, *, grain=GRAIN):
    """A person did something: the idle limit counts from now."""
    ends(session)
    if time.time() - session[MOVED] >= grain:
        session[MOVED] = time.time()
