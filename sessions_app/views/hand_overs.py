"""Handing clients over, for whoever answers for the therapist who has them."""

from django.contrib import messages
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Lower
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts import audit
from accounts.access import allow, posted
from accounts.models import Leaving, Role, User
from accounts.supervision import answers_for
from sessions_app import hand_overs
from sessions_app.forms.hand_overs import HandOverForm
from sessions_app.models import Client


@require_safe
@allow(Role.SUPERVISOR)
def whose_clients(request):
    """The people whom the supervisor answers for, and how many clients each has."""
    audit.record_view(request.user, by=request.user, page="hand-overs")
    real = Count("clients", filter=Q(clients__is_practice=False))
    people = User.objects.filter(pk__in=answers_for(request.user)).annotate(has=real)
    said = Leaving.objects.ahead().filter(person=OuterRef("pk")).values("leaves_on")
    people = people.annotate(leaves_on=Subquery(said)).order_by("is_active", Lower("name"))
    return render(request, "sessions_app/whose_clients.html", {"people": people})


@require_http_methods(["GET", "POST"])
@allow(Role.SUPERVISOR)
def hand_over(request, former_id):
    """One person's clients: who takes over which of them, and what else is open, which the room above shows."""
    former = get_object_or_404(User.objects.filter(pk__in=answers_for(request.user)), pk=former_id)
    clients = Client.objects.visible_to(request.user).of(former).real()
    form = HandOverForm(posted(request), former=former, clients=clients)
    if request.method == "POST" and form.is_valid():
        try:
            made = hand_overs.hand_over_all(former=former, by=request.user, **form.cleaned_data)
        except hand_overs.NotHandedOver as problem:
            form.add_error(None, str(problem))
        else:
            return handed_over(request, former, made)
    audit.record_view(former, by=request.user, page="hand-over")
    leaving = Leaving.objects.ahead().filter(person=former).first()
    context = {"form": form, "person": former, "leaving": leaving, "has_clients": bool(form.fields["clients"].choices)}
    return render(request, "sessions_app/hand_over.html", context, status=422 if form.errors else 200)


def handed_over(request, former, made):
    words = ngettext("%(count)s client handed over.", "%(count)s clients handed over.", len(made))
    messages.success(request, words % {"count": len(made)})
    return redirect("hand-over", former.pk)
