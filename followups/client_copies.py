"""The client's own copy: who asked for it, what is in it, and that it was given. Chart only, of this client only.

It is asked for by a person, made for a person, and given by a person; nothing is sent.
"""

import hashlib
from dataclasses import dataclass

from django.db import transaction

from accounts import audit
from followups import chart, paper_words
from followups.letters import may_be_found_at_home
from followups.models import CopyGiven, CopyRequest
from followups.paper_parts import parts_of
from sessions_app.models import DepartureEvent


@dataclass(frozen=True)
class Copy:
    """The whole chart of one client, oldest departure first. `by` is who may be asked about it."""

    request: CopyRequest
    by: object
    charts: tuple
    names_what_is_unsafe_at_home: bool

    @property
    def client(self):
        return self.request.client

    meanings = paper_words.MEANINGS

    @property
    def with_parts(self):
        """Each chart with its parts, and what each part is in plain words."""
        return [
            (each, [(part, paper_words.LEADS.get(part.name, "")) for part in parts_of(each)]) for each in self.charts
        ]

    @property
    def mark(self):
        return hashlib.sha256(" ".join(each.mark for each in self.charts).encode()).hexdigest()


@transaction.atomic
def ask(client, *, asked_by, asked_how, asked_on, by):
    """Write down that a copy was asked for. Returns the request."""
    facts = {"asked_by": asked_by, "asked_how": asked_how, "asked_on": asked_on}
    request = CopyRequest.objects.create(client=client, by=by, **facts)
    audit.record("copy_asked_for", client, by=by, request=request.pk)
    return request


@transaction.atomic
def give(request, *, how, given_on, by, paper=None):
    """Write down that the copy was handed over; `paper` is the filed PDF that it was, none for a printed page."""
    given = CopyGiven.objects.create(request=request, paper=paper, how=how, given_on=given_on, by=by)
    audit.record("copy_given", request, by=by, how=how, paper=paper.pk if paper else None)
    return given


def of(request, *, by):
    """The copy as it is now: every departure of the client that `by` may see; the request is one that `by` may see.

    What was taken back as a mistake is not about the client. A real client has no exercises, and whoever was made up
    for one has nothing else: the database keeps them apart.
    """
    rows = DepartureEvent.objects.visible_to(by).standing().filter(client=request.client_id)
    found = list(chart.with_chart(rows.order_by("began_at", "pk")))
    given = [each for departure in found for each in departure.given_resources.all()]
    is_unsafe = any(not may_be_found_at_home(each) for each in given)
    return Copy(request, by, tuple(chart.of(each) for each in found), is_unsafe)
