"""The words a letter begins with, for a person to change. They name no condition, blame nobody, and leave a door open.

Nothing here reads a report, a review or a private note: a letter is made of what the client allowed and was given.
"""

import re

from django.utils.translation import gettext as _

from followups.models import LetterKind

#: Words that tell whoever opens the envelope what it is about. Shown to the writer, who decides.
TELLING = re.compile(
    r"\b(?:therap|session|counsel|psych|suicid|self-harm|crisis|mental|depress|diagnos|treatment|violence|patient)\w*",
    re.IGNORECASE,
)


def body_of(letter):
    """The whole text below the date, as plain paragraphs, in the language of the page."""
    parts = [greeting(letter), *message(letter)]
    if letter.by.phone:
        parts.append(_("My number is %(number)s.") % {"number": letter.by.phone})
    return "\n\n".join([*parts, *where_to_turn(letter), _("With good wishes,"), letter.signed])


def greeting(letter):
    return _("Hello %(name)s,") % {"name": letter.greeted} if letter.greeted else _("Hello,")


def message(letter):
    if letter.is_closing:
        return [
            _(
                "You asked not to be contacted. I will keep to that: this is the last you hear from me unless you want "
                "it otherwise."
            ),
            open_door(),
        ]
    if letter.has_ended:
        return [
            _("You told me that you would like to stop. I respect that. Nothing more is planned unless you want it."),
            open_door(),
        ]
    return [
        _("I have tried to reach you, and I would be glad to hear from you, in whatever way suits you."),
        _("Would you like to go on, to stop, or to turn to somebody else? Each of these is all right. Let me know."),
        open_door() + " " + _("If you would rather not hear from me, tell me, and I will keep to that."),
    ]


def open_door():
    return _("The door stays open. You need no reason and no explanation to come back.")


def where_to_turn(letter):
    """Referrals of a closing letter apart from the numbers for whoever needs somebody at once."""
    is_closing = letter.kind == LetterKind.CLOSING
    others = letter.referrals if is_closing else []
    at_once = [row(*line) for line in (letter.crisis_lines if is_closing else letter.lines)]
    if letter.emergency_numbers:
        at_once.append(row(_("In an emergency"), [str(each) for each in letter.emergency_numbers]))
    blocks = [
        (_("Others you can turn to:"), [row(*line) for line in others]),
        (_("If you need somebody at once:"), at_once),
    ]
    return ["\n".join([heading, *rows]) for heading, rows in blocks if rows]


def row(name, words):
    return "– " + (f"{name}: " if name else "") + ", ".join(words)


def telling_words(body):
    """Words in it that tell others what it is about, each once, as they stand there."""
    return list(dict.fromkeys(TELLING.findall(body)))
