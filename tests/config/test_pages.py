"""Pages that belong to no room: health, the demo's mail, every kind of error; and the headers of all of them."""

import json
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.mail import EmailMessage, get_connection
from django.db import OperationalError, connection
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from followups import health, reminders
from followups.models import Heartbeat, Reminder
from resources.models import ContactPoint
from sessions_app import levels
from sessions_app.models import ResponseLevel
from tests.conftest import PASSWORD

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
POLICY = {"default-src 'none'", "script-src 'self'", "style-src 'self'", "base-uri 'none'", "frame-ancestors 'none'"}


@pytest.fixture
def calm_browser():
    """A browser that is shown the error page where others would see the error raised."""
    return Browser(raise_request_exception=False)


def words(answer):
    return answer.content.decode()


@pytest.fixture
def overdue(departure, therapist):
    """A reminder nobody has swept yet, of a level that was set twenty minutes ago."""
    at = timezone.now() - timedelta(minutes=20)
    levels.set_level(departure, level=ResponseLevel.IMMEDIATE, op_id=uuid.uuid4(), at=at, by=therapist)
    return Reminder.objects.earliest("due_at")


# Health -------------------------------------------------------------------------------------------------------


def test_healthz_needs_no_database(client):
    answer = client.get(reverse("healthz"))
    assert (answer.status_code, words(answer)) == (200, "ok")


def test_ready_once_a_clock_has_swept(client, overdue):
    before = client.get(reverse("readyz"))
    assert (before.status_code, before.json()["is_ready"]) == (503, False)
    assert before.json()["oldest_overdue_reminder_seconds"] > 0
    reminders.sweep(clock_name="sweeper")
    after = client.get(reverse("readyz"))
    assert (after.status_code, after.json()["is_ready"]) == (200, True)
    assert after.json()["oldest_overdue_reminder_seconds"] == 0


def test_not_ready_when_the_last_sweep_is_long_ago(client, db):
    Heartbeat.objects.create(clock="beat", beat_at=timezone.now() - timedelta(seconds=health.STALE_AFTER + 1))
    assert client.get(reverse("readyz")).status_code == 503


def test_not_ready_without_a_database(client, db):
    def away(*_):
        raise OperationalError("the connection was refused")

    with connection.execute_wrapper(away):
        answer = client.get(reverse("readyz"))
    assert (answer.status_code, answer.json()) == (503, {"is_ready": False})


def test_readiness_names_nobody_and_nothing(client, overdue, therapist, client_0417):
    reminders.sweep(clock_name="sweeper")
    report = client.get(reverse("readyz")).json()
    ages = {f"{each}_seconds" for each in ("sweep_age", "audit_age", "canary_age", "oldest_overdue_reminder")}
    assert set(report) == {"is_ready", "failed_deliveries", *ages}
    for secret in (client_0417.reference, therapist.name, therapist.email, str(overdue.pk), str(overdue.follow_up_id)):
        assert f'"{secret}"' not in json.dumps(report)


# The demo's mail ----------------------------------------------------------------------------------------------


@pytest.fixture
def demo(settings, tmp_path):
    settings.DEMO, settings.MAIL_DIR = True, tmp_path / "mail"
    settings.MAIL_DIR.mkdir()
    return settings


def send(folder, *subjects, body="Something is due."):
    """As the demo does: mails of one connection share a file."""
    post = get_connection("django.core.mail.backends.filebased.EmailBackend", file_path=folder)
    mails = [EmailMessage(subject, body, to=["ana@doorway.example"], connection=post) for subject in subjects]
    post.send_messages(mails)


@pytest.fixture
def demo_mail(signed_in, therapist):
    return lambda: signed_in(therapist).get(reverse("demo-mail"))


def test_the_demo_shows_the_mail_it_sent_newest_first(demo, demo_mail):
    assert "Nothing yet." in words(demo_mail())
    send(demo.MAIL_DIR, "The first", "The second", body="A follow-up is due, señor. <b>Now</b>")
    shown = words(demo_mail())
    assert shown.index("The second") < shown.index("The first")
    assert "ana@doorway.example" in shown
    assert "señor. &lt;b&gt;Now&lt;/b&gt;" in shown


def test_the_demo_shows_no_other_file(demo, demo_mail, tmp_path):
    send(tmp_path / "elsewhere", "Of another folder")
    (demo.MAIL_DIR / "notes.txt").write_text("Subject: No mail\n\nNo mail")
    assert "Nothing yet." in words(demo_mail())


def test_only_a_demo_shows_mail(demo, demo_mail):
    send(demo.MAIL_DIR, "A mail")
    demo.DEMO = False
    answer = demo_mail()
    assert answer.status_code == 404
    assert "A mail" not in words(answer)


def test_every_page_of_a_demo_says_so(demo, client, db):
    assert "nobody here is real" in words(client.get(reverse("account_login")))
    demo.DEMO = False
    assert "nobody here is real" not in words(client.get(reverse("account_login")))


# Errors -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/x%00", "/resources/?q=%00", "/resources/?%00=1", "/%ED%A0%80\x00"])
def test_an_address_that_cannot_be_read(client, address):
    answer = client.get(address)
    assert answer.status_code == 400
    assert "This could not be read" in words(answer)


def test_a_host_that_is_not_ours(client):
    answer = client.get("/", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert "evil.example" not in words(answer)


def test_a_form_that_is_too_large(client, db, settings):
    answer = client.post(reverse("account_login"), {"login": "x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 100_000)})
    assert answer.status_code == 413
    assert "too large" in words(answer)


def test_a_page_of_another_role(signed_in, admin):
    answer = signed_in(admin).get(reverse("review-queue"))
    assert answer.status_code == 403
    assert "This page is not for your role" in words(answer)


def test_a_page_that_does_not_exist(signed_in, therapist):
    answer = signed_in(therapist).get("/nowhere/")
    assert answer.status_code == 404
    assert "it is not yours to see" in words(answer)


def test_a_form_that_was_open_too_long(therapist):
    strict = Browser(enforce_csrf_checks=True)
    answer = strict.post(reverse("account_login"), {"login": therapist.email, "password": PASSWORD})
    assert answer.status_code == 403
    assert "This page was open too long" in words(answer)
    assert "_auth_user_id" not in strict.session


def test_an_error_of_ours_is_a_page_without_a_database(calm_browser):
    """No `db` here: whoever asks the database meets an error, and so would the error page."""
    answer = calm_browser.get(reverse("readyz"))
    assert answer.status_code == 500
    assert "It is our fault, not yours." in words(answer)
    assert "RuntimeError" not in words(answer)


@pytest.mark.parametrize("status", [400, 403, 404, 500])
def test_an_error_page_runs_nothing_and_leads_back(status):
    from django.template.loader import render_to_string

    html = render_to_string(f"{status}.html")
    assert '<a class="button filled" href="/">' in html
    assert "<script" not in html


# What is installed --------------------------------------------------------------------------------------------


def test_a_device_can_install_it_under_a_name_that_tells_nothing(client):
    answer = client.get(reverse("manifest"))
    assert answer["Content-Type"] == "application/manifest+json"
    assert "max-age" in answer["Cache-Control"]
    told = answer.json()
    assert (told["name"], told["start_url"], told["display"], told["lang"]) == ("Doorway", "/", "standalone", "en-gb")
    assert {(icon["sizes"], icon["purpose"]) for icon in told["icons"]} == {
        ("192x192", "any"),
        ("512x512", "any"),
        ("512x512", "maskable"),
    }
    for icon in told["icons"]:
        picture = Path(finders.find(icon["src"].removeprefix("/static/"))).read_bytes()
        width, height = (int.from_bytes(picture[at : at + 4]) for at in (16, 20))  # of a PNG's first chunk
        assert (picture[:4], f"{width}x{height}") == (b"\x89PNG", icon["sizes"])


def test_the_manifest_speaks_the_language_of_the_person(client):
    assert client.get(reverse("manifest"), headers={"Accept-Language": "es"}).json()["lang"] == "es"


def test_only_the_page_of_the_person_offers_to_install(signed_in, therapist):
    inside = signed_in(therapist)
    assert "Install Doorway on this device" in words(inside.get(reverse("me")))
    assert "Install" not in words(inside.get(reverse("now")))


def test_a_page_names_its_pictures_and_asks_for_none_of_them(signed_in, therapist):
    page = words(signed_in(therapist).get(reverse("me")))
    assert '<link rel="manifest" href="/manifest.webmanifest"' in page
    assert '<link rel="apple-touch-icon" href="/static/icons/180.png">' in page
    assert page.count(".png") == 1


# Headers ------------------------------------------------------------------------------------------------------


@pytest.fixture
def answers(signed_in, therapist, departure, calm_browser, monkeypatch):
    """One answer of every kind."""
    inside, where = signed_in(therapist), reverse("departure", args=[departure.pk])
    monkeypatch.setattr(health, "report", lambda: 1 / 0)
    return {
        "page": inside.get(where),
        "fragment": inside.get(where, headers={"HX-Request": "true"}),
        "download of nothing": inside.get(reverse("healthz")),
        "redirect": inside.post(reverse("account_logout")),
        "to sign-in": Browser().get(where),
        "fragment to sign-in": Browser().get(where, headers={"HX-Request": "true"}),
        "sign-in": Browser().get(reverse("account_login")),
        "unreadable": Browser().get("/%00"),
        "wrong host": Browser().get("/", headers={"Host": "evil.example"}),
        "not found": Browser().get("/nowhere/"),
        "wrong method": signed_in(therapist).put(where),
        "too old": Browser(enforce_csrf_checks=True).post(reverse("account_login")),
        "broken": calm_browser.get(reverse("readyz")),
    }


def test_every_kind_of_answer_has_the_same_headers(answers):
    for kind, answer in answers.items():
        assert {name: answer.get(name) for name in HEADERS} == HEADERS, kind
        assert set(answer["Content-Security-Policy"].split("; ")) >= POLICY, kind
        assert "unsafe" not in answer["Content-Security-Policy"], kind


def test_nothing_a_signed_in_person_saw_is_kept(signed_in, therapist, departure):
    inside = signed_in(therapist)
    where = reverse("departure", args=[departure.pk])
    kinds = {
        200: inside.get(where),
        302: inside.post(reverse("gone", args=[departure.pk])),
        403: inside.get(reverse("review-queue")),
        404: inside.get("/nowhere/"),
        405: inside.put(where),
    }
    assert {status: answer.status_code for status, answer in kinds.items()} == {status: status for status in kinds}
    for status, answer in kinds.items():
        assert "no-store" in answer["Cache-Control"], status


def test_the_page_for_a_dead_spot_has_the_numbers_of_the_country(client, starter):
    html = client.get(reverse("offline"), {"country": "GB"}).content.decode()
    assert 'href="tel:999"' in html
    assert 'href="tel:116123"' in html
    assert "988" not in html


@pytest.mark.parametrize("country", ["", "QQ", "gb'", "\x00"])
def test_without_a_country_it_has_no_numbers_that_may_be_wrong(client, starter, country):
    answer = client.get(reverse("offline"), {"country": country})
    assert "tel:" not in answer.content.decode()


def test_a_device_fetches_the_page_anew_when_a_number_changes(signed_in, therapist, starter):
    browser = signed_in(therapist)
    before = browser.get(reverse("service-worker")).content
    assert browser.get(reverse("service-worker")).content == before
    ContactPoint.objects.filter(resource__slug="us-988-lifeline", kind="voice").update(display="989", dial="989")
    assert browser.get(reverse("service-worker")).content != before
