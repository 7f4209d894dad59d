"""The signed report as documents: the chart as text, and the PDF that was filed of it while that says the same."""

from dataclasses import dataclass
from datetime import datetime

from followups import chart, chart_text
from sessions_app.models import DepartureEvent


@dataclass(frozen=True)
class Document:
    """What is handed on as it is: bytes, their type, and when they were written (aware)."""

    content_type: str
    data: bytes
    made_at: datetime
    language: str = "en"


def documents_of(record, *, pdf=None):
    """The documents of what was gathered, each a whole of its own: none while there is no signed report.

    `pdf` is the filed PDF as a Document (see `filed_pdf`). The text leaves attempts out where nobody asked for them.
    """
    if record.report is None:
        return []
    found = chart.with_chart(DepartureEvent.objects.all()).get(pk=record.departure.pk)
    said = chart.of(found, has_attempts=record.asked.has_attempts)
    made_at = max([said.signed_at, *(each.at for each in said.additions)])
    text = Document("text/plain; charset=utf-8", chart_text.of(said).encode(), made_at)
    return [pdf, text] if pdf else [text]


def filed_pdf(departure, *, asked):
    """The newest filed paper, if it still says what the chart says; or None.

    A PDF holds the whole chart. It goes along only where attempts were asked for, and the report still stands.
    """
    if departure.is_voided or not asked.has_attempts:
        return None
    newest = departure.papers.filter(state="made").order_by("-requested_at", "-pk").first()
    if newest is None:
        return None
    said = chart.of(chart.with_chart(DepartureEvent.objects.all()).get(pk=departure.pk))
    return newest if newest.mark == said.mark and said.is_signed else None
