"""The plan of one departure, and whether it may contact the client at all."""

from django.contrib import messages
from django.db.models import Prefetch
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import audit
from accounts.access import allow
from accounts.models import Role
from followups import client_zones, dry_run, no_contact, picture, relations, unreached
from followups.models import FollowUp, Reminder
from sessions_app import emergency_doors
from sessions_app.emergency_doors import opens_in_emergency
from sessions_app.models import DepartureEvent
from sessions_app.no_contact import wish_of

WAITING = Prefetch("reminders", Reminder.objects.waiting(), to_attr="waiting")


@require_safe
@allow(Role.THERAPIST, Role.SUPERVISOR)
@opens_in_emergency(DepartureEvent, key="departure_id", client="client")
def plan(request, departure_id):
    """Who gets back to the client, when and how; a panel of the live page, and a page of its own."""
    return plan_page(request, departure_id, page="plan")


@require_safe
@allow(Role.THERAPIST, Role.SUPERVISOR)
@opens_in_emergency(DepartureEvent, key="departure_id", client="client")
def attempts(request, departure_id):
    """The same with every attempt, for the supervisor's page."""
    return plan_page(request, departure_id, page="attempts")


def plan_page(request, departure_id, *, page):
    rows = relations.with_standing(DepartureEvent.objects.visible_to(request.user).for_page())
    departure = get_object_or_404(rows, pk=departure_id)
    audit.record_view(departure, by=request.user, page=page)
    attempts = list(departure.contact_attempts.select_related("by"))
    context = {
        "departure": departure,
        "plan": departure.plans.filter(superseded_at=None).select_related("policy__adopted_by").first(),
        "follow_ups": departure.follow_ups.exclude(state=FollowUp.State.REPLACED)
        .for_list()
        .with_answers(timezone.now())
        .prefetch_related("changes"),
        "attempts": attempts,
        "stands": relations.words_of(departure.stands),
        "wish": wish_of(departure),
        "client_zone": client_zones.zone_of(departure, timezone.now()),
        "may_change": may_change(request, departure),
        "now": timezone.now(),
        **unreached.standing(departure, attempts=attempts),
    }
    template = "followups/plan.html#panel" if request.htmx else "followups/plan.html"
    return render(request, template, context)


def may_change(request, departure):
    """Who helps in an emergency writes down whom they called; what was promised stays as it is."""
    if emergency_doors.of(request):
        return False
    return request.user == departure.therapist or request.user.is_supervisor


@require_safe
@allow(Role.THERAPIST, Role.SUPERVISOR)
@opens_in_emergency(DepartureEvent, key="departure_id", client="client")
def what_when(request, departure_id):
    """What will happen when, from the rows of a real plan: open tasks, reminders and who is told after them."""
    departure = get_object_or_404(DepartureEvent.objects.visible_to(request.user).for_page(), pk=departure_id)
    audit.record_view(departure, by=request.user, page="what-when")
    plan = departure.plans.filter(superseded_at=None).select_related("policy").first()
    now = timezone.now()
    follow_ups = departure.follow_ups.open().for_list().with_answers(now).prefetch_related(WAITING)
    entries = dry_run.of(follow_ups)
    zone = client_zones.zone_of(departure, now)
    context = {
        "departure": departure,
        "plan": plan,
        "entries": entries,
        "now": now,
        "picture": picture.draw(entries, since=departure.response_level_at or now),
        "zone": departure.site.zone,
        "client_zone": zone,
        "has_several_zones": zone is None and client_zones.is_ambiguous(departure, now),
    }
    return render(request, "followups/what_when.html", context)


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
