"""Notifications in a real browser: switched on by a tap, shown by the worker, switched off again.

The push service of the browser's maker is not asked: the browser is told that it was. What the server would send is
handed to the worker by the browser itself.
"""

import json

import pytest

from followups import push
from followups.models import PushSubscription
from tests.followups.programs import eventually
from tests.followups.push_service import KEY, Device

pytestmark = pytest.mark.journey

SUBSCRIBED = """
(({ endpoint, p256dh, auth }) => {
  const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  let made = null;
  const subscription = {
    endpoint, getKey: (name) => bytes({ p256dh, auth }[name]).buffer,
    unsubscribe: async () => { made = null; sessionStorage.removeItem("made"); },
  };
  PushManager.prototype.getSubscription = async () => (sessionStorage.made ? subscription : null);
  PushManager.prototype.subscribe = async ({ userVisibleOnly, applicationServerKey }) => {
    if (!userVisibleOnly) throw new Error("silent");
    sessionStorage.made = applicationServerKey;
    return subscription;
  };
})"""


@pytest.fixture
def browser(whole_browser):
    return whole_browser


@pytest.fixture
def window(open_window, therapist, settings):
    settings.VAPID_PRIVATE_KEY = KEY
    made = open_window(therapist, keeps_pages=True)
    made.tab.context.grant_permissions(["notifications"], origin=made.address)
    facts = {"endpoint": "https://push.example/one", **Device().keys}
    made.tab.add_init_script(f"{SUBSCRIBED}({json.dumps(facts)})")
    made.go("/account/notifications/")
    return made


def test_a_tap_switches_this_browser_on_and_another_off(window, therapist):
    window.click("Switch on for this browser")
    window.sees("Notifications are on for this browser.")
    window.tab.get_by_text("This browser", exact=True).wait_for(state="visible")
    device = PushSubscription.objects.live().get()
    assert (device.person, device.endpoint) == (therapist, "https://push.example/one")
    assert window.tab.evaluate("sessionStorage.made") == push.public_key()
    assert not window.tab.get_by_role("button", name="Switch on").is_visible()
    window.inspect()
    window.click("Switch off")
    window.sees("Saved.")
    assert not PushSubscription.objects.live().exists()
    assert window.tab.evaluate("sessionStorage.getItem('made')") is None
    assert window.tab.get_by_role("button", name="Switch on").is_visible()


def test_the_worker_shows_what_was_sent(window):
    window.click("Switch on for this browser")
    window.sees("Notifications are on for this browser.")
    wire = window.tab.context.new_cdp_session(window.tab)
    found = []
    wire.on("ServiceWorker.workerRegistrationUpdated", lambda event: found.extend(event["registrations"]))
    wire.send("ServiceWorker.enable")
    window.tab.wait_for_timeout(500)
    [registration] = [each for each in found if each["scopeURL"].endswith("/push/") and not each["isDeleted"]]
    words = {"title": "A follow-up is due", "body": "Open Doorway.", "path": "/follow-ups/", "tag": "t"}
    facts = {"origin": window.address, "registrationId": registration["registrationId"]}
    wire.send("ServiceWorker.deliverPushMessage", facts | {"data": json.dumps(words).ljust(512)})
    shown = eventually(lambda: window.tab.evaluate(SHOWN), what="the notification")
    assert shown == [["A follow-up is due", "Open Doorway.", "t", "/follow-ups/"]]


SHOWN = """async () => {
  const there = await (await navigator.serviceWorker.getRegistration("/push/")).getNotifications();
  return there.map(({ title, body, tag, data }) => [title, body, tag, data]);
}"""


def test_a_browser_that_is_not_allowed_to_is_told_how(window):
    window.tab.evaluate("Notification.requestPermission = async () => 'denied'")
    window.click("Switch on for this browser")
    window.sees("The browser does not allow it.")
    assert not PushSubscription.objects.exists()
