"""Policies: to read, to try out, to write the next one, and to adopt it. No clinical row is shown here."""

from functools import partial, wraps

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import allow, posted
from accounts.models import Role, User
from followups import clock, dry_run, ladders, picture, policies
from followups.models import FollowUpPolicy, PolicyEscalation, PolicyOverlay, PolicyTask, Situation
from followups.policy_forms import DryRunForm, RowForm, StepForm
from sessions_app.models import ResponseLevel

KINDS = {"task": PolicyTask, "overlay": PolicyOverlay, "step": PolicyEscalation}


def may_read(user):
    return user.is_clinical_lead or user.has_role(Role.ADMIN, Role.SUPERVISOR)


def for_readers(view):
    """Admins, supervisors, and whoever adopts policies."""

    @allow()
    @wraps(view)
    def door(request, *args, **kwargs):
        if not may_read(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return door


@require_safe
@for_readers
def policy_list(request):
    found = list(FollowUpPolicy.objects.select_related("adopted_by").order_by("-number"))
    now = clock.now()
    holding = [each for each in found if each.is_adopted and each.since <= now]
    in_force = max(holding, key=lambda each: (each.since, each.number), default=None)
    context = {"policies": found, "in_force": in_force, "now": now}
    return render(request, "followups/policies.html", context)


@require_safe
@for_readers
def policy(request, policy_number):
    """One policy: what each level asks for, what situations change, who is told, and where each time comes from."""
    found = get_object_or_404(FollowUpPolicy.objects.with_rows(), number=policy_number)
    context = {
        "policy": found,
        "levels": [(level, of_level(found, level), ladders.ladder(found, level)) for level in ResponseLevel],
        "situations": by_situation(found),
        **what_may_be_done(found, request.user),
        "leads": User.objects.filter(is_clinical_lead=True, is_active=True).order_by("name"),
    }
    return render(request, "followups/policy.html", context)


def what_may_be_done(found, user):
    is_waiting = bool(found.sent_at) and not found.is_adopted
    is_planned = found.is_adopted and found.since > clock.now()
    is_draft = not found.is_adopted and not found.sent_at
    return {
        "may_edit": user.is_admin and is_draft,
        "may_send": user.is_admin and is_draft,
        "may_adopt": user.is_clinical_lead and not found.is_adopted,
        "may_give_back": is_waiting and (user.is_admin or user.is_clinical_lead),
        "may_withdraw": is_planned and (user.is_admin or user.is_clinical_lead),
        "is_waiting": is_waiting,
        "is_planned": is_planned,
    }


def of_level(found, level):
    return [each for each in found.tasks.all() if each.response_level == level]


def by_situation(found):
    rows = list(found.overlays.all())
    grouped = [(each, [row for row in rows if row.situation == each]) for each in Situation]
    return [(situation, found) for situation, found in grouped if found]


@require_safe
@for_readers
def what_when(request, policy_number):
    """The dry run of a policy: what would happen when, for a level, a situation, a place and a moment."""
    found = get_object_or_404(FollowUpPolicy.objects.with_rows(), number=policy_number)
    form = DryRunForm(request.GET or None, reader=request.user)
    context = {"policy": found, "form": form}
    if form.is_valid():
        asked = form.asked()
        entries = dry_run.timeline(found, asked.pop("level"), asked.pop("present"), **asked)
        zones = {"zone": asked["site"].zone, "client_zone": asked["client_zone"]}
        context |= {"entries": entries, "picture": picture.draw(entries, since=asked["at"]), **asked, **zones}
    return render(request, "followups/dry_run.html", context, status=422 if form.errors else 200)


@require_POST
@allow(Role.ADMIN)
def draft(request):
    """Begin the next version, or go on with the one that was begun."""
    return redirect("policy", policies.draft(by=request.user).number)


@require_POST
@for_readers
def adopt(request, policy_number):
    found = get_object_or_404(FollowUpPolicy, number=policy_number)
    try:
        policies.adopt(found, by=request.user)
    except policies.NotAClinicalLead as error:
        raise PermissionDenied from error
    except policies.PolicyIsIncomplete as problem:
        names = ", ".join(str(level.label) for level in problem.levels)
        messages.warning(request, _("Not adopted: no task at %(levels)s. Each level needs one.") % {"levels": names})
    else:
        messages.success(request, _("Adopted. Plans made from now on follow it."))
    return redirect("policy", policy_number)


@require_http_methods(["GET", "POST"])
@allow(Role.ADMIN)
def change_row(request, kind, row_id):
    """Another time, owner, channel, script or source for a row of a draft."""
    row = row_or_404(kind, row_id)
    form = RowForm.of(row, posted(request))
    if request.method == "POST" and form.is_valid():
        deed = partial(policies.change, row, by=request.user, **form.cleaned_data)
        return done(request, row.policy, deed, at=f"{kind}-{row_id}")
    context = {"form": form, "policy": row.policy, "row": row, "kind": kind}
    return render(request, "followups/policy_row.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@allow(Role.ADMIN)
def add_task(request, policy_number, level):
    if level not in ResponseLevel.values:
        raise Http404
    found = get_object_or_404(FollowUpPolicy, number=policy_number)
    form = RowForm(posted(request), initial={"unit": "1440"})
    if request.method == "POST" and form.is_valid():
        deed = partial(policies.add_task, found, level=level, by=request.user, **form.cleaned_data)
        return done(request, found, deed, at=level)
    context = {"form": form, "policy": found, "level": ResponseLevel(level)}
    return render(request, "followups/policy_row.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@allow(Role.ADMIN)
def add_step(request, policy_number, level):
    """One more to be told at a level when nobody answers."""
    if level not in ResponseLevel.values:
        raise Http404
    found = get_object_or_404(FollowUpPolicy, number=policy_number)
    new = PolicyEscalation(policy=found, after_minutes=60, **policies.next_step(found, level))
    form = StepForm(posted(request), step=new)
    if request.method == "POST" and form.is_valid():
        deed = partial(policies.add_step, found, level=level, by=request.user, **form.cleaned_data)
        return done(request, found, deed, at=level)
    context = {"form": form, "policy": found, "level": ResponseLevel(level), "is_step": True}
    return render(request, "followups/policy_row.html", context, status=422 if form.errors else 200)


@require_POST
@allow(Role.ADMIN)
def remove_row(request, kind, row_id):
    row = row_or_404(kind, row_id)
    at = getattr(row, "situation", "") or row.response_level
    return done(request, row.policy, partial(policies.remove, row, by=request.user), at=at)


def row_or_404(kind, row_id):
    if kind not in KINDS:
        raise Http404
    return get_object_or_404(KINDS[kind].objects.select_related("policy"), pk=row_id)


def done(request, found, deed, *, at):
    """Carry out the deed, and go back to its place in the policy.

    One that came after somebody adopted the policy says so and changes nothing.
    """
    try:
        deed()
    except policies.PolicyStands:
        messages.warning(request, _("This policy stands and does not change any more. Write the next version."))
    except policies.LastStep:
        messages.warning(request, _("Not removed: then nobody would be told when nobody answers."))
    else:
        messages.success(request, _("Saved."))
    return redirect(f"{reverse('policy', args=[found.number])}#{at}")
