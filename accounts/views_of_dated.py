"""Admins: who supervises whom, who covers a team, who is in training, who works in which team.

Each door is a form about one row, and a verb. What gives or takes access asks again who it is, and then goes on with
what was typed, which is ids and days.
"""

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts import dated, recheck, supervisions, team_covers, teams, traineeships
from accounts.access import allow, posted
from accounts.dated import NotEntered
from accounts.forms_of_dated import AboutForm, DaysForm, LastDayForm, MoveForm, SupervisorForm
from accounts.models import Role, Supervision, Team, TeamCover, Traineeship, User


@dataclass(frozen=True)
class Deed:
    """What one door does: `do` to the row of `rows`, with what `form` says; then back to the page of the person or the
    team that the row is `about`, where its days count. `take_back` is done instead to a row that has not begun.
    """

    heading: str
    button: str
    rows: Callable
    form: type
    do: Callable
    about: Callable
    intro: str = ""
    take_back: Callable | None = None

    def today(self, row):
        about = self.about(row)
        return dated.present_day(about.site.zone if isinstance(about, Team) else about.zone)

    def back(self, row):
        about = self.about(row)
        return reverse("team" if isinstance(about, Team) else "person", args=[about.pk])

    def is_taken_back(self, row):
        return self.take_back is not None and row.starts_on > self.today(row)

    def form_of(self, row, data=None):
        kind = AboutForm if self.is_taken_back(row) else self.form
        return kind(data, row=row, today=self.today(row))

    def done(self, row, form, *, by):
        """Whether it was; what was refused stands in the form."""
        do = self.take_back if self.is_taken_back(row) else self.do
        try:
            do(row, by=by, **form.cleaned_data)
        except NotEntered as problem:
            form.add_error(problem.field if problem.field in form.fields else None, str(problem))
            return False
        return True


def itself(row):
    return row


DEEDS = {
    "enter-supervision": Deed(
        heading=gettext_lazy("Who supervises %(name)s?"),
        button=gettext_lazy("Save"),
        intro=gettext_lazy("On these days the supervisor sees their work. Both are told by mail."),
        rows=User.objects.all,
        form=SupervisorForm,
        do=lambda person, **facts: supervisions.enter(supervisee=person, **facts),
        about=itself,
    ),
    "end-supervision": Deed(
        heading=gettext_lazy("End the supervision of %(name)s"),
        button=gettext_lazy("Save"),
        intro=gettext_lazy("After the last day the supervisor sees nothing of their work any more. Both are told."),
        rows=lambda: Supervision.objects.select_related("supervisor", "supervisee__team__site"),
        form=LastDayForm,
        do=supervisions.end,
        take_back=supervisions.take_back,
        about=attrgetter("supervisee"),
    ),
    "enter-training": Deed(
        heading=gettext_lazy("%(name)s is in training"),
        button=gettext_lazy("Save"),
        intro=gettext_lazy("What they sign on these days is co-signed by a supervisor. They are told by mail."),
        rows=User.objects.all,
        form=DaysForm,
        do=lambda person, **facts: traineeships.enter(person=person, **facts),
        about=itself,
    ),
    "end-training": Deed(
        heading=gettext_lazy("End the training of %(name)s"),
        button=gettext_lazy("Save"),
        intro=gettext_lazy("What they sign after the last day is theirs alone. They are told."),
        rows=lambda: Traineeship.objects.select_related("person__team__site"),
        form=LastDayForm,
        do=traineeships.end,
        take_back=traineeships.take_back,
        about=attrgetter("person"),
    ),
    "move-person": Deed(
        heading=gettext_lazy("Move %(name)s to another team"),
        button=gettext_lazy("Move"),
        intro=gettext_lazy(
            "Whoever covers the new team sees their work from now on. Their clients and their supervisor stay the "
            "same. They are told by mail."
        ),
        rows=User.objects.all,
        form=MoveForm,
        do=teams.move,
        about=itself,
    ),
    "enter-cover": Deed(
        heading=gettext_lazy("Who covers %(name)s?"),
        button=gettext_lazy("Save"),
        intro=gettext_lazy("On these days they see the work of everybody in the team. They are told by mail."),
        rows=lambda: Team.objects.select_related("site"),
        form=SupervisorForm,
        do=lambda team, **facts: team_covers.enter(team=team, **facts),
        about=itself,
    ),
    "end-cover": Deed(
        heading=gettext_lazy("End the cover of %(name)s"),
        button=gettext_lazy("Save"),
        intro=gettext_lazy("After the last day they see nothing of the team's work any more. They are told."),
        rows=lambda: TeamCover.objects.select_related("supervisor", "team__site"),
        form=LastDayForm,
        do=team_covers.end,
        take_back=team_covers.take_back,
        about=attrgetter("team"),
    ),
}


def door(request, name, pk):
    """The page of a deed; a form that is valid is done, after asking again who it is where that was too long ago."""
    deed = DEEDS[name]
    row = get_object_or_404(deed.rows(), pk=pk)
    form = deed.form_of(row, posted(request))
    if request.method != "POST" or not form.is_valid():
        return page(request, name, row, form)
    if not recheck.is_due(request):
        return answered(request, name, row, form)
    typed = {each: request.POST.get(each, "") for each in form.fields}
    put_off = {"name": name, "pk": row.pk, "typed": typed}
    where = "accounts.views_of_dated.go_on"
    return redirect(recheck.address(request, back_to=request.path, callback=where, deed=put_off))


@allow(Role.ADMIN)
def go_on(request, deed):
    """The admin proved who they are: now do what they had asked for, if it still can be."""
    row = get_object_or_404(DEEDS[deed["name"]].rows(), pk=deed["pk"])
    if not recheck.is_meant(request, deed, subject=row):
        return redirect(deed["name"], row.pk)
    form = DEEDS[deed["name"]].form_of(row, deed["typed"])
    return answered(request, deed["name"], row, form) if form.is_valid() else page(request, deed["name"], row, form)


def answered(request, name, row, form):
    back = DEEDS[name].back(row)
    if not DEEDS[name].done(row, form, by=request.user):
        return page(request, name, row, form)
    messages.success(request, _("Saved."))
    return redirect(back)


def page(request, name, row, form):
    deed = DEEDS[name]
    context = {"form": form, "heading": deed.heading % {"name": deed.about(row).name}, "intro": deed.intro}
    context |= {"button": deed.button, "back": deed.back(row), "row": row, "address": reverse(name, args=[row.pk])}
    if deed.is_taken_back(row):
        context |= {"button": _("Take it back"), "intro": _("It has not begun. Taken back, it will never have been.")}
    return render(request, "accounts/dated_form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@allow(Role.ADMIN)
def enter_supervision(request, person_id):
    return door(request, "enter-supervision", person_id)


@require_http_methods(["GET", "POST"])
@allow(Role.ADMIN)
def end_supervision(request, supervision_id):
    return door(request, "end-supervision", supervision_id)


@require_http_methods(["GET", "POST"])
@allow(Role.ADMIN)
def enter_training(request, person_id):
    return door(request, "enter-training", person_id)


@require_http_methods(["GET", "POST"])
@allow(Role.ADMIN)
def end_training(request, training_id):
    return door(request, "end-training", training_id)


@require_http_methods(["GET", "POST"])
@allow(Role.ADMIN)
def move_person(request, person_id):
    return door(request, "move-person", person_id)


@require_http_methods(["GET", "POST"])
@allow(Role.ADMIN)
def enter_cover(request, team_id):
    return door(request, "enter-cover", team_id)


@require_http_methods(["GET", "POST"])
@allow(Role.ADMIN)
def end_cover(request, cover_id):
    return door(request, "end-cover", cover_id)
