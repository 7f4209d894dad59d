"""What a departure needs that is about to be answered, written up or reviewed."""

import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from sessions_app import reports
from sessions_app.models import TherapySession

HTMX = {"HX-Request": "true"}


@pytest.fixture
def browser(signed_in, therapist):
    return signed_in(therapist)


@pytest.fixture
def tap(browser, departure):
    """Answer a step as its button does: `tap("stay-calm")`, `tap("follow-up", outcome="partly")`."""

    def answer(slug, *, outcome="done", headers=None, **facts):
        data = {"outcome": outcome, "op_id": str(uuid.uuid4()), **facts}
        return browser.post(reverse("record-step", args=[departure.pk, slug]), data, headers=headers)

    return answer


@pytest.fixture
def set_level(browser, departure):
    """Say how fast we must act, as the buttons of step 2 do: `set_level("immediate")`."""

    def answer(level, *, headers=None, **facts):
        data = {"level": level, "op_id": str(uuid.uuid4()), **facts}
        return browser.post(reverse("set-level", args=[departure.pk]), data, headers=headers)

    return answer


@pytest.fixture
def live(browser, departure):
    """The live page as it is now."""

    def look():
        return browser.get(reverse("departure", args=[departure.pk])).content.decode()

    return look


@pytest.fixture
def session_of(therapist):
    """Another session of the therapist: `session_of(client_0417, starts_at=...)`."""

    def make(*clients, **facts):
        facts = {"starts_at": timezone.now(), **facts}
        made = TherapySession.objects.create(therapist=therapist, site=therapist.site, **facts)
        made.clients.set(clients)
        return made

    return make


@pytest.fixture
def signed(departure, therapist):
    """The departure's report, signed: it waits for the supervisor."""
    report = reports.draft_for(departure, by=therapist)
    reports.save_draft(report, by=therapist, account="They stood up and left.", main_reason="overwhelmed")
    return reports.sign(report, by=therapist)
