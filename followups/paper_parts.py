"""The parts of a chart as they stand on paper and in the text: headings with rows of words, one source for both."""

from django.utils.translation import gettext as _

from followups.signed_words import Row, Section, on_the_wall, short


def parts_of(chart):
    """The signed sections first, then what was added, and the plan with every attempt up to now."""
    parts = [
        *chart.sections,
        Section("additions", _("Added after signing"), tuple(additions(chart)), is_wide=True),
        Section("given-since", since(chart), tuple(given_since(chart))),
        Section("plan", _("Contacts planned"), tuple(promises(chart)) or none_so_far()),
        Section("attempts", _("Every attempt to reach the client"), tuple(attempts(chart)) or none_so_far()),
        Section("decisions", _("Decided by two people"), tuple(decisions(chart)), is_wide=True),
    ]
    return [part for part in parts if part.rows]


def none_so_far():
    return (Row(_("None so far"), ""),)


def since(chart):
    return _("Resources given after signing") if chart.is_signed else _("Resources given")


def additions(chart):
    for each in chart.additions:
        label = _("%(kind)s by %(name)s, %(when)s")
        yield Row(label % {"kind": each.kind, "name": each.by, "when": on_the_wall(each.at, chart.zone)}, each.text)


def given_since(chart):
    for each in chart.given_since:
        yield Row(each.name, joined(each.words, short(each.at, chart.zone)))


def promises(chart):
    for each in chart.promises:
        closed = short(each.closed_at, chart.zone) if each.closed_at else ""
        words = joined(each.task, each.channel, each.owner, f"{each.state} {closed}".strip(), each.why)
        yield Row(short(each.due_at, chart.zone), words)


def attempts(chart):
    for each in chart.attempts:
        said = f"{each.channel}: {each.result}"
        yield Row(short(each.at, chart.zone), joined(said, each.note, each.by))


def decisions(chart):
    for each in chart.decisions:
        label = _("%(what)s: %(names)s, %(when)s")
        names = _("%(one)s and %(other)s") % dict(zip(("one", "other"), each.by, strict=True))
        yield Row(label % {"what": each.what, "names": names, "when": on_the_wall(each.at, chart.zone)}, each.why)


def joined(*words):
    return " · ".join(filter(None, words))
