"""The chart of one departure on paper: to print, as a PDF to file, and as text to copy."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import audit
from accounts.access import allow
from accounts.budgets import within_budget
from accounts.models import Role
from followups import chart, chart_text, pango, paper_pages, paper_style, papers
from followups.models import FiledPaper
from sessions_app.emergency_doors import opens_in_emergency
from sessions_app.models import DepartureEvent


@require_safe
@allow(Role.THERAPIST, Role.SUPERVISOR)
def papers_page(request, departure_id):
    """What there is of a departure on paper, and how to get it."""
    departure, said = charted(request, departure_id, page="" if request.htmx else "papers")
    filed = FiledPaper.objects.visible_to(request.user).filter(departure=departure_id).for_page()
    context = {"departure": departure, "chart": said, "can_be_made": pango.is_there(), **listed(filed, said.mark)}
    template = "followups/papers.html#filed" if request.htmx else "followups/papers.html"
    return render(request, template, context)


def listed(filed, mark):
    """The papers of a page, and whether the newest says all that the chart says now."""
    rows = list(filed)
    newest = next((each for each in rows if each.is_made), None)
    return {
        "filed": rows,
        "newest": newest,
        "is_stale": bool(newest and newest.mark != mark),
        "is_waiting": any(each.is_waiting for each in rows),
    }


@require_POST
@allow(Role.THERAPIST, Role.SUPERVISOR)
@within_budget("export")
def make_paper(request, departure_id):
    """Have it filed. A second request while one is being made adds nothing."""
    rows = DepartureEvent.objects.visible_to(request.user).select_related("report")
    departure = get_object_or_404(rows, pk=departure_id)
    if not pango.is_there():
        messages.warning(request, _("PDFs cannot be made here. Print the page instead."))
        return redirect("papers", departure_id)
    try:
        papers.ask_for(departure, by=request.user)
    except papers.NotSigned:
        messages.warning(request, _("There is no signed report yet."))
    return redirect("papers", departure_id)


@require_safe
@allow(Role.THERAPIST, Role.SUPERVISOR)
@opens_in_emergency(DepartureEvent, key="departure_id", client="client")
def chart_page(request, departure_id):
    """The page to print, or to save as a PDF from the browser."""
    departure, said = charted(request, departure_id, page="chart")
    context = {"departure": departure, **paper_pages.sheet(said, by=request.user, at=timezone.now())}
    return render(request, "followups/chart.html", context)


@require_safe
@allow(Role.THERAPIST, Role.SUPERVISOR)
@opens_in_emergency(DepartureEvent, key="departure_id", client="client")
def chart_style(request, departure_id):
    """Head and foot of the printed page. Not a view of the record: it comes with one."""
    rows = DepartureEvent.objects.visible_to(request.user)
    said = chart.of(get_object_or_404(chart.with_chart(rows), pk=departure_id))
    facts = {"country": said.country, "by": request.user, "at": timezone.now(), "zone": said.zone}
    return style_answer(paper_style.sheet_of([said], **facts))


def style_answer(sheet):
    return HttpResponse(sheet, content_type="text/css; charset=utf-8")


@require_safe
@allow(Role.THERAPIST, Role.SUPERVISOR)
def chart_as_text(request, departure_id):
    """The text to copy into the health record; `?plain` is the text alone, where one key selects all of it."""
    departure, said = charted(request, departure_id, page="chart-text")
    text = chart_text.of(said, by=request.user)
    if "plain" in request.GET:
        return HttpResponse(text, content_type="text/plain; charset=utf-8")
    return render(request, "followups/chart_text.html", {"departure": departure, "text": text})


@require_safe
@allow(Role.THERAPIST, Role.SUPERVISOR)
@within_budget("export")
def paper_file(request, paper_id):
    """The filed PDF. 404 while there is none, and for anybody else's."""
    paper = get_object_or_404(FiledPaper.objects.visible_to(request.user), pk=paper_id)
    if not paper.is_made:
        raise Http404
    response = HttpResponse(papers.open_file(paper, by=request.user), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{paper.file_name}"'
    return response


def charted(request, departure_id, *, page):
    """The departure and its chart, for who may see it; that it was seen is in the trail. What asks by itself whether a
    paper is there yet shows no word of it, and names no page.
    """
    rows = DepartureEvent.objects.visible_to(request.user)
    departure = get_object_or_404(chart.with_chart(rows), pk=departure_id)
    if page:
        audit.record_view(departure, by=request.user, page=page)
    return departure, chart.of(departure)
