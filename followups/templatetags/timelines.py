"""Words of a timeline: who is told, why a time moved, and how long after."""

from django import template
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from followups.due_times import Why
from followups.models import Reminder
from followups.policy_forms import in_units

register = template.Library()

WHO = {
    "owner": _("Whoever owns it"),
    "cover": _("Whoever covers"),
    "supervisor": _("The supervisor"),
    "on_call": _("Whoever is on call"),
    "clinical_lead": _("The clinical lead"),
}
REASONS = {
    Why.CLOSED: _("It would be outside working hours."),
    Why.WEEKEND: _("It would be a weekend."),
    Why.HOLIDAY: _("It would be a public holiday."),
    Why.EARLIER: _("Moved back to the end of work."),
    Why.LATER: _("Moved on to the next working hour."),
    Why.TOO_LATE_TO_MOVE: _("The end of work had passed, so it stays."),
    Why.CLIENT_NIGHT: _("It would be night where the client is."),
    Why.NO_COMMON_HOUR: _("Day there is never working time here, so their morning counts."),
    Why.CLOCKS_CHANGE: _("The clocks change in between."),
}


@register.filter
def who(told):
    return WHO.get(told, told)


@register.filter
def prompt(name):
    """What whoever is told is asked to decide."""
    return Reminder.Prompt(name).label


@register.filter
def because(why):
    return REASONS[why]


@register.filter
def how_long(minutes):
    """ "3 days", "2 hours", "15 minutes"; "at once" for none."""
    amount, unit = in_units(minutes)
    if not amount:
        return _("at once")
    words = {
        "1": ngettext("%(count)s minute", "%(count)s minutes", amount),
        "60": ngettext("%(count)s hour", "%(count)s hours", amount),
        "1440": ngettext("%(count)s day", "%(count)s days", amount),
    }
    return words[unit] % {"count": amount}


@register.filter
def ladder_time(step):
    """When a step of a ladder comes, after the due time."""
    if days := step.after_working_days:
        return ngettext("%(count)s working day", "%(count)s working days", days) % {"count": days}
    return how_long(step.after_minutes)
