"""The parts of a chart as they stand on paper and in the text: headings with rows of words, one source for both."""

from django.utils.translation import gettext as _

from followups.signed_words import Row, Section, on_the_wall, short


def parts_of(chart):
    """The signed sections first, then what was added, and the plan with every attempt up to now."""
    parts = [
        *chart.sections,
        Section("additions", _("Added after signing"), tuple(additions(chart)), is_wide=True),
        Section("given-since", since(chart), tuple(given_since(chart))),
        planned(chart),
        tried(chart),
        Section("standing", _("Where the work stands"), tuple(standings(chart))),
        Section("decisions", _("Decided by two people"), tuple(decisions(chart)), is_wide=True),
    ]
    return [part for part in parts if part.rows]


def planned(chart):
    """The whole plan; or, where the signed report tells of one, what became another since."""
    rows = tuple(promises(chart))
    if chart.has_signed_plan:
        return Section("plan", _("Contacts planned or changed after signing"), rows)
    return Section("plan", _("Contacts planned"), rows or none_so_far())


def tried(chart):
    """Every attempt; or those that the signed report does not tell of."""
    rows = tuple(attempts(chart))
    if chart.has_signed_attempts or not chart.has_attempts:
        return Section("attempts", _("Attempts to reach the client after signing"), rows)
    return Section("attempts", _("Every attempt to reach the client"), rows or none_so_far())


def none_so_far():
    return (Row(_("None so far"), ""),)


def since(chart):
    return _("Resources given after signing") if chart.is_signed else _("Resources given")


def additions(chart):
    for each in chart.additions:
        label = _("%(kind)s by %(name)s, written %(when)s")
        facts = {"kind": each.kind, "name": each.by, "when": on_the_wall(each.at, chart.zone)}
        happened = _("about %(when)s") % {"when": short(each.happened_at, chart.zone)} if each.happened_at else ""
        yield Row(joined(label % facts, happened), each.text)


def given_since(chart):
    for each in chart.given_since:
        yield Row(each.name, joined(each.words, short(each.at, chart.zone)))


def promises(chart):
    for each in chart.promises_since:
        closed = short(each.closed_at, chart.zone) if each.closed_at else ""
        words = joined(each.task, each.channel, each.owner, f"{each.state} {closed}".strip(), each.why)
        yield Row(short(each.due_at, chart.zone), words)


def attempts(chart):
    for each in chart.attempts_since:
        said = f"{each.channel}: {each.result}"
        yield Row(short(each.at, chart.zone), joined(said, each.note, each.by))


def standings(chart):
    """What was said of it, oldest first: the last stands."""
    for each in chart.standings:
        yield Row(short(each.at, chart.zone), joined(each.what, each.why, each.by))


def decisions(chart):
    for each in chart.decisions:
        label = _("%(what)s: %(names)s, %(when)s")
        names = _("%(one)s and %(other)s") % dict(zip(("one", "other"), each.by, strict=True))
        yield Row(label % {"what": each.what, "names": names, "when": on_the_wall(each.at, chart.zone)}, each.why)


def joined(*words):
    return " · ".join(filter(None, words))
