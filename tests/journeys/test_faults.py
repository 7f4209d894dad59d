"""Whatever becomes of the connection, the server, the browser, the answer, the session or the clock: no tick is lost,
none is doubled. In two engines, against the server as it runs in earnest."""

import time
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from sessions_app.models import DepartureEvent, StepResponse
from tests.conftest import PASSWORD
from tests.followups.programs import Doorway, eventually, keep_real_password, kill
from tests.journeys import webkit
from tests.journeys.hands import Chromium, WebKit
from tests.journeys.wire import HANG_UP, Wire

ENGINES = ["Chromium", "WebKit"]
pytestmark = [pytest.mark.journey, pytest.mark.processes, pytest.mark.target("T5")]
TAP_GUARD = 0.8  # seconds after which the same tap is meant; see static/app.js
ROUNDING = timedelta(milliseconds=1)  # a device counts in whole ones
#: Before every script of a page: what makes a device's clock wrong, or leaves it nothing to keep a tap in.
CLOCK_IS_OFF = """
globalThis.isOff ||= (() => {
  const Right = Date, off = %d;
  globalThis.Date = class extends Right {
    constructor(...given) { given.length ? super(...given) : super(Right.now() + off); }
    static now() { return Right.now() + off; }
  };
  return true;
})();
"""
HAS_ALL_PANELS = "return !document.querySelector('[hx-trigger^=load] > p > a.plain:only-child')"
NOTHING_CAN_BE_KEPT = """
IDBFactory.prototype.open = () => { throw new DOMException("denied", "SecurityError"); };
"""


@pytest.fixture(scope="module")
def doorway(django_db_setup, django_db_blocker, tmp_path_factory, collected):
    """The web server as it runs in earnest, on the test's database."""
    with django_db_blocker.unblock():
        running = Doorway(tmp_path_factory.mktemp("doorway"), mail_port=1, static=collected)
    running.web = running.start_web()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def the_wire(doorway):
    wire = Wire(doorway.port)
    yield wire
    wire.stop()


@pytest.fixture
def wire(the_wire):
    the_wire.mend()
    yield the_wire
    the_wire.mend()


@pytest.fixture(scope="module")
def display(tmp_path_factory):
    with webkit.screen(tmp_path_factory.mktemp("screen")) as name:
        yield name


@pytest.fixture(params=[pytest.param(each, marks=pytest.mark.xdist_group(f"faults in {each}")) for each in ENGINES])
def engine(request):
    if request.param == "WebKit" and (why := webkit.missing()):
        pytest.skip(why)
    return request.param


@pytest.fixture
def device(engine, wire, request, tmp_path):
    """A phone that is switched on, with nothing on it yet."""
    if engine == "WebKit":
        hand = WebKit(tmp_path, wire.address, display=request.getfixturevalue("display"))
    else:
        arguments = request.getfixturevalue("browser_type_launch_args")
        hand = Chromium(tmp_path, wire.address, playwright=request.getfixturevalue("playwright"), arguments=arguments)
    yield hand
    hand.kill()  # one that only is asked to end may send a late tick into the next test


@pytest.fixture
def hand(transactional_db, device, therapist, departure):
    """The therapist's, who has the steps of a departure open on a phone that is ready for a dead spot."""
    keep_real_password(therapist)
    device.sign_in(therapist)
    device.ready_for_a_dead_spot()
    device.go(f"/departures/{departure.pk}/")
    device.sees("Stay calm")
    # The plan comes by a request of its own: still under way, it would be the first to hear that a session is gone.
    eventually(lambda: device.run(HAS_ALL_PANELS), what="the plan on the page")
    return device


@pytest.fixture
def tick(hand):
    """Done at each of these steps: `tick("stay-calm")`; `tick.ed` remembers between which moments each was."""

    def each(*slugs):
        for slug in slugs:
            before = timezone.now()
            hand.tick(slug)
            each.ed[slug] = (before - ROUNDING, timezone.now())

    each.ed = {}
    return each


def answers():
    return list(StepResponse.objects.order_by("pk").values_list("step__slug", "outcome"))


def arrived(tick, *, wait=60):
    """Every tick is a row, once, with the moment it was made; nothing else is."""
    eventually(lambda: StepResponse.objects.count() >= len(tick.ed), seconds=wait, what="the arrival of the ticks")
    assert sorted(answers()) == sorted((slug, "done") for slug in tick.ed)
    for answer in StepResponse.objects.select_related("step"):
        earliest, latest = tick.ed[answer.step.slug]
        assert earliest <= answer.occurred_at <= latest, "the moment of the tap, not of its arrival"


def nothing_waits(hand):
    shown = "return Boolean(document.querySelector('#outbox:not([hidden])'))"
    eventually(lambda: hand.run(shown) is False, what="the end of waiting")
    return True


def test_offline_and_reloaded_offline(hand, wire, tick):
    wire.is_cut = True
    tick("stay-calm", "express-empathy")
    hand.sees("2 ticks are kept on this device.")
    hand.reload()
    hand.sees("Steps without a connection")
    tick("validate-feelings")
    hand.sees("3 ticks are kept on this device.")
    assert answers() == []
    assert {post.told for post in wire.said()} == {HANG_UP}, "they were tried, and nobody answered"
    wire.is_cut = False
    hand.tap("Try now")
    arrived(tick)
    assert nothing_waits(hand)


def test_after_an_offline_reload_the_page_shows_what_the_server_already_had(hand, wire, tick):
    tick("stay-calm")
    arrived(tick)
    wire.is_cut = True
    tick("express-empathy")
    hand.sees("1 tick is kept on this device.")
    both = ["stay-calm", "express-empathy"]
    assert hand.pressed() == both
    hand.reload()
    hand.sees("Steps without a connection")
    eventually(lambda: hand.pressed() == both, seconds=20, what="both ticks on the page")


def test_server_killed_and_started_again(hand, doorway, wire, tick):
    kill(doorway.web)
    tick("stay-calm", "validate-feelings")
    hand.sees("2 ticks are kept on this device.")
    assert {(post.answered, post.told) for post in wire.said()} == {(None, HANG_UP)}
    doorway.web = doorway.serve()
    arrived(tick)  # by itself: nobody taps anything
    assert nothing_waits(hand)


def test_browser_killed_and_started_again(hand, wire, tick, therapist):
    wire.is_cut = True
    tick("stay-calm", "respect-decision")
    hand.sees("2 ticks are kept on this device.")
    assert hand.kill(), "there was a browser"
    assert answers() == []
    wire.is_cut = False
    hand.start()
    hand.sign_in(therapist)
    arrived(tick)
    assert nothing_waits(hand)


def test_answers_lost_after_the_server_had_committed(hand, wire, tick):
    wire.to_lose = [504, HANG_UP]
    tick("stay-calm")
    arrived(tick)
    assert nothing_waits(hand)
    said = eventually(lambda: len(wire.said()) == 3 and wire.said(), what="the third attempt")
    assert [(post.answered, post.told) for post in said] == [(200, 504), (200, HANG_UP), (200, 200)]
    assert len({post.op_id for post in said}) == 1
    arrived(tick)


def test_somebody_elses_answer_is_no_answer(hand, wire, tick):
    wire.is_hotel = True
    tick("stay-calm")
    hand.sees("Kept on this device")
    assert {(post.answered, post.told) for post in wire.said()} == {(None, 200)}
    wire.is_hotel = False
    hand.tap("Try now")
    arrived(tick)
    assert nothing_waits(hand)


def test_all_sessions_deleted(hand, wire, tick):
    assert Session.objects.all().delete()[0]
    tick("stay-calm", "express-empathy")
    hand.sees("2 ticks are kept on this device. Sign in to send.")
    assert {post.told for post in wire.said()} == {401}
    assert answers() == []
    hand.tap("Sign in", within="#outbox")
    hand.write("#again-password", PASSWORD)
    hand.tap("Sign in", within="#sign-in-again")
    arrived(tick)
    assert nothing_waits(hand)


def test_double_taps(transactional_db, device, therapist, session, wire):
    keep_real_password(therapist)
    device.sign_in(therapist)
    taps = "window.taps = 0; addEventListener('click', () => window.taps++, true)"
    device.run(f"{taps}; addEventListener('pagehide', () => sessionStorage.taps = window.taps)")
    device.double_tap("Client is leaving")
    device.sees("Stay calm")
    assert device.run("return sessionStorage.taps") == "2", "the second tap was felt"
    device.run(taps)
    device.double_tap("Done", within="#stay-calm")
    eventually(StepResponse.objects.exists)
    assert nothing_waits(device)
    assert device.run("return window.taps") == 2
    assert DepartureEvent.objects.count() == 1
    assert answers() == [("stay-calm", "done")]


@pytest.mark.parametrize("minutes", [10, -10], ids=["fast", "slow"])
def test_clock_wrong_by_ten_minutes(hand, wire, tick, minutes):
    """True times, within seconds, and the page says that it does not know them better."""
    wire.first = (CLOCK_IS_OFF % (minutes * 60_000)).encode()
    hand.reload()
    off = timedelta(milliseconds=hand.run("return Date.now()")) - timedelta(seconds=timezone.now().timestamp())
    assert abs(off - timedelta(minutes=minutes)) < timedelta(minutes=1), "the device believes in another time"
    tick("stay-calm")
    eventually(StepResponse.objects.exists)
    assert nothing_waits(hand)
    [answer] = StepResponse.objects.all()
    [(earliest, latest)] = tick.ed.values()
    seconds = timedelta(seconds=30)
    assert earliest - seconds <= answer.occurred_at <= latest + seconds
    hand.reload()
    there = timezone.localtime(answer.occurred_at, answer.departure.site.zone)
    hand.sees(f"about {there:%H:%M}", seconds=20)


def test_nothing_can_be_kept(hand, wire):
    """A private window: the tap goes out as a plain form. Lost, it says so, and can be said again without harm."""
    wire.first = NOTHING_CAN_BE_KEPT.encode()
    hand.reload()
    denied = "try { indexedDB.open('x'); return 'kept'; } catch (error) { return error.name; }"
    assert hand.run(denied) == "SecurityError"
    wire.to_lose = [504]
    hand.tap("Done", within="#stay-calm")
    hand.sees("Not saved. Check the connection, then tap once more.")
    assert answers() == [("stay-calm", "done")], "the server had heard it"
    time.sleep(TAP_GUARD)
    hand.tap("Done", within="#stay-calm")
    eventually(lambda: "Not saved" not in hand.text())
    said = wire.said()
    assert [(post.answered, post.told) for post in said] == [(200, 504), (200, 200)]
    assert len({post.op_id for post in said}) == 1
    assert answers() == [("stay-calm", "done")]
