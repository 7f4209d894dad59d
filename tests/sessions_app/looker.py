"""A program of the benchmark: migrate, write departures, then answer each line on stdin with the times of all pages."""

import json
import logging
import os
import sys
import time
import warnings

import django
from django.core.management import call_command
from django.http import HttpResponse
from django.template import engines
from django.test import Client
from django.test.utils import override_settings
from django.urls import path, reverse

from tests.sessions_app import ticking

MORE = 10  # times as many ticks as looks at a page
WAITING = 2500  # of all therapists: more than a page of the queue for one supervisor
LIST = """<!doctype html><title>Fifty</title><ul>{% for row in rows %}<li><a href="/{{ row.pk }}">{{ row.began_at }}</a>
<span>{{ row.get_kind_display }}</span><span>{{ row.get_ending_display }}</span></li>{% endfor %}</ul>"""


def bare(request):
    """A signed-in page that shows fifty rows of one table, and nothing else."""
    from sessions_app.models import DepartureEvent

    rows = DepartureEvent.objects.filter(therapist=request.user.pk or bare.therapist).order_by("-began_at")[:50]
    return HttpResponse(engines["django"].from_string(LIST).render({"rows": rows}, request))


def main(number, looks):
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    logging.disable(logging.INFO)
    warnings.simplefilter("ignore", UserWarning)  # no folder of collected files
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    open_the_bare_views()
    pages = prepare(number)
    print(json.dumps({name: ticking.weigh(look) for name, look in pages.items()}), flush=True)
    for _line in sys.stdin:
        print(json.dumps({name: timed(name, look, looks) for name, look in pages.items()}), flush=True)


def open_the_bare_views():
    from accounts.access import allow
    from config import urls

    urls.urlpatterns += [path("bare/", allow()(bare)), path("floor/", allow()(ticking.floor))]
    ticking.lay()


def prepare(number):
    """{page: how to look at it}, after writing that many departures and bringing the counts of trends up to date."""
    from django.conf import settings

    from followups.models import FollowUp
    from followups.trends import aggregates, releases
    from sessions_app.models import DepartureReport
    from tests.sessions_app.loading import load

    plain = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    as_here = {"ALLOWED_HOSTS": ["testserver"], "SECURE_SSL_REDIRECT": False}
    as_here["SESSION_IDLE_SECONDS"] = 86_400  # the small one waits while the large one is written
    as_here["ACCOUNT_RATE_LIMITS"] = settings.ACCOUNT_RATE_LIMITS | {"search": "9999/m/user"}  # counted, never spent
    override_settings(**as_here, STORAGES=settings.STORAGES | plain).enable()
    loaded = load(number, waiting=WAITING)
    settle()  # else each month is counted by a plan for empty tables
    aggregates.recount_all()
    releases.release()
    settle()
    adopt_the_policy(lead=loaded.supervisor)
    bare.therapist = therapist = loaded.therapists[0]
    supervisor, own = signed_in(loaded.supervisor), signed_in(therapist)
    report = DepartureReport.objects.filter(author__in=loaded.therapists[:8], state="submitted").first()
    departure = report.departure
    call = FollowUp.objects.filter(departure__therapist=therapist).last()
    gets = {
        "queue": (supervisor, reverse("review-queue")),
        "all reports": (supervisor, reverse("review-queue") + "?tab=all"),
        "one report": (supervisor, reverse("review", args=[departure.pk])),
        "trends": (supervisor, reverse("trends")),
        "now": (own, reverse("now")),
        "own reports": (own, reverse("my-reports")),
        "steps": (own, reverse("departure", args=[call.departure_id])),
        "signed report": (own, reverse("report", args=[call.departure_id])),
        "follow-ups": (own, reverse("follow-ups")),
        "clients": (own, reverse("clients")),
        "bare view of 50 rows": (own, "/bare/"),
    }
    words = {"words": departure.client.reference}
    deeds = ticking.looks(own, therapist)
    return {
        **{name: (lambda who=who, where=where: shown(who.get(where))) for name, (who, where) in gets.items()},
        "search by reference": lambda: shown(supervisor.post(reverse("find-report"), words)),
        **{name: (lambda deed=deed: shown(deed())) for name, deed in deeds.items()},
    }


def adopt_the_policy(lead):
    """As where people work: until there is one, each page looks for it."""
    from followups import policies
    from followups.models import FollowUpPolicy

    lead.is_clinical_lead = True
    lead.save(update_fields=["is_clinical_lead"])
    policies.adopt(FollowUpPolicy.objects.get(number=1), by=lead)


def settle():
    """What a database does by itself after a while: otherwise the first looks would pay for it."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")  # a page may not take so long, this may
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("RESET statement_timeout")


def signed_in(person):
    browser = Client()
    browser.force_login(person)
    return browser


def shown(answer):
    if answer.status_code != 200:
        raise SystemExit(f"{answer.request['PATH_INFO']} answered {answer.status_code}")
    return answer


def timed(name, look, looks):
    """Seconds of each look; of what is measured to the hundredth part there are more."""
    spent = []
    for _look in range(looks * MORE if name in (ticking.FLOOR, ticking.TICK) else looks):
        began = time.perf_counter()
        look()
        spent.append(time.perf_counter() - began)
    return spent


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
