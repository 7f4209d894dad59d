"""Devices that take notifications: switched on and off by their person, and gone when the push service says so."""

from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from accounts import audit
from followups import clock
from followups.models import PushSubscription
from resources import public_addresses

NAMES_OF_THE_HOUSE = {"local", "internal", "localhost", "lan", "home", "corp", "intranet"}
MOST_DEVICES = 5  # of one person; a talk with each of them fits into one lease (followups.push)


@transaction.atomic
def subscribe(*, endpoint, p256dh, auth, by):
    """From now on this device takes what `by` is told. Returns the subscription; saying it twice is one.

    A device that somebody else had switched on is theirs no longer. Beyond MOST_DEVICES the oldest is let go.
    """
    device = PushSubscription.objects.live().select_for_update().filter(endpoint=endpoint).first()
    if device and (device.person_id, device.p256dh, device.auth) == (by.pk, p256dh, auth):
        return device
    if device:
        let_go(device)
    device = PushSubscription.objects.create(person=by, endpoint=endpoint, p256dh=p256dh, auth=auth)
    for old in PushSubscription.objects.live().filter(person=by)[MOST_DEVICES:]:
        let_go(old)
    audit.record("device_added", device, by=by)
    return device


@transaction.atomic
def unsubscribe(device, *, by):
    """Nothing more goes to this device."""
    let_go(device)
    audit.record("device_removed", device, by=by)


def let_go(device):
    PushSubscription.objects.live().filter(pk=device.pk).update(gone_at=clock.now())


def taken(device):
    """The push service took a message for it."""
    PushSubscription.objects.filter(pk=device.pk).update(last_ok_at=clock.now())


def devices_of(person):
    """The devices on which `person` is told, MOST_DEVICES at most. None without a key to sign with."""
    live = PushSubscription.objects.live().filter(person=person)
    return live if settings.VAPID_PRIVATE_KEY else live.none()


def is_endpoint(address):
    """Whether a push service could be at this address: https, its usual port, no name or password, not in the house.

    Where the name leads is looked at again at each send, before connecting (followups.push).
    """
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    if settings.PUSH_TO_OWN_NETWORK:
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    if parts.scheme != "https" or port not in (None, 443) or parts.username is not None or not parts.hostname:
        return False
    host = parts.hostname.rstrip(".")
    last = host.rpartition(".")[2]
    if ":" in host or last.isdigit() or last.startswith("0x"):  # an IP address, in any of the ways to write one
        return public_addresses.is_public(host)
    return "." in host and last not in NAMES_OF_THE_HOUSE
