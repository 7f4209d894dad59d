"""What each code of the auditor means, in words for an admin or a supervisor, and where to look."""

from django.utils.translation import gettext_lazy as _

PROGRAMS = _("Are beat, the worker and the sweeper running, on every machine that should run them?")
MAIL = _("Does the mail server answer? The list of what could not be sent shows its words.")
ENGINE = _("This should not happen. Tell whoever looks after Doorway, with the code.")

#: code: (what is so, where to look)
SAYS = {
    "reminders_overdue": (_("Reminders that are due were not picked up."), PROGRAMS),
    "help_steps_overdue": (_("A call for help was not passed on to the next person."), PROGRAMS),
    "review_steps_overdue": (_("A report that waits for review was not passed on to the next person."), PROGRAMS),
    "beat_is_silent": (_("Beat and the worker have not looked for what is due."), PROGRAMS),
    "sweeper_is_silent": (_("The sweeper has not looked for what is due."), PROGRAMS),
    "leases_expired": (_("Messages were taken by a program that stopped, and no other took over."), PROGRAMS),
    "urgent_not_sent": (_("Urgent messages could not be sent for five minutes."), MAIL),
    "routine_not_sent": (_("Other messages could not be sent for a quarter of an hour."), MAIL),
    "every_send_fails": (_("Nothing that was tried in the last minutes was accepted."), MAIL),
    "canary_is_late": (_("The message that shows that messages go out has not gone out."), MAIL),
    "failed_and_nobody_told": (
        _("Messages failed for good, and nobody else could be told."),
        _("Look at the list of what could not be sent, and tell those people yourself."),
    ),
    "trail_not_sealed": (_("What was looked at and changed has not been sealed for a quarter of an hour."), PROGRAMS),
    "trail_not_proven": (
        _("The list of who looked and changed what was not proven whole last night."),
        _("Run manage.py verify_audit: it names what differs. Keep everything as it is until somebody has looked."),
    ),
    "clocks_differ": (
        _("A machine's clock is off by more than five seconds."),
        _("Is its time set by the network?"),
    ),
    "next_try_too_far": (_("Messages wait for longer than anything should."), ENGINE),
    "starts_without_lease": (_("Messages are being sent by nobody."), ENGINE),
    "fired_without_message": (_("Reminders came due and no message was made."), ENGINE),
    "unaccounted": (_("Messages are called sent without a mail server having taken them."), ENGINE),
}


def said(found):
    """For the page: one line for each finding."""
    return [{"code": code, "count": count, "what": SAYS[code][0], "look": SAYS[code][1]} for code, count in found]
