"""Words of the client's own copy: what each part is, and what some words mean, for somebody who was never told."""

from django.utils.translation import gettext_lazy as _

#: Under the heading of a part, by its name.
LEADS = {
    "facts": _("When it was, and how it ended."),
    "answers": _("What your therapist wrote about it."),
    "noted": _("What your therapist noted at the time."),
    "steps": _("What we try to do each time. Not every step fits every day."),
    "given": _("Numbers and places that we told you about."),
    "given-since": _("Numbers and places that we told you about later."),
    "timeline": _("The same, in the order it happened."),
    "record-times": _("When it was, and where."),
    "record-said": _("What you said, and what your therapist saw and wrote."),
    "record-resources": _("Numbers and places that we told you about."),
    "record-plan": _("When we planned to get in touch with you, and each time that we tried."),
    "standing": _("Whether we go on working together, as we understood it."),
    "additions": _("What was written later. The first words stay as they were."),
    "plan": _("When we planned to get in touch with you."),
    "attempts": _("Each time that we tried to reach you, also when it did not work."),
    "decisions": _("What two of us decided together."),
}

MEANINGS = [
    (_("Departure"), _("You wanted to leave a session, or left it, or the line was cut, before its end.")),
    (_("Response level"), _("How fast we have to act. It is not a score, and it takes no choice away from you.")),
    (_("Immediate"), _("We act at once.")),
    (_("Elevated"), _("We act soon, as a rule on the same day.")),
    (_("Unable to assess"), _("We could not ask how you were. That does not mean that something was wrong.")),
    (_("Some concern"), _("We get in touch, as a rule within days.")),
    (_("None identified"), _("We saw nothing that had to be done soon.")),
    (_("Capacity to decide"), _("Whether somebody can take in, keep in mind, weigh and say what they want.")),
    (_("Stated, observed, inferred"), _("You said it, we saw it, or we thought so.")),
    (_("Not provided"), _("Nobody wrote it down.")),
    (_("Addendum"), _("Something that was added after the report was signed.")),
    (_("SHA-256"), _("A long number made from the signed words. If one letter changed, it would be another number.")),
]
