"""Trends: to look at, to print and to take along. Organisation and sites; never a person, a team or a caseload."""

from functools import wraps

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts import audit
from accounts.access import allow
from accounts.budgets import within_budget
from accounts.models import Role
from followups.models import TrendRelease
from followups.trends import files, pictures, releases, sentences, shown
from followups.trends_forms import TrendsForm, name_of, words_for


def for_those_who_learn(view):
    """Supervisors, and therapists who are clinical leads as well. Admins see no figure."""

    @allow(Role.SUPERVISOR, Role.THERAPIST)
    @wraps(view)
    def door(request, *args, **kwargs):
        if not (request.user.is_supervisor or request.user.is_clinical_lead):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return door


def asked(request):
    """The form as it was sent, and what was let out so far, the newest first."""
    let_out = list(TrendRelease.objects.defer("counts").order_by("-quarter"))
    return TrendsForm(request.GET or None, quarters=[each.quarter for each in let_out]), let_out


@require_safe
@for_those_who_learn
def trends(request):
    """Every figure with its sentence, its picture and its table."""
    return page(request, "followups/trends.html", name="trends")


@require_safe
@for_those_who_learn
def trends_on_paper(request):
    """The same for a board: every table open, and how the numbers came about."""
    return page(request, "followups/trends_on_paper.html", name="trends-on-paper")


def page(request, template, *, name):
    audit.record_view(request.user, by=request.user, page=name)
    form, let_out = asked(request)
    context = {"form": form, **state_of(let_out)}
    is_wrong = form.is_bound and not form.is_valid()
    if not is_wrong and (period := form.period()):
        context |= figures_of(period)
    return render(request, template, context, status=422 if is_wrong else 200)


def figures_of(period):
    bars, steps = shown.of(period)
    return {
        "period": period,
        "query": query_of(period),
        "figures": [(each, pictures.draw(each)) for each in bars],
        "steps": steps,
        "steps_picture": pictures.draw_steps(steps),
        "steps_title": sentences.of_steps(steps),
        "outcomes": [label for _value, label in steps[0].figure.values] if steps else [],
    }


def query_of(period):
    site = f"site={period.site.pk}&" if period.site else ""
    return f"{site}since={name_of(period.first)}&until={name_of(releases.quarter_of(period.last))}"


def state_of(let_out):
    """How fresh the figures are: the newest quarter, when it was let out, and when the next one comes."""
    if not let_out:
        return {}
    following = releases.quarter_after(let_out[0].quarter)
    due = releases.released_from(following)
    return {
        "smallest": let_out[0].smallest,
        "newest": words_for(let_out[0].quarter),
        "released_at": let_out[0].released_at,
        "next": words_for(following),
        "next_on": due,
        "is_late": due < timezone.localdate(),
    }


@require_safe
@for_those_who_learn
@within_budget("export")
def trends_file(request):
    """The same numbers as CSV."""
    form, _let_out = asked(request)
    period = form.period() if not form.is_bound or form.is_valid() else None
    if period is None:
        return HttpResponse(status=422 if form.errors else 204)
    audit.record_view(request.user, by=request.user, page="trends-file")
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="trends-{period.first:%Y-%m}-{period.last:%Y-%m}.csv"'
    files.write(answer, period, *shown.of(period))
    return answer
