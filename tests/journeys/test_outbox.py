"""A tap is never lost and never doubled, whatever becomes of the connection, the answer or the session."""

import json
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from sessions_app import departures
from sessions_app.models import DepartureEvent, StepResponse
from tests.conftest import PASSWORD
from tests.journeys.conftest import STORAGE_DENIED

pytestmark = pytest.mark.journey

WAITING = """async () => {
  const asked = indexedDB.open("doorway", 1);
  const place = await new Promise((yes, no) => { asked.onsuccess = () => yes(asked.result); asked.onerror = no; });
  const all = place.transaction("taps").objectStore("taps").getAll();
  return new Promise((yes) => { all.onsuccess = () => { place.close(); yes(all.result); }; });
}"""
ON_THE_DEVICE = """async () => {
  const found = [JSON.stringify(localStorage), JSON.stringify(sessionStorage)];
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) found.push(request.url, await (await cache.match(request)).text());
  }
  return found;
}"""


@pytest.fixture
def on_the_live_page(open_window, therapist, departure):
    """The therapist's phone with the steps open and the offline page kept."""
    window = open_window(therapist, keeps_pages=True)
    ready_for_a_dead_spot(window)
    window.go(f"/departures/{departure.pk}/")
    return window


def ready_for_a_dead_spot(window):
    window.tab.evaluate("navigator.serviceWorker.ready.then(() => true)")
    window.tab.wait_for_function("navigator.serviceWorker.controller")


def waiting(window):
    return window.tab.evaluate(WAITING)


def offline(window, is_offline=True):
    window.tab.context.set_offline(is_offline)


def tap_done(window, *slugs):
    for slug in slugs:
        window.tab.locator(f"#{slug} > .tick button").click()
        window.tab.locator(f"#{slug} .kept").wait_for()


def wait_until_sent(window):
    for _ in range(100):
        if not waiting(window):
            return
        window.tab.wait_for_timeout(100)
    raise AssertionError(waiting(window))


def answers():
    return list(StepResponse.objects.order_by("pk").values_list("step__slug", "outcome"))


def test_three_ticks_offline_and_a_reload_arrive_with_their_times(on_the_live_page, departure):
    window = on_the_live_page
    offline(window)
    before = timezone.now()
    tap_done(window, "stay-calm")
    tap_done(window, "express-empathy")
    window.sees("2 ticks are kept on this device.")
    window.tab.goto(window.tab.url)
    window.sees("Steps without a connection")
    tap_done(window, "validate-feelings")
    after = timezone.now()
    assert len(waiting(window)) == 3
    assert answers() == []
    window.tab.wait_for_timeout(1100)
    offline(window, False)
    wait_until_sent(window)
    assert answers() == [(slug, "done") for slug in ("stay-calm", "express-empathy", "validate-feelings")]
    second = timedelta(milliseconds=1)
    for answer in StepResponse.objects.all():
        assert before - second <= answer.occurred_at <= after, "the moment of the tap, not of its arrival"
        assert answer.received_at > after
    window.follow("Try the whole page")
    window.sees("3 of 11")


@pytest.mark.clock
@pytest.mark.target("T4")
def test_a_tap_is_durable_once_it_is_shown(on_the_live_page, figure):
    window = on_the_live_page
    offline(window)
    took = window.tab.evaluate(
        """async () => {
          const button = document.getElementById("stay-calm-done"), start = performance.now();
          const shown = new Promise((yes) => new MutationObserver(() => {
            if (document.querySelector("#stay-calm .kept")) yes(performance.now() - start);
          }).observe(document.getElementById("stay-calm"), { childList: true }));
          button.click();
          return shown;
        }"""
    )
    figure("T4", took)
    assert len(waiting(window)) == 1


@pytest.mark.target("T14")
def test_the_focus_stays_and_one_thing_is_announced(on_the_live_page, figure):
    window = on_the_live_page
    window.tab.evaluate(
        """() => {
          window.said = [];
          const place = document.getElementById("announce");
          new MutationObserver(() => said.push(place.textContent)).observe(place, { childList: true });
        }"""
    )
    window.tab.locator("#stay-calm-done").press("Enter")
    window.sees("1 of 11")
    wait_until_sent(window)
    focus, said = window.tab.evaluate("[document.activeElement.id, said]")
    assert (focus, said) == ("stay-calm-done", ["Step 1, Done"])
    assert window.tab.locator("#check-safety > details[open]").count() == 1, "the next step opens"
    figure("T14", len(said[0].split()))


def test_an_answer_that_got_lost_is_asked_for_again(on_the_live_page):
    window = on_the_live_page
    said = []
    window.tab.on("response", lambda answer: said.append(answer.headers.get("x-op")))
    window.tab.route("**/steps/stay-calm/", lose_the_answer, times=1)
    tap_done(window, "stay-calm")
    window.sees("Kept on this device")
    assert answers() == [("stay-calm", "done")], "the server had heard it"
    window.sees("1 of 11")
    wait_until_sent(window)
    assert answers() == [("stay-calm", "done")]
    assert "duplicate" in said
    assert not window.tab.locator("#outbox").is_visible()


def lose_the_answer(route):
    route.fetch()
    route.fulfill(status=504, body="")


def test_without_a_session_ticks_wait_for_the_sign_in(on_the_live_page, therapist, departure):
    window = on_the_live_page
    Session.objects.all().delete()
    tap_done(window, "stay-calm")
    window.sees("1 tick is kept on this device. Sign in to send.")
    assert answers() == []
    window.tab.locator("#outbox").get_by_role("link", name="Sign in").click()
    window.tab.get_by_label("Email").fill(therapist.email)
    window.tab.get_by_label("Password").fill(PASSWORD)
    window.click("Sign in")
    window.sees("1 of 11")
    wait_until_sent(window)
    assert answers() == [("stay-calm", "done")]


def test_somebody_else_on_the_same_tablet_neither_sends_nor_loses_them(on_the_live_page, therapist, stranger):
    window = on_the_live_page
    Session.objects.all().delete()
    tap_done(window, "stay-calm")
    window.sees("Sign in to send.")
    window.sign_in(stranger)
    window.tab.wait_for_timeout(500)
    assert len(waiting(window)) == 1
    assert not window.tab.locator("#outbox").is_visible()
    sign_out(window)
    window.sign_in(therapist)
    wait_until_sent(window)
    assert answers() == [("stay-calm", "done")]


def sign_out(window):
    window.go("/account/sign-out/")
    window.click("Sign out")
    window.tab.wait_for_url("**/sign-in/")


def test_two_quick_taps_offline_are_one_answer(on_the_live_page):
    window = on_the_live_page
    offline(window)
    window.tab.locator("#stay-calm-done").dblclick()
    window.tab.locator("#stay-calm .kept").wait_for()
    window.tab.wait_for_timeout(800)
    tap_done(window, "stay-calm")
    offline(window, False)
    window.sees("1 of 11")
    wait_until_sent(window)
    assert answers() == [("stay-calm", "done")]


def test_where_nothing_can_be_kept_forms_go_their_plain_way(open_window, therapist, session):
    window = open_window(therapist, keeps_pages=True)
    window.tab.add_init_script(STORAGE_DENIED)
    window.go("/")
    window.click("Client is leaving")
    window.sees("0 of 11")
    window.click("Done", nth=0)
    window.sees("1 of 11")
    window.click("Some concern")
    window.sees("2 of 11")
    window.click("They have gone")
    window.sees("8 of 11")


def test_a_departure_starts_without_a_connection(open_window, therapist, session):
    window = open_window(therapist, keeps_pages=True)
    ready_for_a_dead_spot(window)
    window.go("/")
    offline(window)
    before = timezone.now()
    window.tab.get_by_role("button", name="Client is leaving", exact=True).click()
    window.sees("Steps without a connection")
    tap_done(window, "stay-calm")
    window.tab.get_by_role("button", name="Elevated").click()
    window.sees("3 ticks are kept on this device.")
    after = timezone.now()
    offline(window, False)
    wait_until_sent(window)
    departure = DepartureEvent.objects.get()
    assert departure.session == session
    assert before - timedelta(milliseconds=1) <= departure.began_at <= after
    assert departure.response_level == "elevated"
    assert answers() == [("stay-calm", "done"), ("check-safety", "done")]
    window.follow("Try the whole page")
    window.sees("2 of 11")


def test_a_departure_starts_on_the_offline_page_itself(open_window, therapist):
    window = open_window(therapist, keeps_pages=True)
    ready_for_a_dead_spot(window)
    offline(window)
    window.tab.goto(f"{window.address}/follow-ups/")
    assert not window.tab.locator("#stay-calm .tick").is_visible(), "there is no departure to tick into"
    window.tab.get_by_role("button", name="Client is leaving").click()
    tap_done(window, "stay-calm")
    window.tab.reload()
    window.sees("2 ticks are kept on this device.")
    offline(window, False)
    wait_until_sent(window)
    assert DepartureEvent.objects.count() == 1
    assert answers() == [("stay-calm", "done")]


# What the server has ------------------------------------------------------------------------------------------

SEEN = "Object.keys(localStorage).filter((key) => key !== 'owner')"


def is_pressed(window, selector):
    return window.tab.locator(selector).get_attribute("aria-pressed") == "true"


def test_after_a_reload_without_a_connection_the_page_shows_what_the_server_had(on_the_live_page, departure):
    window = on_the_live_page
    window.click("Done", nth=0)
    window.sees("1 of 11")
    window.click("Elevated")
    window.sees("2 of 11")
    window.tab.locator("#explore-reason summary").first.click()
    window.tab.locator("#explore-reason").get_by_role("button", name="Partly").click()
    window.sees("3 of 11")
    window.click("They take a break")
    window.sees("On a break")
    offline(window)
    tap_done(window, "express-empathy")
    window.tab.goto(window.tab.url)
    window.sees("Steps without a connection")
    for step, words in [
        ("stay-calm", "Saved"),
        ("check-safety", "Saved"),
        ("explore-reason", "Partly: Saved"),
        ("express-empathy", "Kept on this device"),
    ]:
        window.tab.locator(f"#{step} .kept").get_by_text(words).wait_for()
    assert is_pressed(window, "#stay-calm .tick button")
    assert is_pressed(window, "#express-empathy .tick button")
    assert is_pressed(window, "#check-safety [value=elevated]")
    assert not is_pressed(window, "#check-safety [value=immediate]")
    assert not is_pressed(window, "#explore-reason .tick button")
    assert window.tab.locator("#offline-ending").inner_text().startswith("On a break ")
    assert window.tab.locator("#validate-feelings .kept").count() == 0
    window.inspect()

    offline(window, False)
    wait_until_sent(window)
    window.tab.locator("#express-empathy .kept").get_by_text("Saved").wait_for()
    offline(window)
    window.tab.reload()
    window.tab.locator("#express-empathy .kept").get_by_text("Saved").wait_for()


def test_what_was_taken_back_is_not_shown_as_saved(on_the_live_page):
    window = on_the_live_page
    window.click("Done", nth=0)
    window.sees("1 of 11")
    offline(window)
    window.tab.locator("#stay-calm-undo").click()
    window.tab.locator("#stay-calm .kept").get_by_text("taken back").wait_for()
    assert not is_pressed(window, "#stay-calm-done")
    window.tab.reload()
    window.tab.locator("#stay-calm .kept").get_by_text("taken back").wait_for()
    assert not is_pressed(window, "#stay-calm .tick button")


def test_what_the_server_had_goes_with_who_signs_out(on_the_live_page):
    window = on_the_live_page
    assert len(window.tab.evaluate(SEEN)) == 1
    window.tab.route("**/steps/**", lambda route: route.fulfill(status=503, body=""))
    tap_done(window, "stay-calm")
    window.go("/account/sign-out/")
    window.click("Sign out")
    window.sees("1 tick is kept on this device.")
    window.click("Sign out and keep")
    window.tab.wait_for_url("**/sign-in/")
    assert window.tab.evaluate(SEEN) == []
    assert len(waiting(window)) == 1


def test_what_the_server_had_goes_when_somebody_else_signs_in(on_the_live_page, stranger):
    window = on_the_live_page
    Session.objects.all().delete()
    window.sign_in(stranger)
    assert window.tab.evaluate(SEEN) == []


def test_what_the_server_had_is_kept_for_a_day(on_the_live_page, departure):
    window = on_the_live_page
    assert window.tab.evaluate(SEEN) == [str(departure.pk)]
    window.tab.clock.set_fixed_time(timezone.now() + timedelta(hours=23))
    window.tab.goto(f"{window.address}/offline/")
    assert window.tab.evaluate(SEEN) == [str(departure.pk)]
    window.tab.clock.set_fixed_time(timezone.now() + timedelta(hours=25))
    window.tab.goto(f"{window.address}/offline/")
    assert window.tab.evaluate(SEEN) == []


# Every kind of tap ----------------------------------------------------------------------------------------------


def test_a_tap_below_the_steps_is_marked_and_sent_as_well(on_the_live_page, departure):
    window = on_the_live_page
    for words, then in [("They take a break", "Are they back?"), ("They have gone", "Write the report")]:
        offline(window)
        button = window.tab.get_by_role("button", name=words)
        button.click()
        window.tab.locator("form", has=button).get_by_text("Kept on this device").wait_for()
        offline(window, False)
        window.sees(then)
    departure.refresh_from_db()
    assert (departure.ending, departure.kind) == ("left", "during_break")
    window.click("Undo: still here")
    window.sees("They take a break")
    assert window.problems == []


def test_they_have_gone_can_be_said_without_a_connection(on_the_live_page, departure):
    window = on_the_live_page
    offline(window)
    window.tab.goto(window.tab.url)
    button = window.tab.get_by_role("button", name="They have gone")
    button.click()
    window.tab.locator("form", has=button).get_by_text("Kept on this device").wait_for()
    offline(window, False)
    wait_until_sent(window)
    departure.refresh_from_db()
    assert departure.ending == "left"
    window.tab.locator("form", has=button).get_by_text("Saved").wait_for()


def test_a_clock_that_is_ten_minutes_wrong_is_put_right(on_the_live_page):
    window = on_the_live_page
    window.tab.clock.set_fixed_time(timezone.now() + timedelta(minutes=10))
    window.click("Done", nth=0)
    window.sees("about")
    answer = StepResponse.objects.get()
    assert abs(timezone.now() - answer.occurred_at) < timedelta(minutes=5)
    assert answer.is_time_approximate


def test_the_script_as_it_is_served_does_the_same(open_window, therapist, departure, collected):
    served = {"content_type": "text/javascript", "body": (collected / "app.js").read_text()}
    window = open_window(therapist)
    window.tab.route("**/static/app.js", lambda route: route.fulfill(**served))
    window.go(f"/departures/{departure.pk}/")
    window.click("Done", nth=0)
    window.sees("1 of 11")
    window.click("Undo Stay calm")
    window.sees("0 of 11")
    window.click("Hide screen")
    window.sees("Paused")
    window.tab.keyboard.press("Enter")
    window.click("They have gone")
    window.sees("Write the report")
    assert window.problems == []


# What stays ---------------------------------------------------------------------------------------------------


@pytest.mark.target("T22")
def test_no_word_about_anybody_stays_on_the_device(on_the_live_page, departure, client_0417, session, figure):
    window = on_the_live_page
    canaries = {"client_0417": "Canary-Reference", "name": "Canary-Robin", "room": "Canary-Room", "note": "Canary-Note"}
    client_0417.reference, client_0417.preferred_name = canaries["client_0417"], canaries["name"]
    client_0417.save()
    session.room = canaries["room"]
    session.save()
    for path in ("/", f"/departures/{departure.pk}/"):
        window.go(path)
    window.tab.locator("#offer-options > details > summary").click()
    window.tab.locator("#offer-options").get_by_text("Not needed …").click()
    window.tab.locator("#offer-options-note").fill(canaries["note"])
    window.click("Not needed")
    window.sees("Canary-Note")
    offline(window)
    tap_done(window, "stay-calm")
    kept = waiting(window)
    assert {name for tap in kept for name in tap} == {"n", "op_id", "owner", "url", "fields", "at"}
    assert {name for tap in kept for name in tap["fields"]} == {"op_id", "at", "outcome"}
    everything = json.dumps([kept, window.tab.evaluate(ON_THE_DEVICE)])
    assert "Steps without a connection" in everything, "the offline page was looked at as well"
    left = [word for word in (*canaries.values(), departure.therapist.name) if word in everything]
    assert left == []
    figure("T22", len(left))


def test_what_the_server_refuses_is_listed_until_somebody_looked(on_the_live_page, departure):
    window = on_the_live_page
    departures.void(departure, reason="Never happened", by=departure.therapist)
    window.tab.locator("#stay-calm-done").click()
    window.sees("the departure is not there, or not yours.")
    assert waiting(window)[0]["refused"] == 404
    window.inspect()
    window.click("Remove from this list")
    wait_until_sent(window)
    assert not window.tab.locator("#outbox").is_visible()


def test_a_refused_tap_says_what_to_do_wherever_it_is_looked_at(on_the_live_page, departure):
    window = on_the_live_page
    window.tab.route("**/steps/stay-calm/", lambda route: route.fulfill(status=422, body=""))
    window.tab.locator("#stay-calm-done").click()
    window.sees("Stay calm Done: this answer does not fit the step.")
    assert not is_pressed(window, "#stay-calm-done"), "the server does not have it"
    for path in ("/", "/steps/", "/offline/"):
        window.tab.goto(window.address + path)
        window.sees("this answer does not fit the step. Tick it once more.")
        window.inspect()
    window.follow("Open the steps")
    assert window.tab.url.endswith(f"/departures/{departure.pk}/")
    window.click("Remove from this list")
    wait_until_sent(window)


def test_signing_out_says_how_many_wait_and_lets_the_person_choose(on_the_live_page, therapist):
    window = on_the_live_page
    window.tab.route("**/steps/**", lambda route: route.fulfill(status=503, body=""))
    tap_done(window, "stay-calm")
    window.go("/account/sign-out/")
    window.click("Sign out")
    window.sees("1 tick is kept on this device.")
    window.problems.clear()  # the 503s were wanted
    window.inspect()
    window.click("Sign out and keep")
    window.tab.wait_for_url("**/sign-in/")
    assert len(waiting(window)) == 1
    window.tab.unroute_all()
    window.sign_in(therapist)
    wait_until_sent(window)
    assert answers() == [("stay-calm", "done")]


def test_signing_out_empties_the_device(on_the_live_page):
    window = on_the_live_page
    tap_done(window, "stay-calm")
    window.sees("1 of 11")
    sign_out(window)
    assert window.tab.evaluate("async () => [(await caches.keys()).length, localStorage.length]") == [0, 0]
    assert window.tab.evaluate("indexedDB.databases()") == []
    assert window.tab.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0
