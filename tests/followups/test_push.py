"""Notifications on devices, through a real push service on this machine, read with the device's own keys."""

import json
import socket
import time
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from py_vapid import Vapid02, b64urldecode

from followups import channels, deliveries, escalations, invariants, push, reminders, subscriptions
from followups.models import Delivery, DeliveryEnd, PushSubscription
from followups.models.deliveries import DeliveryChannel
from followups.post import Post
from sessions_app.models import ResponseLevel
from tests.followups.push_service import SLAM, Device, device_of

State, Result = Delivery.State, DeliveryEnd.Result


@pytest.fixture
def phone(switch_on, therapist):
    return switch_on(therapist)


@pytest.fixture
def pushed(phone, one_due):
    """The message to the phone, made by the sweep, not yet sent; the mail beside it is left out."""
    reminders.sweep(clock_name="test")
    Delivery.objects.filter(channel=DeliveryChannel.EMAIL).update(state=State.STOPPED, finished_at=timezone.now())
    return Delivery.objects.get(channel=DeliveryChannel.PUSH)


def send_again():
    Delivery.objects.filter(state=State.PENDING).update(next_at=timezone.now() - timedelta(seconds=1))
    return deliveries.drain()


def now_as_stored(delivery):
    delivery.refresh_from_db()
    return delivery.state, delivery.last_problem


def test_a_device_is_told_beside_the_mail_in_fixed_words(mail_server, push_service, phone, one_due):
    reminders.sweep(clock_name="test")
    assert deliveries.drain() == 2
    [request] = push_service.taken
    message = phone.read(request.body)
    assert (message["title"], message["body"]) == ("A follow-up is due", "Open Doorway.")
    assert message["path"] == "/follow-ups/"
    assert [mail["Subject"] for mail in mail_server.accepted] == ["A follow-up is due"]
    assert PushSubscription.objects.get().last_ok_at


def test_only_the_device_can_read_it_and_every_message_has_one_length(push_service, phone, pushed):
    deliveries.drain()
    [request] = push_service.taken
    assert b"follow-up" not in request.raw.lower()
    assert request.headers["Content-Encoding"] == "aes128gcm"
    assert len(phone.unwrap(request.body)) == push.PAYLOAD_BYTES
    with pytest.raises(Exception, match=r"Decryption|decrypt|Invalid|tag"):
        Device().read(request.body)


def test_the_service_knows_who_sends_how_long_it_waits_and_nothing_else(push_service, pushed, settings):
    deliveries.drain()
    headers = push_service.taken[0].headers
    assert (headers["TTL"], headers["Urgency"]) == ("3600", "high")
    assert len(headers["Topic"]) <= 32
    assert str(pushed.pk) not in headers["Topic"]
    assert Vapid02.verify(headers["Authorization"])
    claims = json.loads(b64urldecode(headers["Authorization"].split("t=")[1].split(".")[1].encode()))
    assert claims["aud"] == f"http://127.0.0.1:{push_service.server_port}"
    assert claims["sub"] == settings.VAPID_SUBJECT
    assert 0 < claims["exp"] - time.time() <= 24 * 3600
    sent = {"Host", "Accept-Encoding", "Content-Length", "Content-Encoding", "Content-Type"}
    assert set(headers) == sent | {"TTL", "Urgency", "Topic", "Authorization"}


def test_what_is_routine_may_wait_and_wakes_nobody(push_service, phone, set_level):
    set_level(ResponseLevel.NONE_IDENTIFIED, ago=timedelta(days=30))
    reminders.sweep(clock_name="test")
    deliveries.drain()
    assert {(each.headers["TTL"], each.headers["Urgency"]) for each in push_service.taken} == {("43200", "normal")}


@pytest.mark.parametrize("status", [404, 410])
def test_a_device_that_is_gone_is_asked_no_more_and_alarms_nobody(push_service, pushed, status):
    push_service.will_answer("phone", status, status)
    deliveries.drain()
    assert PushSubscription.objects.get().gone_at
    assert channels.of(pushed.recipient) == [DeliveryChannel.EMAIL]
    send_again()
    assert now_as_stored(pushed)[0] == State.STOPPED
    assert len(push_service.taken) == 1


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_a_service_that_is_busy_is_asked_again(push_service, phone, pushed, status):
    push_service.will_answer("phone", status)
    deliveries.drain()
    assert now_as_stored(pushed) == (State.PENDING, f"The push service answered {status}")
    assert send_again() == 1
    first, second = push_service.taken
    assert phone.read(first.body) == phone.read(second.body)


def test_a_refusal_for_good_is_seen(push_service, pushed):
    push_service.will_answer("phone", 400)
    deliveries.drain()
    assert now_as_stored(pushed) == (State.FAILED, "The push service answered 400")


def test_an_answer_that_was_lost_makes_a_marked_repeat_with_the_same_tag_and_topic(push_service, phone, pushed):
    push_service.will_answer("phone", SLAM)
    deliveries.drain()
    assert now_as_stored(pushed)[0] == State.PENDING
    assert send_again() == 1
    first, second = push_service.taken
    assert first.headers["Topic"] == second.headers["Topic"]
    assert phone.read(first.body)["tag"] == phone.read(second.body)["tag"]
    assert "before" not in phone.read(first.body)["body"]
    assert "You may have had this message before." in phone.read(second.body)["body"]


def test_a_service_that_is_down_is_asked_again(push_service, pushed):
    PushSubscription.objects.update(endpoint="http://127.0.0.1:1/closed")
    deliveries.drain()
    assert now_as_stored(pushed) == (State.PENDING, "No connection to the push service: ConnectionRefusedError")


def test_a_notification_refused_beside_a_mail_that_arrived_alarms_nobody(
    push_service, mail_server, phone, one_due, supervisor
):
    push_service.will_answer("phone", 400)
    reminders.sweep(clock_name="test")
    assert deliveries.drain() == 1
    assert [mail["To"] for mail in mail_server.accepted] == [one_due.recipient.email]
    assert not Delivery.objects.filter(kind=Delivery.Kind.NOT_SENT).exists()
    assert invariants.untold(Delivery.objects.all(), since=timezone.now() - timedelta(days=1)) == set()


@pytest.mark.parametrize("first", list(DeliveryChannel))
def test_when_the_mail_is_refused_as_well_somebody_else_is_told_once(
    push_service, mail_server, phone, one_due, supervisor, first
):
    push_service.will_answer("phone", 400)
    mail_server.refused[one_due.recipient.email] = "550 No such mailbox"
    reminders.sweep(clock_name="test")
    Delivery.objects.exclude(channel=first).update(next_at=timezone.now() + timedelta(hours=1))
    deliveries.drain()
    send_again()
    assert [mail["To"] for mail in mail_server.accepted] == [supervisor.email]
    assert invariants.untold(Delivery.objects.all(), since=timezone.now() - timedelta(days=1)) == set()


def test_a_redirect_is_not_followed(push_service, pushed):
    push_service.will_answer("phone", 307)
    deliveries.drain()
    assert now_as_stored(pushed)[0] == State.FAILED


def test_one_of_two_devices_is_enough(push_service, switch_on, therapist, pushed):
    laptop = switch_on(therapist, "laptop")
    push_service.will_answer("phone", 503)
    assert deliveries.drain() == 1
    assert now_as_stored(pushed)[0] == State.SENT
    [request] = [each for each in push_service.taken if each.path == "/laptop"]
    assert laptop.read(request.body)["title"] == "A follow-up is due"


def test_a_device_switched_off_while_the_message_waits_gets_nothing(push_service, pushed, therapist):
    subscriptions.unsubscribe(PushSubscription.objects.get(), by=therapist)
    assert deliveries.drain() == 0
    assert push_service.taken == []
    assert now_as_stored(pushed)[0] == State.STOPPED


def test_acknowledging_stops_what_waits_on_every_channel(push_service, pushed, therapist):
    escalations.acknowledge(pushed.reminder.follow_up, by=therapist)
    assert deliveries.drain() == 0
    assert push_service.taken == []


# Inside the house ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "http://push.example/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://10.0.0.7/x",
        "https://169.254.169.254/latest/meta-data",
        "https://[::ffff:10.0.0.7]/x",
        "https://[64:ff9b::a00:7]/x",
        "https://localhost/x",
        "https://2130706433/x",
        "https://0x7f.1/x",
        "https://0177.0.0.1/x",
        "https://127.1/x",
        "https://[::]/x",
        "https://[fe80::1]/x",
        "https://[2002:7f00:1::]/x",
        "https://metadata.internal./x",
        "https://printer.local/x",
        "https://push.example:5432/x",
        "https://me:secret@push.example/x",
        "https:///x",
        "ftp://push.example/x",
        "https://push.example:port/x",
    ],
)
def test_an_address_inside_the_house_is_no_push_service(settings, address):
    settings.PUSH_TO_OWN_NETWORK = False
    assert not subscriptions.is_endpoint(address)
    assert subscriptions.is_endpoint("https://push.example/x?y=1")


def test_a_name_that_leads_into_the_house_is_told_nothing(push_service, pushed, settings):
    settings.PUSH_TO_OWN_NETWORK = False
    PushSubscription.objects.update(endpoint=push_service.address("phone").replace("127.0.0.1", "localhost"))
    deliveries.drain()
    assert now_as_stored(pushed) == (State.PENDING, "No connection to the push service: OutOfBounds")
    assert push_service.taken == []


def test_the_answer_that_was_looked_at_is_where_it_goes(push_service, pushed, settings, monkeypatch):
    """Else a name could be of the internet when it is looked at, and of the house a moment later."""
    settings.PUSH_TO_OWN_NETWORK = False
    asked, real = [], socket.create_connection
    PushSubscription.objects.update(endpoint="https://push.example/x")
    monkeypatch.setattr("resources.public_addresses.resolve", lambda *_, **__: ["8.8.8.8", "10.0.0.7"])
    deliveries.drain()
    assert now_as_stored(pushed)[1] == "No connection to the push service: OutOfBounds"
    monkeypatch.setattr("resources.public_addresses.resolve", lambda *_, **__: ["8.8.8.8"])
    monkeypatch.setattr(
        "socket.create_connection", lambda where, *_, **__: asked.append(where) or real(("127.0.0.1", 1))
    )
    send_again()
    assert asked == [("8.8.8.8", 443)], "connecting asks for no name"


# Switching on and off ------------------------------------------------------------------------------------------


@pytest.fixture
def browser(signed_in, therapist, push_service):
    return signed_in(therapist)


def test_a_browser_is_switched_on_and_off(browser, therapist, push_service):
    facts = {"endpoint": push_service.address("one"), **Device().keys}
    for _twice in range(2):
        assert browser.post(reverse("add-device"), facts).status_code == 302
    device = PushSubscription.objects.live().get()
    assert f'data-mark="{device.mark}"' in browser.get(reverse("notifications")).content.decode()
    assert facts["endpoint"] not in browser.get(reverse("notifications")).content.decode()
    browser.post(reverse("remove-device", args=[device.pk]))
    assert channels.of(therapist) == [DeliveryChannel.EMAIL]


@pytest.mark.parametrize("wrong", [{"endpoint": "gopher://x/"}, {"p256dh": "BAAA"}, {"auth": "c2hvcnQ"}, {"auth": "ü"}])
def test_what_no_browser_says_is_refused(browser, push_service, wrong):
    facts = {"endpoint": push_service.address("one"), **Device().keys, **wrong}
    assert browser.post(reverse("add-device"), facts).status_code == 400
    assert not PushSubscription.objects.exists()


def test_a_shared_device_belongs_to_whoever_switched_it_on_last(therapist, supervisor, push_service):
    address = push_service.address("tablet")
    device_of(therapist, endpoint=address)
    device_of(supervisor, endpoint=address)
    assert channels.of(therapist) == [DeliveryChannel.EMAIL]
    assert channels.of(supervisor) == [DeliveryChannel.EMAIL, DeliveryChannel.PUSH]


def test_the_oldest_device_is_let_go_beyond_the_limit(therapist, push_service):
    made = [device_of(therapist, endpoint=push_service.address(str(n))) for n in range(subscriptions.MOST_DEVICES + 1)]
    assert {each.pk for each in subscriptions.devices_of(therapist)} == {each.pk for each in made[1:]}


def test_without_a_key_nothing_is_offered(signed_in, therapist, settings):
    settings.VAPID_PRIVATE_KEY = ""
    device_of(therapist)
    assert channels.of(therapist) == [DeliveryChannel.EMAIL]
    page = signed_in(therapist).get(reverse("notifications")).content.decode()
    assert "They are not set up here" in page
    assert "push.js" not in page


def test_a_key_can_be_made_and_signs(capsys, settings):
    call_command("create_vapid_key")
    name, _, key = capsys.readouterr().out.strip().partition("=")
    assert name == "VAPID_PRIVATE_KEY"
    settings.VAPID_PRIVATE_KEY = key
    assert len(b64urldecode(push.public_key().encode())) == 65


def test_post_goes_the_way_of_its_channel(push_service, pushed):
    with Post() as post:
        assert post.send(pushed).result == Result.SENT
    assert len(push_service.taken) == 1
