"""Follow-ups: what is late, due and coming; keeping, moving and dropping a promise."""

import uuid
from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import audit
from accounts.access import allow, posted
from accounts.models import Role
from accounts.supervision import answers_for
from followups import contact_attempts, contact_permissions, follow_ups, no_contact
from followups.forms import ChangeForm, ContactForm, DropForm, MoveForm
from followups.models import Delivery, FollowUp
from sessions_app.models import DepartureEvent
from sessions_app.no_contact import wish_of

MOST = 50  # of each list; more than that is a caseload, not a page


@require_safe
@allow(Role.THERAPIST, Role.SUPERVISOR)
def follow_ups_page(request):
    """One's own promises in three lists; a supervisor sees the team's late ones below."""
    audit.record_view(request.user, by=request.user, page="follow-ups")
    context = in_time(own_open(request.user))
    if request.user.is_supervisor:
        team = FollowUp.objects.visible_to(request.user).late(timezone.now()).exclude(owner=request.user)
        context["team_late"] = with_permissions(team)[:MOST]
    return render(request, "followups/follow_ups.html", context)


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
    return FollowUp.objects.visible_to(user).owned_by(user).open().for_list()


def with_permissions(queryset):
    return queryset.for_list().prefetch_related("departure__client__contact_permissions")


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
@allow(Role.THERAPIST, Role.SUPERVISOR)
def plan(request, departure_id):
    """Who gets back to the client, when and how; a panel of the live page, and a page of its own."""
    return plan_page(request, departure_id, page="plan")


@require_safe
@allow(Role.THERAPIST, Role.SUPERVISOR)
def attempts(request, departure_id):
    """The same with every attempt, for the supervisor's page."""
    return plan_page(request, departure_id, page="attempts")


def plan_page(request, departure_id, *, page):
    departure = get_object_or_404(DepartureEvent.objects.visible_to(request.user).for_page(), pk=departure_id)
    audit.record_view(departure, by=request.user, page=page)
    context = {
        "departure": departure,
        "plan": departure.plans.filter(superseded_at=None).select_related("policy__adopted_by").first(),
        "follow_ups": departure.follow_ups.exclude(state=FollowUp.State.REPLACED)
        .for_list()
        .prefetch_related("changes"),
        "attempts": departure.contact_attempts.select_related("by"),
        "wish": wish_of(departure),
        "may_change": request.user == departure.therapist or request.user.is_supervisor,
        "now": timezone.now(),
    }
    template = "followups/plan.html#panel" if request.htmx else "followups/plan.html"
    return render(request, template, context)


@require_POST
@allow(Role.THERAPIST, Role.SUPERVISOR)
def respect_no_contact(request, departure_id):
    """The client asked for no contact at all: a person says so, nothing does it by itself."""
    return about_contact(request, departure_id, no_contact.respect)


@require_POST
@allow(Role.THERAPIST, Role.SUPERVISOR)
def allow_contact(request, departure_id):
    return about_contact(request, departure_id, no_contact.allow_again)


def about_contact(request, departure_id, verb):
    departure = get_object_or_404(DepartureEvent.objects.visible_to(request.user).standing(), pk=departure_id)
    verb(departure, by=request.user)
    messages.success(request, _("Saved."))
    return redirect(f"{reverse('departure', args=[departure_id])}#plan")


@require_http_methods(["GET", "POST"])
@allow(Role.THERAPIST, Role.SUPERVISOR)
def record_contact(request, pk):
    """Write down that somebody tried to reach the client."""
    follow_up = visible(request, pk)
    permissions = permissions_of(follow_up)
    forbidden, shared = contact_permissions.forbidden(follow_up, permissions)
    initial = {"op_id": uuid.uuid4(), "channel": follow_up.channel or "phone"}
    form = ContactForm(posted(request), forbidden=forbidden, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data | {"op_id": form.cleaned_data["op_id"] or uuid.uuid4()}
        try:
            attempt = contact_attempts.record(follow_up, by=request.user, **data)
        except contact_attempts.OperationBelongsElsewhere:
            return HttpResponse(_("This form was already used. Open it again."), status=409)
        return after_attempt(request, follow_up, attempt)
    return page(request, "followups/contact.html", form, follow_up, permissions=permissions, warning=shared)


def after_attempt(request, follow_up, attempt):
    """Reached: done. Not reached: propose when to try again."""
    messages.success(request, _("Saved."))
    follow_up.refresh_from_db(fields=["state"])
    return redirect("move-follow-up", follow_up.pk) if follow_up.is_open else redirect("follow-ups")


@require_POST
@allow(Role.THERAPIST, Role.SUPERVISOR)
def complete(request, pk):
    """A task among staff is done; one that contacts the client is closed by recording the contact."""
    follow_up = visible(request, pk)
    if follow_up.channel:
        return redirect("record-contact", pk)
    return done(request, lambda: follow_ups.complete(follow_up, by=request.user))


@require_http_methods(["GET", "POST"])
@allow(Role.THERAPIST, Role.SUPERVISOR)
def move(request, pk):
    follow_up = visible(request, pk)
    form = MoveForm(posted(request), initial=proposal(follow_up))
    if request.method == "POST" and form.is_valid():
        return done(request, lambda: follow_ups.move(follow_up, by=request.user, **form.cleaned_data))
    return page(request, "followups/move.html", form, follow_up)


def proposal(follow_up):
    """Tomorrow at the same hour for what was tried today, else at nine; with the reason if there was an attempt."""
    last = follow_up.attempts.last()
    tomorrow = timezone.localtime().replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return {"to": tomorrow, "reason": last.get_result_display() if last else ""}


@require_http_methods(["GET", "POST"])
@allow(Role.THERAPIST, Role.SUPERVISOR)
def drop(request, pk):
    follow_up = visible(request, pk)
    form = DropForm(posted(request))
    if request.method == "POST" and form.is_valid():
        return done(request, lambda: follow_ups.drop(follow_up, by=request.user, **form.cleaned_data))
    return page(request, "followups/drop.html", form, follow_up)


@require_http_methods(["GET", "POST"])
@allow(Role.THERAPIST, Role.SUPERVISOR)
def change(request, pk):
    follow_up = visible(request, pk)
    initial = {"owner": follow_up.owner_id, "channel": follow_up.channel}
    form = ChangeForm(posted(request), follow_up=follow_up, initial=initial)
    if request.method == "POST" and form.is_valid():
        return done(request, lambda: follow_ups.change(follow_up, by=request.user, **form.cleaned_data))
    return page(request, "followups/change.html", form, follow_up)


def visible(request, pk):
    """A follow-up this person may see, or 404."""
    return get_object_or_404(FollowUp.objects.visible_to(request.user).for_list(), pk=pk)


def permissions_of(follow_up):
    client = follow_up.departure.client
    return list(client.contact_permissions.all()) if client else []


def done(request, deed):
    """Carry out the deed; one that came too late says so and changes nothing."""
    try:
        deed()
    except follow_ups.FollowUpIsClosed:
        messages.warning(request, _("It was closed in the meantime. Nothing was changed."))
    else:
        messages.success(request, _("Saved."))
    return redirect("follow-ups")


def page(request, template, form, follow_up, **more):
    audit.record_view(follow_up, by=request.user, page=template)
    context = {"form": form, "follow_up": follow_up, "now": timezone.now(), **more}
    return render(request, template, context, status=422 if form.errors else 200)


@require_safe
@allow(Role.SUPERVISOR)
def failed_deliveries(request):
    """Reminders that could not be sent to this supervisor, or to somebody they answer for."""
    failed = Delivery.objects.filter(state=Delivery.State.FAILED, recipient__in=answers_for(request.user)) | (
        Delivery.objects.filter(state=Delivery.State.FAILED, recipient=request.user)
    )
    newest = failed.select_related("recipient").order_by("-finished_at")[:MOST]
    template = "followups/failed_deliveries.html#list" if request.htmx else "followups/failed_deliveries.html"
    return render(request, template, {"failed": newest})
