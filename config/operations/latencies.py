"""How many requests there were and how long they took, by the name of the route: added up over all web processes.

Each process writes into files of its own in METRICS_FOLDER, and whichever is asked reads them all; so it does not
matter which one answers. Without that folder nothing is measured: one process's figures would pass for everybody's.
"""

from django.conf import settings
from prometheus_client import CollectorRegistry, Counter, Histogram, multiprocess

BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)  # seconds
UNKNOWN = "none"  # an address that is no route: what it says is never a label

registry = CollectorRegistry()
seconds = Histogram(
    "doorway_request_seconds", "How long answers took, by route", ["route"], buckets=BUCKETS, registry=registry
)
answers = Counter("doorway_requests", "Answers, by method and first digit", ["method", "answer"], registry=registry)


def note(*, route, method, status, took):
    """One request: the name of its route or None, one of the known methods, its status, and the seconds it took."""
    if settings.METRICS_FOLDER:
        seconds.labels(route or UNKNOWN).observe(took)
        answers.labels(method, f"{status // 100}xx").inc()


def join(others):
    """Let a registry tell what all processes of this machine have noted."""
    if settings.METRICS_FOLDER:
        multiprocess.MultiProcessCollector(others, path=settings.METRICS_FOLDER)
