"""What machines read, and the page of operations."""

from django.conf import settings
from django.db import Error
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from accounts.access import allow, allow_everyone
from accounts.models import Role
from config.operations import adoption, broker, figures, metrics, releases, words
from config.operations.answers import WORST_FIRST, broken, worst


@require_safe
@allow_everyone
def metrics_page(request):
    """Figures for Prometheus, for who brings METRICS_TOKEN: else 401; 404 where none is set.

    Not by the address of who asks: a proxy on this machine asks from here as well, whoever stands behind it.
    """
    if not settings.METRICS_TOKEN:
        raise Http404
    if not is_right(request.headers.get("Authorization", "")):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"}, content_type="text/plain")
    return HttpResponse(metrics.text(), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def is_right(said):
    return constant_time_compare(said, f"Bearer {settings.METRICS_TOKEN}")


@require_safe
@allow(Role.ADMIN)
def operations(request):
    """Whether Doorway runs as it should, in words, the worst first. Counts and ages; no row of anybody's."""
    answers = [*running(), words.broker(broker.queue_lengths()), words.watched_from_outside()]
    parts = [(_("Running"), answers), (_("Filled in and adopted"), adoption.answers())]
    context = {
        "parts": [(title, sorted(each, key=lambda answer: WORST_FIRST.index(answer.state))) for title, each in parts],
        "worst": worst([answer for _title, each in parts for answer in each]),
        "version": releases.VERSION,
    }
    return render(request, "config/operations.html", context)


def running():
    """What the figures say; that they could not be had in time is worth a word as well."""
    try:
        return words.of_figures(figures.read())
    except Error:
        to_do = _("Look at its disk, its load and its log.")
        return [broken("database", _("The database is too slow to say how things are."), to_do)]
