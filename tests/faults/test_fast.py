"""A few of the faults of `make faults`, small, so that every run of the tests meets them."""

import logging
from functools import partial

import pytest
import redis

from tests.faults import outside, senders
from tests.faults.machines import Sink
from tests.faults.world import World

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("processes")]


class Broker:
    """The Redis of this run; only the part of it that the programs of these tests use is forgotten."""

    def __init__(self, programs):
        self.programs = programs

    def flush(self):
        with redis.Redis.from_url(self.programs.env["REDIS_URL"]) as client:
            known = client.dbsize()
            client.flushdb()
            return known


@pytest.fixture
def world(transactional_db, tmp_path):
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    sink = Sink()
    sink.start()
    made = World(tmp_path, postgres=None, redis=None, sink=sink)
    made.redis = Broker(made.programs)
    made.begin()
    yield made
    made.programs.stop()
    sink.stop()


FAST = {
    "senders die after the server accepted": partial(senders.f1, times=2),
    "senders die before the server accepts": partial(senders.f2, times=2),
    "Redis forgets everything": partial(senders.f4, times=4),
    "refused for good": outside.f8,
    "accepted, and the line drops": partial(outside.f9, late=0),
}


@pytest.mark.parametrize("fault", FAST.values(), ids=FAST)
def test_nothing_is_lost_and_no_repeat_is_unmarked_when(fault, world):
    counts, _hit = fault(world)
    assert counts.problems == [], counts.line
