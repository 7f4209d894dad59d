"""Figures for Prometheus, read from the database when it asks: any node gives the same answer.

Names of queues, lanes, programs, channels and routes are the only labels; no id, no person, no word of anybody's.
"""

from django.db import Error
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily
from prometheus_client.registry import Collector

from config.operations import broker, figures, latencies, releases
from followups.queue_figures import MOST

#: name: (what it is, its key in the figures).
OF_LANES = {
    "reminders_overdue": (f"Reminders past due that nobody picked up, up to {MOST}", "overdue"),
    "reminder_oldest_overdue_seconds": ("Age of the oldest of them, 0 where there is none", "oldest_overdue"),
    "messages_waiting": (f"Messages that could go out and have not, up to {MOST}", "waiting"),
    "message_oldest_waiting_seconds": ("Age of the oldest of them, 0 where there is none", "oldest_waiting"),
    "messages_being_sent": ("Messages that a sender holds", "being_sent"),
}
OF_STAFF_MAILS = {
    "staff_mails_waiting": ("Mails about accounts that are due and have not left", "waiting"),
    "staff_mail_oldest_waiting_seconds": ("Age of the oldest of them, 0 where there is none", "oldest"),
    "staff_mails_given_up": ("Mails about accounts that were tried too often", "given_up"),
}


def text():
    """Everything as Prometheus reads it. A database or a Redis that is away is a figure, and never an error."""
    registry = CollectorRegistry()
    registry.register(OfDoorway())
    latencies.join(registry)
    return generate_latest(registry)


class OfDoorway(Collector):
    def describe(self):
        """Nothing is read while it is registered."""
        return []

    def collect(self):
        yield InfoMetricFamily("doorway", "Which Doorway this is", value={"version": releases.VERSION})
        yield from of_redis(broker.queue_lengths())
        try:
            found = figures.read()
        except Error:
            yield gauge("database_up", "Whether the database answered in time", {(): 0})
            return
        yield gauge("database_up", "Whether the database answered in time", {(): 1})
        yield from of_database(found)


def gauge(name, words, values, labels=()):
    family = GaugeMetricFamily(f"doorway_{name}", words, labels=labels)
    for each, value in values.items():
        family.add_metric([str(label) for label in (each if isinstance(each, tuple) else (each,))], value)
    return family


def of_redis(lengths):
    yield gauge("redis_up", "Whether Redis answered in time", {(): int(lengths is not None)})
    yield gauge("queue_length", "Wake-up calls that wait in Redis", lengths or {}, ["queue"])


def of_database(found):
    for name, (words, key) in OF_LANES.items():
        yield gauge(name, words, {lane: each[key] for lane, each in found["lanes"].items()}, ["lane"])
    for name, (words, key) in OF_STAFF_MAILS.items():
        yield gauge(name, words, {(): found["staff_mails"][key]})
    signs = {name.replace(" ", "_"): age for name, age in found["signs"].items()}
    yield gauge("sign_age_seconds", "Age of the last sign of life of a program", signs, ["sign"])
    yield gauge("clock_off_seconds", "By how much a clock is ahead of the database's", found["clocks_off"], ["clock"])
    yield gauge("messages_failed", "Messages that failed for good and nobody has seen to", {(): found["failed"]})
    words = "How tries to send ended in the last 15 minutes"
    yield gauge("tries", words, found["tries"], ["channel", "result"])
    words = "From made to handed over, of urgent messages of the last 15 minutes"
    yield gauge("urgent_message_seconds", words, found["urgent_seconds"], ["quantile"])
    yield gauge("canary_age_seconds", "Age of the last test message that went out", known(found["canary_age"]))
    yield gauge("backup_age_seconds", "Age of the newest copy that is known of", known(found["copy_age"]))
    yield gauge("archiver_fails", "Whether PostgreSQL could not put its log away", {(): int(found["archiver_fails"])})


def known(value):
    """A figure that may not be there at all: then nothing is said, which `absent()` sees."""
    return {} if value is None else {(): value}
