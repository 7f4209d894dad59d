"""What browsers report of the content policy: which directive stopped something, and how often. Nothing else is kept.

A report carries the address of a page, and what was stopped: an id of a record, or words that somebody pasted. So of
each report the name of the directive is read and everything else is thrown away, before anything is written.
"""

import json
import logging
from collections import Counter

from django.db import models
from django.db.models import F, Q

logger = logging.getLogger("accounts.policy_reports")
MOST_BYTES = 64 * 1024  # of one message; a browser sends some reports at once
MOST_REPORTS = 50  # of one message
#: The directives that stop something (CSP Level 3), as a browser names the one that did.
DIRECTIVES = [
    *("base-uri", "child-src", "connect-src", "default-src", "fenced-frame-src", "font-src", "form-action"),
    *("frame-ancestors", "frame-src", "img-src", "manifest-src", "media-src", "object-src", "sandbox", "script-src"),
    *("script-src-attr", "script-src-elem", "style-src", "style-src-attr", "style-src-elem", "worker-src"),
]


class Unreadable(ValueError):
    """It is no report of a content policy."""


class PolicyReport(models.Model):
    """How often browsers have reported a directive, since Doorway was set up."""

    directive = models.CharField(max_length=20, primary_key=True)
    times = models.PositiveBigIntegerField(default=0)

    class Meta:
        app_label = "accounts"
        constraints = [
            models.CheckConstraint(name="policy_report_is_of_a_directive", condition=Q(directive__in=DIRECTIVES))
        ]


def directives_in(body):
    """The directives of a message, one for each report: of `report-uri`, or of `report-to` (a list of any reports).

    Refused with `Unreadable` is what is no such message. What names no directive there is, is left out.
    """
    try:
        said = json.loads(body)
    except (ValueError, RecursionError) as problem:
        raise Unreadable from problem
    reports = [said] if isinstance(said, dict) else said
    if not isinstance(reports, list) or not all(isinstance(each, dict) for each in reports):
        raise Unreadable
    named = [directive_of(each) for each in reports[:MOST_REPORTS]]
    return [each for each in named if each in DIRECTIVES]


def directive_of(report):
    """The effective directive; where an old browser does not say it, the first word of the violated one."""
    facts = report.get("csp-report") or (report.get("body") if report.get("type") == "csp-violation" else None)
    if not isinstance(facts, dict):
        return ""
    named = facts.get("effectiveDirective") or facts.get("effective-directive") or facts.get("violated-directive")
    return named.split(" ")[0] if isinstance(named, str) else ""


def count(directives):
    """One more for each. The log says so at the 1st, 2nd, 4th, 8th … time, so that nobody can fill it."""
    for directive, more in Counter(directives).items():
        PolicyReport.objects.bulk_create([PolicyReport(directive=directive)], ignore_conflicts=True)
        PolicyReport.objects.filter(pk=directive).update(times=F("times") + more)
        times = PolicyReport.objects.values_list("times", flat=True).get(pk=directive)
        if times.bit_length() > (times - more).bit_length():
            logger.warning("browsers stopped what the content policy does not allow: %s, %d times", directive, times)
