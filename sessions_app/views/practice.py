"""Practice: choosing an exercise, its script beside the real pages, and the sheet afterwards. Always one's own."""

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import audit
from accounts.access import allow, posted
from sessions_app import debriefs, exercises, practice
from sessions_app.forms.practice import BeginForm, NotedForm
from sessions_app.models import Exercise, TherapySession
from sessions_app.views.departures import lead_to

MOST = 50  # exercises of one's own on the list, the newest


@require_safe
@allow()
def practice_page(request):
    """The exercises for this person by situation, those they are in, and those they have ended."""
    audit.record_view(request.user, by=request.user, page="practice")
    scripts = [each for each in exercises.every() if each.is_for(request.user)]
    named = {each.slug: each for each in exercises.every()}
    own = [(each, named[each.slug]) for each in own_exercises(request).newest_first()[:MOST] if each.slug in named]
    context = {
        "groups": [
            (words, found)
            for group, words in exercises.GROUPS.items()
            if (found := [each for each in scripts if each.group == group])
        ],
        "running": [(each, script) for each, script in own if each.is_running],
        "ended": [(each, script) for each, script in own if not each.is_running],
    }
    return render(request, "sessions_app/practice.html", context)


@require_safe
@allow()
def script(request, script_slug):
    """The story, told in beats, and the button that begins it."""
    found = script_for(request, script_slug)
    audit.record_view(request.user, by=request.user, page="exercise-script")
    return render(request, "sessions_app/exercise_script.html", {"script": found, "new_id": uuid.uuid4()})


@require_POST
@allow()
def begin(request, script_slug):
    """The tap. It leads to the live page of the made-up departure; without one to the pages one looks at."""
    found, form = script_for(request, script_slug), BeginForm(request.POST)
    form.is_valid()
    try:
        exercise = practice.begin(found, by=request.user, **form.facts())
    except practice.IdBelongsToAnother:
        return HttpResponse(_("This id is in use. Open the exercise and tap again."), status=409)
    records = practice.departures_of(exercise)
    is_live = records and not found.begun
    return lead_to(request, records[0].pk) if is_live else redirect("exercise", exercise.pk)


@require_http_methods(["GET", "POST"])
@allow()
def exercise(request, exercise_id):
    """The script beside the pages of this exercise. POST: what was found by looking."""
    found, told = own_exercise(request, exercise_id)
    form = NotedForm(posted(request), script=told, initial=found.noted)
    if request.method == "POST" and form.is_valid():
        practice.note(found, noted=form.cleaned_data, by=request.user)
        messages.success(request, _("Saved."))
        return redirect("exercise", exercise_id)
    audit.record_view(found, by=request.user, page="exercise")
    context = {
        "exercise": found,
        "script": told,
        "form": form,
        "records": practice.departures_of(found),
        "pages": [(reverse(name), words_of_page(name)) for name in told.pages],
    }
    return render(request, "sessions_app/exercise.html", context, status=422 if form.errors else 200)


@require_safe
@allow()
def exercise_of(request, practice_session_id):
    """From any page of an exercise to its script; from what was practice before the adoption, to Now."""
    own = TherapySession.objects.visible_to(request.user).of(request.user)
    if own.filter(pk=practice_session_id, is_practice=True, exercise=None).exists():
        return redirect("now")
    found = get_object_or_404(own_exercises(request), session=practice_session_id)
    return redirect("exercise", found.pk)


@require_POST
@allow()
def end(request, exercise_id):
    found, _told = own_exercise(request, exercise_id)
    practice.end(found, by=request.user)
    return redirect("debrief", exercise_id)


@require_safe
@allow()
def debrief(request, exercise_id):
    """What a reader will look for, beside what was recorded; to be read, talked through, and printed."""
    found, told = own_exercise(request, exercise_id)
    audit.record_view(found, by=request.user, page="debrief")
    context = {"exercise": found, "script": told, "lines": debriefs.of(found)}
    return render(request, "sessions_app/debrief.html", context)


def script_for(request, slug):
    found = exercises.find(slug)
    if found is None:
        raise Http404
    if not found.is_for(request.user):
        raise PermissionDenied
    return found


def own_exercises(request):
    return Exercise.objects.visible_to(request.user)


def own_exercise(request, exercise_id):
    """One's own exercise and its script, or 404."""
    found = get_object_or_404(own_exercises(request).select_related("session"), pk=exercise_id)
    told = exercises.find(found.slug)
    if told is None:
        raise Http404
    return found, told


def words_of_page(name):
    """How a page to look at is called in the list of an exercise."""
    words = {
        "reminders-working": _("Do reminders go out?"),
        "policies": _("Follow-up policy"),
        "absences": _("Away and cover"),
        "review-queue": _("Review"),
        "on-call": _("On-call rota"),
        "trends": _("Trends"),
        "trends-on-paper": _("Board report"),
    }
    return words.get(name, name)
