"""A real Celery worker makes the paper; one that is killed over it is followed by another."""

import io
from datetime import timedelta

import pytest
from celery import current_app
from django.db import connection, transaction
from django.utils import timezone
from kombu import Connection
from pypdf import PdfReader

from followups import papers
from followups.models import FiledPaper, PaperFile
from tests.followups.programs import Doorway, eventually, kill
from tests.followups.test_papers import needs_pango

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("processes"), needs_pango]


@pytest.fixture
def doorway(transactional_db, tmp_path):
    running = Doorway(tmp_path, mail_port=9)
    yield running
    running.stop()


def wake(doorway):
    """Put the wake-up call on the broker that the started programs use."""
    with Connection(doorway.env["REDIS_URL"]) as broker:
        current_app.send_task("followups.tasks.make_papers", queue="background", connection=broker)


def test_a_worker_that_is_killed_over_a_paper_is_followed_by_one_that_makes_it(doorway, told, therapist):
    paper = papers.ask_for(told, by=therapist)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE followups_paperfile IN EXCLUSIVE MODE")  # nobody can file anything meanwhile
        worker = doorway.start_worker("-Q", "background", "--pool", "solo")
        wake(doorway)
        eventually(lambda: FiledPaper.objects.get().lease_token, what="the claim")
        kill(worker)
    left = FiledPaper.objects.get()
    assert (left.is_waiting, left.lease_token is not None, PaperFile.objects.count()) == (True, True, 0)
    FiledPaper.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    doorway.start_worker("-Q", "background", "--pool", "solo")
    wake(doorway)
    eventually(lambda: FiledPaper.objects.get().is_made, what="the paper")
    paper.refresh_from_db()
    assert paper.deaths == 1
    assert "wombatology" in PdfReader(io.BytesIO(bytes(paper.file.content))).pages[0].extract_text()
