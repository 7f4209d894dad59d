"""Redis: whether it answers, and would rather refuse than forget."""

from urllib.parse import urlsplit

from django.conf import settings
from redis.exceptions import AuthenticationError, NoPermissionError, RedisError

from config.operations import broker, words
from config.operations.answers import look, ok

OLDEST = 7
KEEPS = "noeviction"


def answers():
    """Reminders go out without Redis as well, by the sweeper: so what is wrong here can wait until somebody is up."""
    try:
        with broker.connect() as there:
            about = there.info()
    except (AuthenticationError, NoPermissionError):
        yield look("reachable", "Redis refuses us.", "Are the name and password in REDIS_URL right?")
        return
    except RedisError as problem:
        says = f"Redis at {where()} does not answer: {type(problem).__name__}."
        yield look("reachable", says, "Start it. Until then the sweeper alone sends reminders.")
        return
    yield version(about["redis_version"])
    yield policy(about.get("maxmemory_policy", KEEPS))
    yield words.broker(broker.queue_lengths())


def where():
    parts = urlsplit(settings.REDIS_URL)
    return f"{parts.hostname or 'this machine'}:{parts.port}" if parts.port else parts.hostname or "this machine"


def version(said):
    if int(said.partition(".")[0]) < OLDEST:
        return look("version", f"Redis {said} answers.", f"It is old: install version {OLDEST} or newer.")
    return ok("version", f"Redis {said} answers.")


def policy(said):
    if said == KEEPS:
        return ok("policy", "Redis refuses when it is full, and forgets nothing.")
    says = f"Redis forgets when it is full ({said}): wake-up calls can get lost."
    return look("policy", says, f"Set maxmemory-policy {KEEPS} in redis.conf.")
