"""People who leave: numbers of what they have open, and what goes with no client, for whoever answers for them."""

from django.contrib import messages
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import audit
from accounts import leaving as accounts_of_leavers
from accounts.access import allow
from accounts.models import Leaving, Role, User
from accounts.supervision import answers_for, has_supervisor
from followups import leaving
from followups.forms_of_leaving import FollowUpsForm, SuperviseesForm
from followups.models import Absence
from sessions_app.models import DepartureReport

MOST = 50


@require_safe
@allow(Role.SUPERVISOR)
def who_leaves(request):
    """Who leaves, or has left, and what is open in their names; a panel of the page Review, and a page."""
    audit.record_view(request.user, by=request.user, page="who-leaves")
    people = list(leavers(request.user))
    work = leaving.open_work([each.pk for each in people])
    rows = [(each, in_order(each, work.get(each.pk, {}))) for each in people]
    context = {"rows": [(each, open_) for each, open_ in rows if open_ or each.is_active]}
    return render(request, "followups/who_leaves.html#list" if request.htmx else "followups/who_leaves.html", context)


def leavers(user):
    """Those whom `user` answers for; for a clinical lead also those whom nobody answers for any more."""
    ahead = Leaving.objects.ahead().filter(person=OuterRef("pk"))
    theirs = Q(pk__in=answers_for(user))
    if user.is_clinical_lead:
        theirs |= ~has_supervisor() & Q(roles__contains=[Role.THERAPIST])
    people = User.objects.filter(theirs).annotate(
        leaves_on=ahead.values("leaves_on"), answered_for=Exists(answers_for(user).filter(pk=OuterRef("pk")))
    )
    return people.filter(Q(is_active=False) | Exists(ahead)).order_by("is_active", Lower("name"))


def in_order(person, work):
    """What can still be handed over. A report that was not signed before the account was closed stays a draft."""
    kinds = [each for each in leaving.KINDS if person.is_active or each != "reports"]
    return [(kind, work[kind]) for kind in kinds if work.get(kind)]


@require_safe
@allow(Role.SUPERVISOR)
def left_open(request, former_id):
    """What one person has open besides clients; a part of the page that hands those over."""
    return left_open_page(request, somebody(request, former_id))


def left_open_page(request, person, *, follow_ups_form=None, supervisees_form=None):
    audit.record_view(person, by=request.user, page="left-open")
    unsigned = DepartureReport.objects.visible_to(request.user).filter(author=person, signed_at=None).real()
    covers = Absence.objects.visible_to(request.user).filter(cover=person).ahead()
    context = {
        "person": person,
        "follow_ups": list(leaving.left_without_client(person, by=request.user)[:MOST]),
        "follow_ups_form": follow_ups_form or FollowUpsForm(person=person),
        "reports": list(unsigned.filter(departure__voided_at=None).select_related("departure__client")[:MOST]),
        "supervisees": list(accounts_of_leavers.left_to_supervise(person).select_related("supervisee")[:MOST]),
        "supervisees_form": supervisees_form or SuperviseesForm(person=person),
        "reviews": leaving.open_work([person.pk]).get(person.pk, {}).get("reviews", 0),
        "covers": list(covers.select_related("person")[:MOST]),
    }
    template = "followups/left_open.html#parts" if request.htmx else "followups/left_open.html"
    has_errors = any(form and form.errors for form in (follow_ups_form, supervisees_form))
    return render(request, template, context, status=422 if has_errors else 200)


def somebody(request, former_id):
    return get_object_or_404(User.objects.filter(pk__in=answers_for(request.user)), pk=former_id)


@require_POST
@allow(Role.SUPERVISOR)
def hand_on_follow_ups(request, former_id):
    person = somebody(request, former_id)
    form = FollowUpsForm(request.POST, person=person)
    if not form.is_valid():
        return left_open_page(request, person, follow_ups_form=form)
    leaving.hand_on(person, by=request.user, **form.cleaned_data)
    messages.success(request, _("Handed over."))
    return redirect("hand-over", former_id)


@require_POST
@allow(Role.SUPERVISOR)
def hand_on_supervisees(request, former_id):
    person = somebody(request, former_id)
    form = SuperviseesForm(request.POST, person=person)
    if not form.is_valid():
        return left_open_page(request, person, supervisees_form=form)
    accounts_of_leavers.hand_on_supervisees(person, by=request.user, **form.cleaned_data)
    messages.success(request, _("Handed over."))
    return redirect("hand-over", former_id)
