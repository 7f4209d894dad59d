"""How a report begins: with what was recorded on the way, so that in the calm case nothing is left to write.

Only recorded facts, one short sentence each; the author changes or deletes any of it. It is not written anywhere
until the author saves or goes on.
"""

from django.utils.translation import gettext as _

from sessions_app import captures, reasons
from sessions_app.models import ResponseLevel
from sessions_app.models.departures import Ending, Kind
from sessions_app.models.reports import MainReason, Source


def of(departure, *, noted):
    """The answers a report begins with, as {name: value}; `noted` is what stands noted, as {name: value}."""
    reason, source = reason_of(departure, noted)
    account = account_of(departure, noted, reason=reason, source=source)
    return {"main_reason": reason, "main_reason_source": source, "account": account}


def reason_of(departure, noted):
    """The one reason noted at step 6 with how it is known; nothing where there is none, or more than one.

    Without any, somebody who was called away left for something outside: that is what was seen.
    """
    named = reasons.noted_in(noted)
    if len(named) == 1:
        [(reason, source)] = named.items()
        return (reason, source) if reason in MainReason.values else ("", "")
    if not named and departure.kind == Kind.CALLED_AWAY:
        return MainReason.OUTSIDE_EVENT, Source.OBSERVED
    return "", ""


def account_of(departure, noted, *, reason, source):
    """A few sentences from the facts; empty until it has ended."""
    if not departure.ended_at:
        return ""
    sentences = [leaving(departure), because(reason, source), safety(departure), way_home(noted)]
    return " ".join(str(each) for each in sentences if each)


def leaving(departure):
    """What ended and when. A lost connection is nobody's choice."""
    at = departure.ended_at.astimezone(departure.site.zone).strftime("%H:%M")
    minutes = departure.minutes_of_service
    if departure.kind == Kind.CONNECTION_LOST:
        words = _("The connection was lost at %(at)s. Why is not known.")
    elif departure.ending == Ending.DISCONNECTED:
        words = _("The call ended at %(at)s.")
    elif not departure.has_happened:
        words = _("The client stayed; that was clear at %(at)s.")
    elif departure.ending == Ending.HANDED_OVER:
        words = _("The client was handed over to someone at %(at)s.")
    elif minutes is not None:
        words = _("The client left at %(at)s, after %(minutes)s minutes.")
    else:
        words = _("The client left at %(at)s.")
    return words % {"at": at, "minutes": minutes}


def because(reason, source):
    """The reason with how it is known; one whose source nobody noted is left to the question above."""
    if reason in ("", MainReason.NOT_KNOWN) or not source:
        return ""
    words = {
        Source.STATED: _("Reason the client gave: %(reason)s."),
        Source.OBSERVED: _("Reason that was seen: %(reason)s."),
        Source.INFERRED: _("Reason I inferred, nobody said it: %(reason)s."),
    }
    return words[Source(source)] % {"reason": str(MainReason(reason).label).lower()}


def safety(departure):
    if not departure.response_level:
        return ""
    if departure.response_level == ResponseLevel.UNABLE_TO_ASSESS:
        return _("Safety could not be asked about.")
    level = departure.get_response_level_display().lower()
    return _("Response level: %(level)s.") % {"level": level}


def way_home(noted):
    """How and with whom they left, where somebody noted both or one of it."""
    known = [
        captures.CAPTURES[name].words(noted[name]).lower()
        for name in ("left-with", "left-how")
        if noted.get(name, "unknown") != "unknown"
    ]
    return _("They left: %(how)s.") % {"how": ", ".join(known)} if known else ""
