"""The whole chart of one client as one file: for people to read, and for another record system to take in.

Chart only: no review, no private note, nothing of anybody else. It is asked for with a reason by somebody who has just
proved who they are, fetched once by the same person within a day, and made when it is fetched: no copy of it stays.
"""

import hashlib
import io
import json
import zipfile
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts import audit
from followups import chart, chart_text, client_copies, papers
from followups.fhir import bundles
from followups.fhir.record import Asked, Version, for_exchange
from followups.models import ChartPackage, FiledPaper
from sessions_app.models import DepartureEvent

LASTS = timedelta(hours=24)


class CannotBeFetched(Exception):
    """It was fetched before, its day is over, or somebody else asked for it."""


@transaction.atomic
def ask(copy, *, why, by):
    """Have the chart put together for a request that `by` may see. Returns the ChartPackage, good for a day."""
    made = ChartPackage.objects.create(request=copy, why=why, asked_by=by, expires_at=timezone.now() + LASTS)
    audit.record("package_asked_for", copy.client, by=by, package=made.pk, why=why)
    return made


@transaction.atomic
def fetch(package, *, by):
    """The file as bytes. Raises CannotBeFetched; the lock lets only one of two requests at once have it."""
    found = ChartPackage.objects.select_for_update(of=["self"]).select_related("request__client").get(pk=package.pk)
    now = timezone.now()
    if found.fetched_at or found.expires_at < now or found.asked_by_id != by.pk:
        raise CannotBeFetched
    content = pack(found.request, by=by, at=now)
    found.fetched_at, found.sha256 = now, hashlib.sha256(content).hexdigest()
    found.save(update_fields=["fetched_at", "sha256"])
    audit.record("package_fetched", found.request.client, by=by, package=found.pk, hash=found.sha256)
    return content


def pack(copy, *, by, at):
    """A zip with the departures as FHIR and as text, the newest PDF that was filed, and a list with check sums."""
    files = dict(files_of(copy, by=by, at=at))
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    said = {"format": "doorway-chart-1", "made_at": at.isoformat(), "files": sums}
    files["contents.json"] = json.dumps(said, indent=1).encode()
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return written.getvalue()


def files_of(copy, *, by, at):
    """Each (name, bytes); names say nothing about anybody."""
    rows = DepartureEvent.objects.visible_to(by).standing().filter(client=copy.client_id).order_by("began_at", "pk")
    asked = Asked(Version.R4, has_attempts=True, has_name=True)
    for number, departure in enumerate(for_exchange(rows), start=1):
        yield f"fhir/departure-{number}.json", bundles.as_bytes(bundles.bundle(departure, asked=asked))
    for number, departure in enumerate(chart.with_chart(rows), start=1):
        yield f"text/departure-{number}.txt", chart_text.of(chart.of(departure), by=by, at=at).encode()
    paper = newest_paper(copy, by=by)
    if paper:
        yield "chart.pdf", papers.open_file(paper, by=by)


def newest_paper(copy, *, by):
    """The newest PDF of the request, if it says what the chart says now."""
    made = FiledPaper.objects.visible_to(by).filter(copy=copy, state=FiledPaper.State.MADE).order_by("-pk").first()
    return made if made and made.mark == client_copies.of(copy, by=by).mark else None
