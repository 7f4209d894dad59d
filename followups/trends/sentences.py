"""The sentence over a figure, made of the numbers that are shown and of nothing else."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

#: Below it a figure says that it rests on few: product default.
FEW = 30


def of_months(total, period, *, has_any):
    if not has_any:
        return _("Too few departures to show, or none were let out yet")
    one, many = "%(count)s departure, %(since)s to %(until)s", "%(count)s departures, %(since)s to %(until)s"
    words = ngettext(one, many, total)
    span = {"since": date_format(period.first, "F Y"), "until": date_format(period.last, "F Y")}
    return words % {"count": total, **span}


def of_figure(figure, rows, *, known):
    """The largest value, as far as it stands for itself. `known` is how many could be told apart."""
    if not rows:
        return _("%(name)s: too few to show") % {"name": figure.name}
    top = max(rows, key=lambda row: row.count)
    together = known - sum(row.count for row in rows)
    if not known:
        return _("%(name)s: none") % {"name": figure.name}
    if not top.count or (top.is_least and together >= top.count):
        return _("%(name)s: too few to tell apart") % {"name": figure.name}
    words = (figure.most if top.count * 2 > known else figure.often) % {"value": lowered(str(top.label))}
    amount = {"count": top.count, "known": known}
    of_all = _("%(count)s or more of %(known)s") if top.is_least else _("%(count)s of %(known)s")
    return f"{words} ({of_all % amount})"


def of_steps(steps):
    """Which of the eleven was done most often."""
    done = [(each.rows[0].count, each) for each in steps if each.rows]
    if not done or not max(count for count, _each in done):
        return _("Steps: too few to show")
    count, top = max(done, key=lambda pair: pair[0])
    amount = {"step": top.figure.name, "count": count, "known": top.known}
    return _("The step done most often: %(step)s (%(count)s of %(known)s)") % amount


def lowered(label):
    """The label inside a sentence."""
    return label[:1].lower() + label[1:]
