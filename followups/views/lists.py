"""What is late, due and coming; and what could not be sent."""

from datetime import timedelta

from django.db.models import Q
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts import audit
from accounts.access import allow
from accounts.models import Role
from accounts.supervision import answers_for
from followups import absences
from followups.models import Delivery, FollowUp

MOST = 50  # of each list; more than that is a caseload, not a page


@require_safe
@allow(Role.THERAPIST, Role.SUPERVISOR)
def follow_ups_page(request):
    """One's own promises in three lists; a supervisor sees the team's late ones below."""
    audit.record_view(request.user, by=request.user, page="follow-ups")
    context = in_time(own_open(request.user)) | {"left": absences.left_to(request.user)}
    if request.user.is_supervisor:
        team = FollowUp.objects.visible_to(request.user).late(timezone.now()).exclude(owner=request.user)
        context["team_late"] = with_permissions(team)[:MOST]
    template = "followups/follow_ups.html#in_time" if request.htmx.target == "in-time" else "followups/follow_ups.html"
    return render(request, template, context)


@require_safe
@allow(Role.THERAPIST, Role.SUPERVISOR)
def due(request):
    """For the Now page: how much is due today or late, and the first three."""
    if not request.htmx:
        return redirect("follow-ups")
    today = list(own_open(request.user).filter(due_at__lt=end_of_today())[: MOST + 1])
    audit.record_view(request.user, by=request.user, page="follow-ups-due")
    context = {"first": today[:3], "count": len(today), "now": timezone.now()}
    return render(request, "followups/follow_ups.html#due", context)


def own_open(user):
    return FollowUp.objects.visible_to(user).in_use().owned_by(user).open().for_list()


def with_permissions(queryset):
    rows = queryset.for_list().with_answers(timezone.now()).select_related("plan")
    return rows.prefetch_related("departure__client__contact_permissions")


def end_of_today():
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


def in_time(queryset):
    """The three lists of the page, in one query."""
    now, midnight = timezone.now(), end_of_today()
    rows = list(with_permissions(queryset)[: MOST + 1])
    return {
        "late": [each for each in rows if each.due_at < now],
        "today": [each for each in rows if now <= each.due_at < midnight],
        "coming": [each for each in rows if each.due_at >= midnight][:MOST],
        "has_more": len(rows) > MOST,
        "now": now,
    }


@require_safe
@allow(Role.SUPERVISOR)
def failed_deliveries(request):
    """What could not be sent to this supervisor, or to somebody they answer for; and at their site, that nobody
    could be told of it either.
    """
    theirs = Q(recipient__in=answers_for(request.user)) | Q(recipient=request.user)
    theirs |= Q(kind=Delivery.Kind.NOT_SENT, recipient__team__site=request.user.site)
    failed = Delivery.objects.filter(theirs, state=Delivery.State.FAILED)
    newest = failed.select_related("recipient").order_by("-finished_at")[:MOST]
    template = "followups/failed_deliveries.html#list" if request.htmx else "followups/failed_deliveries.html"
    return render(request, template, {"failed": newest})
