"""Workers beside each other, and workers that die."""

import threading
import time
import tracemalloc
from contextlib import contextmanager
from datetime import timedelta

import pytest
from celery import current_app
from django.db import connection, connections
from django.utils import timezone
from kombu import Connection

from accounts.models import AuditEntry
from resources import batches, imports, workers
from resources.models import ExternalId, ImportBatch, Resource
from tests.followups.programs import Doorway, eventually, kill

MAPPING = {"Id": "id", "Name": "name", "Phone": "phone", "About": "description"}
FACTS = {"source": "Helpers", "country": "US", "zone": "America/New_York", "name": "list.csv"}
PATIENCE = 60  # seconds


def listed(count, *, words="-"):
    rows = (f"{n},Line {n},(202) {200 + n // 10000}-{n % 10000:04},{words}\n" for n in range(count))
    return ("Id,Name,Phone,About\n" + "".join(rows)).encode()


@pytest.fixture
def ready(transactional_db, admin):
    """A list that was read: `ready(20)`."""

    def bring(count):
        batch = batches.add(listed(count), by=admin, **FACTS)
        ImportBatch.objects.filter(pk=batch.pk).update(state="mapping", columns=[])
        batches.set_mapping(batch, MAPPING, by=admin)
        imports.work()
        batch.refresh_from_db()
        assert batch.state == "ready"
        return batch

    return bring


def at_once(*deeds):
    """Do all of these in threads that start together; what each returned or raised, in their order."""
    found, gate = [None] * len(deeds), threading.Barrier(len(deeds))

    def do(number, deed):
        gate.wait()
        try:
            found[number] = deed()
        except Exception as error:
            found[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=do, args=pair) for pair in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    return found


def test_of_two_workers_at_once_one_waits_though_there_are_two_lists(ready, admin, monkeypatch):
    """Each looks for a while before it writes its lease; without the lock both would find nobody at work."""
    for batch in (ready(3), ready(3)):
        batches.apply(batch, by=admin)
    real = workers.uuid.uuid4

    def slowly():
        time.sleep(0.3)
        return real()

    monkeypatch.setattr(workers.uuid, "uuid4", slowly)
    found = at_once(imports.claim, imports.claim)
    assert sorted(each is None for each in found) == [False, True]


def test_two_clicks_at_once_apply_once(ready, admin):
    batch = ready(3)
    found = at_once(*[lambda: batches.apply(ImportBatch.objects.get(pk=batch.pk), by=admin)] * 4)
    assert sorted(type(each).__name__ for each in found) == ["NoneType"] + ["NotNow"] * 3
    at_once(imports.work, imports.work)
    eventually(lambda: imports.work() or ImportBatch.objects.get(pk=batch.pk).state == "applied")
    assert (Resource.objects.count(), ExternalId.objects.count()) == (3, 3)
    assert AuditEntry.objects.filter(action="resource_added").count() == 3


def test_the_same_list_sent_twice_and_applied_at_once_comes_in_once(ready, admin):
    for batch in (ready(3), ready(3)):
        batches.apply(batch, by=admin)
    at_once(imports.work, imports.work)
    eventually(lambda: imports.work() or not ImportBatch.objects.exclude(state="applied").exists())
    assert Resource.objects.count() == 3


def test_a_worker_whose_lease_was_taken_writes_nothing(ready, admin):
    batch = ready(3)
    batches.apply(batch, by=admin)
    late = imports.claim()
    ImportBatch.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert imports.claim().lease_token != late.lease_token
    with pytest.raises(imports.LeaseLost):
        imports.take_over_chunk(late)
    assert not Resource.objects.exists()


@contextmanager
def held_up():
    """Nobody finishes a chunk meanwhile: what an import writes next waits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [imports.LOCK])
        yield
        cursor.execute("SELECT pg_advisory_unlock(%s)", [imports.LOCK])


@pytest.mark.processes
def test_a_killed_worker_is_followed_by_one_that_goes_on_from_the_last_chunk(ready, admin, tmp_path):
    batch = ready(2 * imports.CHUNK + 100)
    batches.apply(batch, by=admin)
    doorway = Doorway(tmp_path, mail_port=9)
    try:
        worker = doorway.start_worker("-Q", "background", "--pool", "solo")
        send_task(doorway)
        eventually(lambda: Resource.objects.count() >= imports.CHUNK, what="the first chunk", seconds=PATIENCE)
        with held_up():
            kill(worker)
        left = ImportBatch.objects.get(pk=batch.pk)
        assert (left.state, left.lease_token is not None) == ("applying", True)
        assert Resource.objects.count() == left.done < left.total
        first = set(Resource.objects.values_list("pk", flat=True))
        assert imports.work() == 0  # as long as the lease of the dead one lasts
        ImportBatch.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        imports.work()
    finally:
        doorway.stop()
    batch.refresh_from_db()
    assert batch.state == "applied"
    assert Resource.objects.count() == batch.total == ExternalId.objects.count()
    assert first <= set(Resource.objects.values_list("pk", flat=True))


def send_task(doorway):
    """Put the wake-up call on the broker that the started programs use."""
    with Connection(doorway.env["REDIS_URL"]) as broker:
        current_app.send_task("resources.tasks.work_on_imports", queue="background", connection=broker)


def test_a_reading_that_was_cut_off_goes_on_where_it_was(ready, admin, monkeypatch):
    """The second worker writes the rest, and no row twice."""
    batch = batches.add(listed(40), by=admin, **FACTS)
    ImportBatch.objects.filter(pk=batch.pk).update(mapping=MAPPING)
    monkeypatch.setattr(imports, "CHUNK", 10)
    real, seen = imports.keep_chunk, []

    def dies(*args):
        seen.append(args)
        if len(seen) == 3:
            raise MemoryError
        real(*args)

    monkeypatch.setattr(imports, "keep_chunk", dies)
    with pytest.raises(MemoryError):
        imports.work()
    assert batch.rows.count() == 20
    ImportBatch.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    imports.work()
    batch.refresh_from_db()
    assert (batch.state, batch.rows.count()) == ("ready", 80)
    assert batch.counts == {"create": 40, "warning": 40}


def test_a_long_list_is_never_in_memory_as_a_whole(ready, admin):
    """Five times the rows take about as much memory: offers are read, compared and written as they come."""
    peaks = []
    for count in (600, 3000):
        batch = batches.add(listed(count, words="w" * 100), by=admin, **FACTS)
        ImportBatch.objects.filter(pk=batch.pk).update(mapping=MAPPING)
        tracemalloc.start()
        imports.work(seconds=600)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        batch.refresh_from_db()
        assert batch.counts["create"] == count
        ImportBatch.objects.all().delete()
    file_grew = len(listed(3000, words="w" * 100))
    assert peaks[1] < peaks[0] + 12 * file_grew
