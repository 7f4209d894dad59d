"""Admins: somebody leaves. They read numbers of what is open in that name, and no row."""

from django import forms
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts import audit, leaving, roles
from accounts.access import allow, posted
from accounts.models import Leaving, Role, User
from accounts.recheck import recently_checked
from accounts.supervision import supervisors_of


class LeavingForm(forms.Form):
    leaves_on = forms.DateField(
        label=gettext_lazy("Last day"),
        help_text=gettext_lazy("They can sign in until the end of that day."),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={
            "required": gettext_lazy("Give their last day."),
            "invalid": gettext_lazy("Give the day as year, month and day."),
        },
    )


@require_http_methods(["GET", "POST"])
@allow(Role.ADMIN)
def leaves(request, person_id):
    """Say on which day somebody leaves, and see how much is still to be handed over."""
    person = get_object_or_404(User, pk=person_id)
    said = Leaving.objects.ahead().filter(person=person).first()
    form = LeavingForm(posted(request), initial={"leaves_on": said and said.leaves_on})
    if request.method == "POST" and form.is_valid():
        try:
            leaving.say(person, by=request.user, **form.cleaned_data)
        except leaving.NotSaid as problem:
            form.add_error("leaves_on", str(problem))
        else:
            return done(request, person)
    return leaves_page(request, person, form, said=said)


def leaves_page(request, person, form, *, said):
    audit.record_view(person, by=request.user, page="leaves")
    context = {
        "person": person,
        "form": form,
        "said": said,
        "today": timezone.localdate(timezone=person.zone),
        "work": leaving.open_work(person).items(),
        "supervisors": list(supervisors_of(person)),
        "is_own": person.pk == request.user.pk,
    }
    return render(request, "accounts/leaves.html", context, status=422 if form.errors else 200)


@require_POST
@allow(Role.ADMIN)
def stays(request, person_id):
    """They stay after all."""
    person = get_object_or_404(User, pk=person_id)
    leaving.take_back(person, by=request.user)
    return done(request, person)


@require_POST
@allow(Role.ADMIN)
@recently_checked
def close_account(request, person_id):
    """Access ends now. With `at_once` also while work is open, which then stands with whoever answers for them."""
    person = get_object_or_404(User, pk=person_id)
    try:
        leaving.close(person, by=request.user, at_once="at_once" in request.POST)
    except roles.NotChanged as problem:
        messages.warning(request, str(problem))
        return redirect("leaves", person_id)
    messages.success(request, _("The account is closed."))
    return redirect("leaves", person_id)


def done(request, person):
    messages.success(request, _("Saved."))
    return redirect("leaves", person.pk)
