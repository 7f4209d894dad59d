"""Words to say, leave or send on each channel, as far as the client allows. They name no condition, ever.

The clinic is named only where that is allowed; of the therapist there is the first name and the work phone.
"""

from django.utils.translation import gettext as _

from sessions_app.models import Channel, ContactPermission

Scope = ContactPermission.Scope
NAMES_PRACTICE = {Scope.PRACTICE_NAME, Scope.FULL}


def words_for(channel, scope, *, by, site):
    """The words for whoever may read or hear it, in the language of the page; empty where nothing may be said.

    A letter has a page of its own: see `followups.letters`.
    """
    if scope == Scope.NONE or channel == Channel.LETTER:
        return ""
    facts = {"name": first_name(by), "practice": site.name, "number": by.phone}
    sentences = [who(channel, scope), *how_are_you(scope), call_back(by)]
    return " ".join(sentences) % facts


def who(channel, scope):
    if scope in NAMES_PRACTICE:
        return {
            Channel.PHONE: _("Hello, this is %(name)s from %(practice)s."),
            Channel.VOICEMAIL: _("This is %(name)s from %(practice)s."),
            Channel.TEXT: _("%(name)s from %(practice)s here."),
            Channel.EMAIL: _("Hello, this is %(name)s from %(practice)s."),
        }[channel]
    return {
        Channel.PHONE: _("Hello, this is %(name)s."),
        Channel.VOICEMAIL: _("This is %(name)s."),
        Channel.TEXT: _("%(name)s here."),
        Channel.EMAIL: _("Hello, this is %(name)s."),
    }[channel]


def how_are_you(scope):
    return [_("I would like to hear how you are.")] if scope == Scope.FULL else []


def call_back(by):
    return _("Please call me back on %(number)s.") if by.phone else _("Please call me back.")


def first_name(person):
    """The first of the names that is no title: “Ana” of “Dr. Ana Reyes”."""
    names = [each for each in person.name.split() if not each.endswith(".")]
    return names[0] if names else person.name
