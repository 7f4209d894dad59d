"""The whole page of a paper, for the press: the same sheet that the browser prints, without the rest of a screen."""

from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import override

from followups import chart, client_copies, paper_style
from followups.models import CopyRequest
from followups.paper_parts import parts_of
from sessions_app.models import DepartureEvent


@dataclass(frozen=True)
class Page:
    html: str
    sheets: list
    mark: str


def of(paper):
    """The page of a paper as it is now, or None where whoever asked for it may not see the record any more."""
    with override(paper.language):
        return of_copy(paper) if paper.copy_id else of_departure(paper)


def of_departure(paper):
    rows = DepartureEvent.objects.visible_to(paper.requested_by).filter(pk=paper.departure_id)
    found = chart.with_chart(rows).first()
    if found is None:
        return None
    said, now = chart.of(found), timezone.now()
    style = paper_style.sheet_of([said], country=said.country, by=paper.requested_by, at=now, zone=said.zone)
    return page("followups/paper.html", sheet(said, by=paper.requested_by, at=now), style, mark=said.mark)


def of_copy(paper):
    request = (
        CopyRequest.objects.visible_to(paper.requested_by).select_related("client").filter(pk=paper.copy_id).first()
    )
    if request is None:
        return None
    found = client_copies.of(request, by=paper.requested_by)
    now, site = timezone.now(), paper.requested_by.site
    about = {"country": site.country, "zone": site.zone, "is_copy": True}
    style = paper_style.sheet_of(found.charts, by=paper.requested_by, at=now, **about)
    context = {"copy": found, "printed_at": now, "printed_by": paper.requested_by, "zone": site.zone}
    return page("followups/paper_of_copy.html", context, style, mark=found.mark)


def sheet(said, *, by, at):
    """What the sheet of one chart shows, on paper and on the screen."""
    parts = [(part, "") for part in parts_of(said)]
    return {"chart": said, "parts": parts, "printed_at": at, "printed_by": by}


def page(template, context, style, *, mark):
    return Page(render_to_string(template, context), [paper_style.common(), style], mark)
