"""Two web processes, one answer: whichever is asked tells what both have done."""

import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress

import pytest
from django.urls import reverse
from prometheus_client.parser import text_string_to_metric_families

from config.local.processes import answers
from tests.followups.programs import Doorway, eventually

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("processes")]
TOKEN = "a-token-for-tests-with-signs-enough-0123456789"


@pytest.fixture
def doorway(db, tmp_path):
    """A web server of two processes that add up what they did in one folder."""
    running = Doorway(tmp_path, mail_port=1)
    (tmp_path / "figures").mkdir()
    running.env |= {"METRICS_TOKEN": TOKEN, "METRICS_FOLDER": str(tmp_path / "figures")}
    granian = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", running.port]
    web = running.start("web", [*granian, "--no-ws", "--workers", "2", "config.wsgi:application"])
    try:
        web.wait_until(lambda: answers(running.port))
        yield running
    finally:
        running.stop()


def get(doorway, path, *, token=TOKEN):
    asked = urllib.request.Request(doorway.url + path, headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(asked, timeout=20) as answer:
        return answer.read().decode()


def figures_of(doorway):
    """{(name, its labels): figure} of what one of the processes tells."""
    families = text_string_to_metric_families(get(doorway, reverse("metrics")))
    return {key(each.name, **each.labels): each.value for family in families for each in family.samples}


def key(name, **labels):
    return name, frozenset(labels.items())


def test_any_process_tells_of_all_of_them(doorway):
    asked = 0
    deadline = time.monotonic() + 60
    while len(list((doorway.folder / "figures").glob("counter_*.db"))) < 2:
        assert time.monotonic() < deadline, "only one of them ever answers"
        assert get(doorway, reverse("healthz")) == "ok"
        asked += 1
    with pytest.raises(urllib.error.HTTPError, match="401"):
        get(doorway, reverse("metrics"), token="another")
    with suppress(urllib.error.HTTPError):
        get(doorway, "/xylophage/")
    for _again in range(6):
        found = eventually(lambda: figures_of(doorway))
        assert found[key("doorway_request_seconds_count", route="healthz")] == asked
        assert found[key("doorway_request_seconds_bucket", route="healthz", le="+Inf")] == asked
        assert found[key("doorway_requests_total", method="GET", answer="4xx")] >= 1
        assert "xylophage" not in str(found)
