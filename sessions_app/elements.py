"""The twelve elements of the record, each a list of rows: label, words, and where it matters how that is known."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sessions_app import captures, reasons
from sessions_app.models.departures import Kind
from sessions_app.models.reports import Source

#: Each element with what the steps note of it, in the order of the record. Whatever can be noted has its place.
CAPTURED = {
    "times": ["trigger-time"],
    "said": [
        *("presentation", "quote", "willing-to-talk", "client-words"),
        *("rupture-acknowledged", "repair-offered"),
    ],
    "safety": [
        *("exit-kept-clear", "own-way-out", "whereabouts-known", "co-leader-told", "guardian-where"),
        *("help-summoned", "help-summoned-at", "address-checked", "callback-checked", "others-in-home"),
        *("asked-in-private", "others-checked", "asked-alone", "concerns", "basis", "tool-used", "safety-plan"),
        *("means-talk", "rationale"),
    ],
    "capacity": ["capacity"],
    "concerns": ["concerns-told", "understanding", "mandate-notice"],
    "alternatives": [
        *("options-accepted", "options-declined", "options-considering", "rescheduled-on", "alternatives-named"),
    ],
    "resources": ["crisis-line-offered", "resources-language", "given-apart", "guardian-copy"],
    "decision": [
        *("reasons", "reasons-source", "reasons-apart", "privacy-there", "who-can-hear"),
        *("could-change", "could-change-note", "decision-scope", "relationship-status"),
    ],
    "leaving": [
        *("left-with", "left-how", "impairment-seen", "left-behind", "ended-by", "who-left", "left-safely"),
        *("told-to-group", "who-stayed", "session-goes-on", "handed-to", "handed-at", "handover-signed"),
    ],
    "told": [
        *("actions-taken", "actions-at", "actions-basis", "guardian-told", "safeguarding-told", "told-you-are-out"),
    ],
    "plan": [
        *("permission-to-contact", "asked-for-no-contact", "contact-channel", "contact-time", "next-appointment"),
        *("reconnect-tried", "debrief-planned"),
    ],
    "author": [],
}
TITLES = {
    "times": gettext_lazy("Times and setting"),
    "said": gettext_lazy("What was said and seen"),
    "safety": gettext_lazy("Safety, and what it rests on"),
    "capacity": gettext_lazy("Capacity to decide"),
    "concerns": gettext_lazy("Concerns told"),
    "alternatives": gettext_lazy("Other ways that were offered"),
    "resources": gettext_lazy("Resources given"),
    "decision": gettext_lazy("The client's decision"),
    "leaving": gettext_lazy("How they left"),
    "told": gettext_lazy("Who was consulted or told"),
    "plan": gettext_lazy("Plan, and every attempt"),
    "author": gettext_lazy("Who wrote this, and when"),
}
#: Steps whose answer says whether an element could be at all.
STEPS = {
    "safety": "check-safety",
    "concerns": "discuss-implications",
    "alternatives": "offer-options",
    "resources": "provide-resources",
}
OPTIONS = ["options-accepted", "options-declined", "options-considering"]
APART = {*OPTIONS, "reasons-source", "reasons"}  # not one row each: see below


def of(record):
    """The twelve as plain data; what nobody noted and a reader looks for stands there as not provided."""
    return [{"element": name, "title": str(TITLES[name]), "rows": rows_of(name, record)} for name in CAPTURED]


def rows_of(name, record):
    rows = [*MORE.get(name, nothing)(record), *step_row(name, record), *captured(name, record)]
    for each in record.missing:
        if each.element == name:
            words = _("Not provided, as the author says") if each.is_said else _("Not provided")
            rows.append(row(each.what, words))
    return rows


def row(label, words, *, source=""):
    """`source` in words: stated, observed or inferred."""
    return {"label": str(label), "words": str(words), "source": str(Source(source).label) if source else ""}


def nothing(record):
    return []


def captured(name, record):
    for each in CAPTURED[name]:
        if each in record.noted and each not in APART:
            capture = captures.CAPTURES[each]
            yield row(capture.label, capture.words(record.noted[each]), source=capture.source)


def step_row(name, record):
    state = record.states.get(STEPS.get(name))
    if state and state.is_recorded:
        why, outcome = state.response.why, state.response.get_outcome_display()
        yield row(state.step.title, f"{outcome}: {why}" if why else outcome)


def times(record):
    departure = record.departure
    if departure.session:
        yield row(_("Session began"), at_the_site(departure.session.starts_at, departure.site))
    yield row(_("Wish to leave voiced"), at_the_site(departure.began_at, departure.site))
    if departure.break_began_at:
        yield row(_("Took a break"), at_the_site(departure.break_began_at, departure.site))
    if departure.ended_at:
        label = _("Time out") if departure.has_happened else _("Time back, or decided to stay")
        yield row(label, at_the_site(departure.ended_at, departure.site))
    if departure.minutes_of_service is not None:
        yield row(_("Minutes of service"), departure.minutes_of_service)
    if departure.client:
        yield row(_("Client"), departure.client.reference)
    yield row(_("Setting"), setting_of(departure))
    if departure.is_of_a_group:
        yield row(_("Others in the group"), departure.others)


def said(record):
    if record.report.account:
        yield row(_("What happened"), record.report.account)


def safety(record):
    departure = record.departure
    if departure.response_level:
        at = at_the_site(departure.response_level_at, departure.site)
        yield row(_("Response level"), f"{departure.get_response_level_display()}, {at}")


def alternatives(record):
    """One row for each way that was offered, with the client's answer."""
    for name in OPTIONS:
        options = dict(captures.CAPTURES[name].choices)
        for each in record.noted.get(name, []):
            yield row(options.get(each, each), captures.CAPTURES[name].label)


def resources(record):
    for given in record.given:
        contacts = [each["words"] for each in given.snapshot.get("contacts", [])]
        yield row(", ".join([given.snapshot["name"], *contacts]), given.how)


def decision(record):
    report, noted = record.report, reasons.noted_in(record.noted)
    if report.main_reason:
        yield reason_row(_("Main reason"), report.main_reason, report.main_reason_source)
    for each, source in noted.items():
        if (each, source) != (report.main_reason, report.main_reason_source):
            yield reason_row(_("Reason noted at the time"), each, source)


def reason_row(label, reason, source):
    return row(label, reasons.sourced(reason, source), source=source)


def leaving(record):
    departure = record.departure
    if departure.kind:
        yield row(_("Kind"), departure.get_kind_display())
    if departure.kind == Kind.CONNECTION_LOST:
        yield row(_("The client's choice?"), _("Not known: the connection was lost."))
    if departure.ending:
        yield row(_("Ending"), departure.get_ending_display())


def told(record):
    for each in record.follows["attempts"]:
        if each["is_third_party"]:
            yield row(each["result"], attempt_words(each, record.departure.site))


def plan(record):
    site = record.departure.site
    if record.report.check_in_at:
        yield row(_("The author will check in"), at_the_site(record.report.check_in_at, site))
    for each in record.follows["plan"]:
        due = at_the_site(datetime.fromisoformat(each["due_at"]), site)
        state = f"{each['state']}, {each['reason']}" if each["reason"] else each["state"]
        yield row(each["task"], f"{each['owner']}, {each['channel']}, {due}: {state}")
    for each in record.follows["attempts"]:
        yield row(each["result"], attempt_words(each, site))


def attempt_words(each, site):
    words = f"{each['channel']}, {at_the_site(datetime.fromisoformat(each['at']), site)}, {each['by']}"
    return f"{words}: {each['note']}" if each["note"] else words


def author(record):
    departure, report, site = record.departure, record.report, record.departure.site
    yield row(_("Author"), report.author.name)
    if report.created_at:
        yield row(_("Begun"), at_the_site(report.created_at, site))
    if record.signed_at:
        yield row(_("Signed"), at_the_site(record.signed_at, site))
    if departure.is_late_entry:
        yield row(_("Late entry"), _("The departure was written down later, on %(day)s.") % {"day": day_of(departure)})


def day_of(departure):
    return at_the_site(departure.received_at, departure.site)


def setting_of(departure):
    return f"{departure.get_format_display()}, {departure.get_composition_display().lower()}"


def at_the_site(moment, site):
    """The time on the site's wall, with the zone named: whoever reads it may be elsewhere."""
    return f"{moment.astimezone(site.zone):%d %b %Y %H:%M} ({site.time_zone})"


MORE = {
    "times": times,
    "said": said,
    "safety": safety,
    "alternatives": alternatives,
    "resources": resources,
    "decision": decision,
    "leaving": leaving,
    "told": told,
    "plan": plan,
    "author": author,
}
