"""Redis, which carries wake-up calls: whether it answers, and how many calls wait. It may be empty at any time."""

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

from config.celery import app

PATIENCE = 2  # seconds


def connect():
    """A connection that gives up soon. Raises redis.RedisError when it is used and Redis is away."""
    facts = {"socket_timeout": PATIENCE, "socket_connect_timeout": PATIENCE, "retry": Retry(NoBackoff(), 0)}
    return redis.Redis.from_url(settings.REDIS_URL, **facts)


def queue_lengths():
    """{queue: calls that wait in it}, or None while Redis is away."""
    names = [queue.name for queue in app.conf.task_queues]
    try:
        with connect() as there, there.pipeline(transaction=False) as asked:
            for name in names:
                asked.llen(name)
            return dict(zip(names, asked.execute(), strict=True))
    except redis.RedisError:
        return None
