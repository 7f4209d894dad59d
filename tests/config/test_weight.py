"""What a page weighs on the wire: what `collectstatic` leaves behind is what production serves."""

import gzip
import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse

from tests.followups.push_service import KEY

KB = 1024
FIRST_LOAD = 60 * KB


def names_of(kind):
    """Own files of a kind: those in no folder; other people's come in one."""
    return [path.name for path in sorted(Path(settings.BASE_DIR, "static").glob(f"*.{kind}"))]


#: Scripts of one page each, which nobody meets on the way to a client; and where they are asked for.
ELSEWHERE = {"push.js": "notifications", "passkeys.js": "account_login", "kept.js": "account_logout"}


@pytest.fixture
def weight_of(collected):
    names = json.loads((collected / "staticfiles.json").read_text())["paths"]

    def weight(name):
        small = collected / f"{names[name]}.gz"
        return (small if small.exists() else collected / names[name]).stat().st_size

    return weight


@pytest.fixture
def service_worker(client, db):
    """Rendered by a view, so it is not among the files; weighed all the same."""
    return client.get(reverse("service-worker")).content


@pytest.mark.target("T18")
def test_own_script_is_light(weight_of, service_worker, figure):
    everywhere = set(names_of("js")) - set(ELSEWHERE)
    weights = {name: weight_of(name) for name in everywhere} | {"sw.js": len(gzip.compress(service_worker, 9))}
    print(weights)
    figure("T18 script", sum(weights.values()) / KB)


def test_the_script_for_notifications_is_small_and_asked_for_on_its_page_only(
    weight_of, client, signed_in, therapist, departure, settings
):
    worker = gzip.compress(client.get(reverse("push-worker")).content, 9)
    assert weight_of("push.js") + len(worker) <= 1.5 * KB
    settings.VAPID_PRIVATE_KEY = KEY
    browser = signed_in(therapist)
    for name in ("now", "follow-ups", "me", "resources"):
        assert b"push.js" not in browser.get(reverse(name)).content
    assert b"push.js" not in browser.get(reverse("departure", args=[departure.pk])).content
    assert b"push.js" in browser.get(reverse("notifications")).content


def test_the_script_for_passkeys_is_small_and_asked_for_where_one_is_used(weight_of, client, signed_in, therapist):
    assert weight_of("passkeys.js") <= 1.5 * KB
    assert weight_of("kept.js") <= KB
    assert b'src="/static/passkeys.js"' not in signed_in(therapist).get(reverse("now")).content
    for address in ("account_login", "mfa_add_webauthn"):
        browser = client if address == "account_login" else signed_in(therapist)
        assert b'src="/static/passkeys.js"' in browser.get(reverse(address)).content


@pytest.mark.target("T18")
def test_own_style_is_light(weight_of, figure):
    weights = {name: weight_of(name) for name in names_of("css")}
    print(weights)
    figure("T18 style", sum(weights.values()) / KB)


def test_a_first_load_is_light(weight_of, signed_in, therapist, departure, starter):
    """The live page, the heaviest, and all that it asks for: by name, so that nothing is forgotten."""
    page = signed_in(therapist).get(reverse("departure", args=[departure.pk])).content
    asked = set(re.findall(r'(?:<script src|<img src|rel="stylesheet" href)="/static/([^"]+)"', page.decode()))
    weights = {"the page": len(gzip.compress(page, 6))} | {name: weight_of(name) for name in asked}
    assert sum(weights.values()) <= FIRST_LOAD, weights
    assert len(weights) <= 6


def test_what_is_served_is_made_from_what_is_read(collected):
    """Names that other files or pages rely on survive: of elements, of attributes, of what is kept on the device."""
    source, served = Path(settings.BASE_DIR, "static", "app.js").read_text(), (collected / "app.js").read_text()
    assert len(served) < len(source)
    words = re.findall(r'"[\w-]+"', re.sub(r"//.*", "", source))
    assert [word for word in words if word.strip('"') not in served] == []
