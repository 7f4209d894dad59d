"""Admins: teams, who works in them and who covers them. Nothing clinical is on these pages."""

from django.contrib import messages
from django.db.models import Count, Q
from django.db.models.functions import Lower
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import audit, teams
from accounts.access import allow, posted
from accounts.dated import NotEntered
from accounts.forms_of_dated import NewTeamForm, TeamNameForm
from accounts.models import Role, Team


@require_safe
@allow(Role.ADMIN)
def teams_page(request):
    """Every team: the open ones first, each with how many work in it."""
    audit.record_view(request.user, by=request.user, page="teams")
    working = Count("members", filter=Q(members__is_active=True))
    rows = Team.objects.select_related("site").annotate(working=working)
    ordered = rows.order_by("closed_at", "site__name", Lower("name"))
    context = {"open": [each for each in ordered if not each.closed_at]}
    context["closed"] = [each for each in ordered if each.closed_at]
    return render(request, "accounts/teams.html", context)


@require_http_methods(["GET", "POST"])
@allow(Role.ADMIN)
def add_team(request):
    form = NewTeamForm(posted(request), initial={"site": request.user.team.site_id})
    if request.method == "POST" and form.is_valid() and is_done(form, teams.add, by=request.user):
        messages.success(request, _("Saved."))
        return redirect("teams")
    return render(request, "accounts/add_team.html", {"form": form}, status=422 if form.errors else 200)


def is_done(form, verb, *subject, by):
    try:
        verb(*subject, by=by, **form.cleaned_data)
    except NotEntered as problem:
        form.add_error(problem.field if problem.field in form.fields else None, str(problem))
        return False
    return True


@require_safe
@allow(Role.ADMIN)
def team(request, team_id):
    """Who works in it, who covers it now or will, and who did."""
    return team_page(request, found(team_id))


def found(team_id):
    return get_object_or_404(Team.objects.select_related("site"), pk=team_id)


def team_page(request, row, *, problem=""):
    context = {
        "team": row,
        "members": row.members.filter(is_active=True).order_by(Lower("name")),
        "covers": row.covers.select_related("supervisor").now_and_then(),
        "problem": problem,
    }
    return render(request, "accounts/team.html", context, status=422 if problem else 200)


@require_http_methods(["GET", "POST"])
@allow(Role.ADMIN)
def rename_team(request, team_id):
    row = found(team_id)
    form = TeamNameForm(posted(request), row=row)
    if request.method == "POST" and form.is_valid() and is_done(form, teams.rename, row, by=request.user):
        messages.success(request, _("Saved."))
        return redirect("team", row.pk)
    return render(request, "accounts/rename_team.html", {"form": form, "team": row}, status=422 if form.errors else 200)


@require_POST
@allow(Role.ADMIN)
def close_team(request, team_id):
    """Close an empty team; one that is not says who is in it."""
    row = found(team_id)
    try:
        teams.close(row, by=request.user)
    except NotEntered as problem:
        return team_page(request, row, problem=str(problem))
    messages.success(request, _("Closed. Nobody is offered this team any more."))
    return redirect("teams")
