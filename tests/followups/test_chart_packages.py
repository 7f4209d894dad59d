"""The client's whole chart as one file: asked for with a reason, fetched once, and nothing in it but the chart."""

import hashlib
import io
import json
import zipfile
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from followups import chart_packages, client_copies
from followups.models import ChartPackage
from sessions_app import private_notes
from tests.conftest import PASSWORD
from tests.followups.test_chart import APART, IN_IT
from tests.refusals import is_refused


@pytest.fixture
def copy(told, therapist):
    asked = {"asked_by": "client", "asked_how": "phone", "asked_on": timezone.localdate()}
    return client_copies.ask(told.client, by=therapist, **asked)


def opened(content):
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def test_it_holds_the_chart_for_people_and_machines_and_nothing_else(copy, told, therapist):
    private_notes.write(told, text="mine alone", by=therapist)
    files = opened(chart_packages.fetch(chart_packages.ask(copy, why="access", by=therapist), by=therapist))
    assert set(files) == {"fhir/departure-1.json", "text/departure-1.txt", "contents.json"}
    assert json.loads(files["fhir/departure-1.json"])["resourceType"] == "Bundle"
    sums = json.loads(files["contents.json"])["files"]
    assert sums == {name: hashlib.sha256(files[name]).hexdigest() for name in sums}
    text = " ".join(files["text/departure-1.txt"].decode().split())
    assert [word for word in IN_IT if word not in text] == []
    rare = [word for word in [*APART, "mine alone"] if word not in ("review", "Review", "supervisor", "compartment")]
    everything = b" ".join(files.values()).decode()
    assert [word for word in rare if word in everything] == []


def test_it_is_fetched_once_by_who_asked_within_a_day(copy, therapist, supervisor):
    made = chart_packages.ask(copy, why="access", by=therapist)
    with pytest.raises(chart_packages.CannotBeFetched):
        chart_packages.fetch(made, by=supervisor)
    chart_packages.fetch(made, by=therapist)
    with pytest.raises(chart_packages.CannotBeFetched):
        chart_packages.fetch(made, by=therapist)
    late = chart_packages.ask(copy, why="access", by=therapist)
    with time_machine.travel(timezone.now() + timedelta(hours=25)), pytest.raises(chart_packages.CannotBeFetched):
        chart_packages.fetch(late, by=therapist)
    assert is_refused("UPDATE followups_chartpackage SET fetched_at = NULL, sha256 = '' WHERE id = %s", made.pk)
    entry = AuditEntry.objects.get(action="package_fetched")
    assert entry.facts["hash"] == ChartPackage.objects.get(pk=made.pk).sha256


def test_who_it_is_is_asked_again_first(copy, therapist, signed_in, asked_each_time):
    browser, address = signed_in(therapist), reverse("ask-for-package", args=[copy.pk])
    asked = browser.post(address, {"why": "legal"})
    assert asked.url.startswith(reverse("account_reauthenticate"))
    assert not ChartPackage.objects.exists()
    assert browser.post(asked.url, {"password": PASSWORD}).url == reverse("client-copy", args=[copy.pk])
    made = ChartPackage.objects.get()
    assert made.why == "legal"
    assert AuditEntry.objects.get(action="package_asked_for").facts["why"] == "legal"
    page = browser.get(reverse("client-copy", args=[copy.pk])).content.decode()
    assert "Fetch the file" in page
    fetched = browser.post(reverse("fetch-package", args=[made.pk]))
    assert fetched["Content-Type"] == "application/zip"
    assert "0417" not in fetched["Content-Disposition"]
    assert browser.post(reverse("fetch-package", args=[made.pk])).status_code == 302, "once"


def test_nobody_else_has_it(copy, therapist, supervisor, stranger, signed_in):
    made = chart_packages.ask(copy, why="access", by=therapist)
    for person in (supervisor, stranger):
        assert signed_in(person).post(reverse("fetch-package", args=[made.pk])).status_code == 404
    assert signed_in(stranger).post(reverse("ask-for-package", args=[copy.pk]), {"why": "access"}).status_code == 404
